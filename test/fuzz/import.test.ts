import fc from 'fast-check';
import { rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ProfileBook } from '../../src-main/app/profiles.ts';
import { importInto } from '../../src-main/app/transfer.ts';
import { openConf } from '../../src-main/store/conf-file.ts';
import { Store } from '../../src-main/store/store.ts';
import { importProfiles } from '../../shared/import/import.ts';
import { toLink } from '../../shared/import/link.ts';
import { toCommandLine, toJson, toServerOptions } from '../../shared/options-convert.ts';
import { parseOptions } from '../../shared/options-parse.ts';
import { type ClientOptions, optionsOf } from '../../shared/options.ts';
import { LOCAL_ADDRESS } from '../../shared/profile.ts';
import { temporaryFolder } from '../support/app-core.ts';
import { toBase64 } from '../../shared/import/base64.ts';

/** Any text, and text made of the pieces the formats are made of. */
const piece = fc.constantFrom(
  ...[
    'kcptun://',
    'ss://',
    'a@b:1/?plugin=kcptun;',
    '#n',
    'r=',
    'key=',
    ';',
    '=',
    '%',
    '%20',
    '\\',
    '"',
    "'",
    '-r',
    ' ',
  ],
  ...[
    'a:1',
    '::1',
    '--listen',
    '--ds',
    'config servers\n',
    'option alias ',
    'SS_REMOTE_PORT=',
    'SS_PLUGIN_OPTIONS=',
  ],
  ...[
    '\n',
    '{"servers":[',
    '{"listen":',
    '"mtu":',
    '1e999',
    '}',
    ']',
    '__proto__',
    'constructor',
    '\0',
    '\uD800',
  ],
);
/** What nests deep, or is large, where a value may stand. */
const extreme = fc
  .constantFrom(10, 17, 100, 2000, 5000, 20_000)
  .chain((depth) =>
    fc.constantFrom(
      `${'['.repeat(depth)}${']'.repeat(depth)}`,
      `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
      JSON.stringify('x'.repeat(depth * 10)),
      JSON.stringify(Array(depth).fill('x')),
    ),
  );
const extremeFile = fc
  .array(
    fc.tuple(
      fc.constantFrom('remoteaddr', 'key', 'mtu', 'log', 'name', 'servers', '__proto__', 'x', 'y'),
      extreme,
    ),
    { maxLength: 4 },
  )
  .map((pairs) => `[{"remoteaddr":"a:1"${pairs.map(([key, value]) => `,"${key}":${value}`).join('')}}]`);
const text = fc.oneof(
  extremeFile,
  fc.string({ unit: 'binary' }),
  fc.array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 30 }).map((pieces) => pieces.join('')),
  fc.string().map((inner) => `kcptun://${toBase64(inner)}`),
  fc.json(),
);

const value = (spec: ReturnType<typeof optionsOf>[number]): fc.Arbitrary<string | number | boolean> => {
  switch (spec.kind) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: spec.min, max: spec.max });
    case 'choice':
      return fc.constantFrom(...spec.choices);
    case 'address':
      return fc.constantFrom('a.example:1', '127.0.0.1:65535', '[2001:db8::1]:29900');
    default:
      return fc.string({ unit: 'grapheme', minLength: 1 }).filter((each) => !each.includes('\0'));
  }
};
/** Options that hold together: what is refused is left out. */
const options = fc
  .record(Object.fromEntries(optionsOf('client').map((spec) => [spec.key, value(spec)])), {
    requiredKeys: ['remoteaddr'],
  })
  .map((input) => ({ input, parsed: parseOptions('client', input) }))
  .filter(({ parsed }) => parsed.problems.every(({ severity }) => severity === 'warning'))
  .map(({ parsed }) => parsed.given);

/** What comes in of them: the paths of log files stay behind, and who does not say where listens on this machine. */
function imported({
  log: _log,
  snmplog: _snmplog,
  ...given
}: Partial<ClientOptions>): Partial<ClientOptions> {
  return { localaddr: LOCAL_ADDRESS, ...given };
}
/** The same of a file or a command, which name kcptun's own default. */
const exported = (given: Partial<ClientOptions>): Partial<ClientOptions> =>
  imported({ localaddr: ':12948', ...given });

const same = (found: Partial<ClientOptions>, given: Partial<ClientOptions>): void =>
  expect(parseOptions('client', found).options).toEqual(parseOptions('client', given).options);

it('takes any text without throwing, and finds only options that are right', () => {
  fc.assert(
    fc.property(text, (input) => {
      const { found, refused } = importProfiles(input);
      expect(found.length > 0).toBe(refused === null);
      for (const profile of found) {
        const { problems, unknown } = parseOptions('client', profile.options);
        expect(unknown).toEqual({});
        expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
      }
    }),
    { numRuns: 3000 },
  );
});

it('finds nothing that a settings file cannot hold, or that would be gone at the next start', () => {
  const folder = temporaryFolder();
  try {
    fc.assert(
      fc.property(fc.oneof(extremeFile, text), (input) => {
        const store = new Store(openConf(folder), null);
        store.profiles = [];
        const { imported } = importInto(new ProfileBook(store), [{ name: 'x.json', text: input }], true);
        const again = new Store(openConf(folder), null);
        expect(again.profiles).toEqual(store.profiles);
        expect(again.profiles).toHaveLength(imported.length);
        expect(again.notices).toEqual([]);
      }),
      { numRuns: 300 },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('reads back what it writes, as JSON, as a link and as a command', () => {
  fc.assert(
    fc.property(options, fc.string({ unit: 'grapheme' }), (given, name) => {
      same(importProfiles(toJson('client', given)).found[0].options, exported(given));
      const [linked] = importProfiles(toLink(name, given)).found;
      same(linked.options, imported(given));
    }),
    { numRuns: 300 },
  );
});

it('reads back a command of options without line breaks', () => {
  const oneLine = options.filter((given) => !/[\r\n]/.test(Object.values(given).join('')));
  fc.assert(
    fc.property(oneLine, (given) => {
      // a command is kcptun's own, which does not take what is ours alone
      const known = optionsOf('client').filter(({ key, since }) => key in given && since !== 'ours');
      const told = Object.fromEntries(known.map(({ key }) => [key, given[key as keyof ClientOptions]]));
      same(importProfiles(toCommandLine('client', given)).found[0].options, exported(told));
    }),
    { numRuns: 300 },
  );
});

it("makes a server's options that are right of every client's", () => {
  fc.assert(
    fc.property(options, (given) => {
      const { problems } = parseOptions('server', { ...toServerOptions(given) });
      expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    }),
  );
});
