import { OPTIONS, type OptionSpec, type Side } from '../options.ts';
import { type FoundProfile, foundProfile, type ImportFormat, type ImportNote } from './found.ts';

/** Names of kcptun's programs, as released, packaged and in this project. */
const PROGRAM =
  /(?:^|[/\\])(?:kcptun(?:[-_]?(client|server))?|(client|server)_[a-z0-9]+_[a-z0-9]+)(?:\.exe)?$/i;

/** Cuts a line as a shell does: quotes, backslashes; stops at what ends a command (`|`, `>`, `&`, `;`). */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const char = line[i];
    if (quote !== '') {
      if (char === quote) quote = '';
      else if (char === '\\' && quote === '"' && /["\\$`]/.test(line[i + 1] ?? '')) word += line[++i];
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (/[|<>&;]/.test(char)) {
      break;
    } else if (char === '\\' && /[\s"'\\$&;|<>()]/.test(line[i + 1] ?? '')) {
      word = (word ?? '') + line[++i];
    } else {
      word = (word ?? '') + char;
    }
  }
  if (word !== null) words.push(word);
  return words;
}

const specOfFlag = (flag: string, side: Side): OptionSpec | undefined =>
  OPTIONS.find((spec: OptionSpec) => side in spec.default && spec.flags.includes(flag));

/** Every kcptun command in the text, whatever stands around it. */
export function* findCommandLines(text: string): Generator<FoundProfile> {
  // a backslash (or cmd's caret) at the end continues the line
  for (const line of text.replace(/[\\^]\r?\n/g, ' ').split(/\r?\n/)) {
    const found = readCommandLine('command-line', splitWords(line));
    if (found) yield found;
  }
}

/** A profile of one command's words, or null where they are not kcptun's. */
export function readCommandLine(format: ImportFormat, words: readonly string[]): FoundProfile | null {
  const first = words.findIndex((word) => /^--?[a-z]/i.test(word));
  if (first === -1) return null;
  // `kcptun server` is the program and its command
  const before = words.slice(0, first);
  const program = before.map((word) => PROGRAM.exec(word)).find((match) => match !== null);
  const said =
    program && (program[1] ?? program[2] ?? before.find((word) => word === 'client' || word === 'server'));

  const pairs = readFlags(words.slice(first));
  const names = new Set(pairs.map(([flag]) => flag));
  const isServer =
    said?.toLowerCase() === 'server' ||
    (said === undefined && (names.has('listen') || names.has('target') || names.has('t')));
  const side = isServer ? 'server' : 'client';

  const raw: Record<string, unknown> = {};
  const notes: ImportNote[] = [];
  let telling = 0;
  for (const [flag, value] of pairs) {
    const spec = specOfFlag(flag, side);
    if (flag === 'c') {
      notes.push({ code: 'config-file', path: value ?? '' });
      continue;
    }
    if (spec && (flag.length > 1 || (flag === 'r' && /:\d/.test(value ?? '')))) telling++;
    const name = spec?.key ?? flag;
    // each is a server, as on our own command line
    raw[name] = name === 'remoteaddr' && name in raw ? [raw[name], value].flat() : (value ?? true);
  }
  // other programs have a -l and a -t too: without a known program there must be more that is kcptun's
  const ours = program ? pairs.length > 0 : telling >= (names.has('r') || names.has('remoteaddr') ? 1 : 3);
  return ours ? foundProfile(format, '', raw, side, notes) : null;
}

/** Flags and their values; a flag that is unknown takes the next word unless that is a flag itself. */
function readFlags(words: readonly string[]): [flag: string, value: string | undefined][] {
  const pairs: [string, string | undefined][] = [];
  for (let i = 0; i < words.length; i++) {
    const parts = /^--?([a-z][\w-]*)(?:=([^]*))?$/i.exec(words[i]);
    if (!parts) continue;
    const [, flag, attached] = parts;
    const spec = specOfFlag(flag, 'client') ?? specOfFlag(flag, 'server');
    const next = words[i + 1];
    if (attached !== undefined) pairs.push([flag, attached]);
    else if (spec?.kind === 'boolean') pairs.push([flag, undefined]);
    else if (next === undefined || (!spec && flag !== 'c' && next.startsWith('-')))
      pairs.push([flag, undefined]);
    else {
      pairs.push([flag, next]);
      i++;
    }
  }
  return pairs;
}
