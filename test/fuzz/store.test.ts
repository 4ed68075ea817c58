import fc from 'fast-check';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openConf } from '../../src-main/store/conf-file.ts';
import { Store } from '../../src-main/store/store.ts';
import { temporaryFolder } from '../support/app-core.ts';

const profile = fc.record(
  {
    id: fc.oneof(fc.string(), fc.jsonValue()),
    name: fc.oneof(fc.string(), fc.jsonValue()),
    colour: fc.oneof(fc.constantFrom('blue', 'red'), fc.jsonValue()),
    autostart: fc.oneof(fc.boolean(), fc.jsonValue()),
    options: fc.oneof(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer())), fc.jsonValue()),
    extra: fc.oneof(fc.constant({}), fc.jsonValue()),
    key: fc.oneof(fc.record({ text: fc.string(), sealed: fc.boolean() }), fc.jsonValue()),
  },
  { requiredKeys: ['id'] },
);
const file = fc.oneof(
  fc.string(),
  fc.json(),
  fc
    .record({
      version: fc.oneof(fc.constant(1), fc.jsonValue()),
      profiles: fc.oneof(fc.array(profile), fc.jsonValue()),
      settings: fc.oneof(
        fc.dictionary(fc.constantFrom('theme', 'language', 'udp'), fc.jsonValue()),
        fc.jsonValue(),
      ),
      running: fc.jsonValue(),
      host: fc.jsonValue(),
      setAside: fc.jsonValue(),
    })
    .map((value) => JSON.stringify(value)),
);

describe('Store', () => {
  it('opens whatever the file holds, and reads back what it then writes', () => {
    fc.assert(
      fc.property(file, (text) => {
        const folder = temporaryFolder();
        try {
          writeFileSync(join(folder, 'kcptun-desktop.json'), text);
          const store = new Store(openConf(folder), null);
          store.profiles = [...store.profiles];
          const again = new Store(openConf(folder), null);
          expect(again.profiles).toEqual(store.profiles);
          expect(again.settings).toEqual(store.settings);
          expect(again.notices).toEqual([]);
        } finally {
          rmSync(folder, { recursive: true });
        }
      }),
      { numRuns: 150 },
    );
  });
});
