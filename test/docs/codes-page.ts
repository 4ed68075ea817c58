import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';
import { codes as words } from '../../shared/words/en/codes.ts';

const ROOT = new URL('../../', import.meta.url);
export const CODES_PAGE = fileURLToPath(new URL('docs/codes.md', ROOT));

/** One code as its declaration has it. */
interface Code {
  code: string;
  doc: string;
  fields: { name: string; type: string }[];
}

/** One part of the page: where the codes are declared, and what English says of each. */
interface Section {
  title: string;
  text: string;
  file: string;
  declaration: string;
  sentence?: (code: string, fields: never) => string;
}

/** A sentence is asked for with names in the place of values, and so is the time that has gone by. */
const ago = (since: unknown): string => String(since);

const SECTIONS: Section[] = [
  {
    title: 'Diagnoses',
    text: 'Why a tunnel does not work as it should. Times (`since`) are ms since 1970.',
    file: 'shared/diagnosis.ts',
    declaration: 'DiagnosisFields',
    sentence: (code, fields) => {
      const { title, text } = words.diagnoses[code as keyof typeof words.diagnoses];
      return `${title(fields)}. ${text(fields, ago)}`;
    },
  },
  {
    title: 'Likely causes',
    text: 'What may be behind a diagnosis, which names the likeliest first.',
    file: 'shared/diagnosis.ts',
    declaration: 'LikelyCause',
    sentence: (code) => words.causes[code as keyof typeof words.causes],
  },
  {
    title: 'Notices',
    text: 'What the app says that belongs to no running tunnel.',
    file: 'shared/api.ts',
    declaration: 'NoticeFields',
    sentence: (code, fields) => words.notices[code as keyof typeof words.notices](fields),
  },
  {
    title: 'Notes of an import',
    text: 'What is said of a tunnel that was imported.',
    file: 'shared/import/found.ts',
    declaration: 'ImportNoteFields',
    sentence: (code, fields) => words.importNotes[code as keyof typeof words.importNotes](fields),
  },
  {
    title: 'Refusals of an import',
    text: 'Why a source was not imported, or not all of it.',
    file: 'shared/api.ts',
    declaration: 'ImportRefusal',
    sentence: (code) => words.importRefusals[code as keyof typeof words.importRefusals]('{message}'),
  },
  {
    title: 'Problems of options',
    text: 'What is wrong, or questionable, with an option: those that are called a warning keep no tunnel from its start.',
    file: 'shared/options-problem.ts',
    declaration: 'ProblemFields',
    sentence: (code, fields) => words.problems[code as keyof typeof words.problems](fields),
  },
  {
    title: 'Errors of the app',
    text: 'What a request of a window is refused with: `ApiError.code`.',
    file: 'shared/errors.ts',
    declaration: 'ERROR_CODES',
    sentence: (code) => words.errors[code as keyof typeof words.errors],
  },
  {
    title: 'Errors of the engine',
    text: 'What the engine throws, or closes a session with: `EngineError.code`. The message says which option, address or value.',
    file: 'src-main/engine/errors.ts',
    declaration: 'EngineErrorCode',
  },
];

/** The page of every code, made of the declarations and of the English words; throws where a code has no doc comment. */
export async function codesPage(): Promise<string> {
  const text = [
    '# Codes',
    'Every error, diagnosis and note has a code, which is the same in every language. Below each is the sentence that the window says in English, with names in braces for the values; where it depends on them, one of its forms. This page is made of the types by `npm run docs:codes`: change them, not it.',
    ...SECTIONS.flatMap(section),
  ].join('\n\n');
  return format(text, { ...(await resolveConfig(CODES_PAGE)), parser: 'markdown', plugins: [] });
}

function section({ title, text, file, declaration, sentence }: Section): string[] {
  const entries = declaredCodes(file, declaration).map(({ code, doc, fields }) => {
    const named = fields.map(({ name, type }) => `\`${name}: ${type}\``).join(', ');
    const head = `- **\`${code}\`**${named && ` (${named})`}: ${escaped(doc)}`;
    if (!sentence) return head;
    const values = fields.map(({ name, type }) => [name, type.endsWith('[]') ? [`{${name}}`] : `{${name}}`]);
    return `${head}\n\n  > ${escaped(sentence(code, Object.fromEntries(values) as never))}`;
  });
  return [`## ${title}`, `${text} Declared in [${file}](../${file}).`, entries.join('\n')];
}

const escaped = (text: string): string => text.replaceAll(/[\\*_<[\]]/g, '\\$&');

/** The members of an interface, a union of literals or an array of them, in their order. */
export function declaredCodes(file: string, name: string): Code[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(new URL(file, ROOT), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  for (const statement of source.statements) {
    if (ts.isInterfaceDeclaration(statement) && statement.name.text === name)
      return statement.members.filter(ts.isPropertySignature).map((member) => ({
        code: literalText(member.name),
        doc: docAt(source, member.pos, member),
        fields: fieldsOf(member.type),
      }));
    if (
      ts.isTypeAliasDeclaration(statement) &&
      statement.name.text === name &&
      ts.isUnionTypeNode(statement.type)
    ) {
      const { types, pos } = statement.type;
      // the comment stands before the bar, which is no part of the member
      return types.map((type, i) => literal(source, i === 0 ? pos : types[i - 1].end, type));
    }
    if (!ts.isVariableStatement(statement)) continue;
    const [{ name: variable, initializer }] = statement.declarationList.declarations;
    if (variable.getText() !== name || !initializer || !ts.isAsExpression(initializer)) continue;
    if (ts.isArrayLiteralExpression(initializer.expression))
      return initializer.expression.elements.map((element) => literal(source, element.pos, element));
  }
  throw new Error(`${file}: expected codes declared as ${name}`);
}

const literal = (source: ts.SourceFile, pos: number, node: ts.Node): Code => ({
  code: literalText(node),
  doc: docAt(source, pos, node),
  fields: [],
});

const literalText = (node: ts.Node): string => node.getText().replaceAll("'", '');

const fieldsOf = (type: ts.TypeNode | undefined): Code['fields'] =>
  type && ts.isTypeLiteralNode(type)
    ? type.members.filter(ts.isPropertySignature).map((field) => ({
        name: field.name.getText(),
        type: (field.type?.getText() ?? '').replace('readonly ', ''),
      }))
    : [];

function docAt(source: ts.SourceFile, pos: number, node: ts.Node): string {
  const comments = (ts.getLeadingCommentRanges(source.text, pos) ?? [])
    .map((range) => source.text.slice(range.pos, range.end))
    .filter((comment) => comment.startsWith('/**'));
  const doc = comments
    .at(-1)
    ?.slice(3, -2)
    .replaceAll(/\s*\n\s*\*\s*/g, ' ')
    .trim();
  if (!doc) throw new Error(`${source.fileName}: ${literalText(node)}: expected a doc comment before it`);
  return doc;
}
