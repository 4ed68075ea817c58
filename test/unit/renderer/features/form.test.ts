import { describe, expect, it } from 'vitest';
import { type ClientOptions, OPTIONS } from '../../../../shared/options.ts';
import { checkOptions } from '../../../../shared/options-rules.ts';
import { Tunnel } from '../../../../src-renderer/client/tunnel.svelte.ts';
import {
  type Draft,
  Form,
  freeLocalAddress,
  newDraft,
} from '../../../../src-renderer/features/form/form.svelte.ts';
import { generateKey } from '../../../../src-renderer/features/form/key.ts';
import { noteText } from '../../../../src-renderer/features/form/note-text.ts';
import { preset, PRESET_NAMES } from '../../../../src-renderer/features/form/presets.ts';
import { advancedKeys, MANUAL, SECTIONS } from '../../../../src-renderer/features/form/sections.ts';
import { fecBudget, windowCeiling, windowFor } from '../../../../shared/sizing.ts';
import { en } from '../../../../shared/words/en/en.ts';
import { zh } from '../../../../shared/words/zh/zh.ts';
import { mockProfile } from '../../../support/mock-core.ts';

const draft = (options: Draft['options'] = {}): Draft => ({
  name: 'Tokyo',
  colour: 'blue',
  autostart: false,
  options: {
    remoteaddr: 'vps.example:29900',
    localaddr: '127.0.0.1:8388',
    key: 'sixteen letters!',
    ...options,
  },
});
const edit = (options: Draft['options'] = {}, others: Tunnel[] = []) => {
  const kept = draft(options);
  return new Form(
    () => kept,
    () => others,
  );
};
const tunnel = (name: string, localaddr: string) => new Tunnel(mockProfile(name, { localaddr }));

describe('the spare servers of a form', () => {
  const spares: Draft['spares'] = [
    { id: 'x', options: { remoteaddr: 'b:1', crypt: 'xtea', nocomp: true } },
    { id: 'y', options: { remoteaddr: 'c:1' }, missingKey: 'locked' },
  ];
  const listed = (): Form => {
    const kept = { ...draft(), spares };
    return new Form(
      () => kept,
      () => [],
    );
  };

  it('are what the profile has until they are touched', () => {
    const form = listed();
    expect([form.dirty, form.errors]).toEqual([false, 0]);
    expect(form.result.spares).toEqual(spares.map(({ id, options }) => ({ id, options })));
  });

  it('are moved, removed and added, and put back', () => {
    const form = listed();
    form.spares.move(1, -1);
    form.spares.move(0, -1);
    expect(form.result.spares!.map(({ id }) => id)).toEqual(['y', 'x']);
    expect(form.spares.list[0].missingKey).toBe('locked');
    form.spares.remove(0);
    form.spares.add();
    expect(form.result.spares!.map(({ options }) => options.remoteaddr)).toEqual(['b:1', '']);
    expect([form.dirty, form.errors, form.errorsShown]).toEqual([true, 1, 0]);
    form.submit();
    expect(form.errorsShown).toBe(1);
    form.edits.discard();
    expect(form.dirty).toBe(false);
  });

  it('read what is typed, and empty as the first has it', () => {
    const form = listed();
    form.spares.set(0, 'crypt', '');
    form.spares.set(0, 'nocomp', 'false');
    form.spares.set(0, 'mtu', ' 1200 ');
    expect(form.result.spares![0].options).toEqual({ remoteaddr: 'b:1', nocomp: false, mtu: 1200 });
    form.spares.set(1, 'mtu', '12');
    expect(form.spares.problemsOf(1)).toMatchObject([{ key: 'mtu', server: 3 }]);
    expect(form.spares.problemsOf(0)).toEqual([]);
  });
});

describe('Form', () => {
  it('starts without a change and without an error', () => {
    const form = edit({ rcvwnd: 1024 });
    expect([form.dirty, form.errors, form.text('rcvwnd')]).toEqual([false, 0, '1024']);
    expect(form.result).toEqual(draft({ rcvwnd: 1024 }));
  });

  it('keeps only what differs from the defaults', () => {
    const form = edit({ rcvwnd: 1024 });
    form.set('rcvwnd', '512');
    form.set('nocomp', true);
    expect(form.dirty).toBe(true);
    expect(form.result.options).toEqual({ ...draft().options, nocomp: true });
    form.edits.discard();
    expect(form.result.options.rcvwnd).toBe(1024);
  });

  it('leaves a key alone that is not at hand, until one is typed', () => {
    const { key: _, ...options } = draft().options;
    const sealed: Draft = { ...draft(), options, missingKey: 'unreadable' };
    const form = new Form(
      () => sealed,
      () => [],
    );
    expect([form.text('key'), form.dirty, form.errors]).toEqual(['', false, 0]);
    expect(noteText(form.note('key')!, en)).toContain('kept as it is');
    form.edits.name = 'renamed';
    expect(form.result.options).toEqual(options);
    form.set('key', "it's a secrect");
    expect(form.result.options.key).toBe("it's a secrect");
  });

  it('typing what was there is no change', () => {
    const form = edit();
    form.set('rcvwnd', ' 512 ');
    form.edits.name = 'Tokyo ';
    expect(form.dirty).toBe(false);
  });

  it.each<[keyof ClientOptions, string, string]>([
    ['rcvwnd', '0', 'integer'],
    ['rcvwnd', 'many', 'integer'],
    ['mtu', '1501', 'integer'],
    ['mtu', '77', 'mtu-too-small'],
    ['localaddr', '8388', 'address'],
    ['parityshard', '250', 'too-many-shards'],
    ['key', '', 'required'],
  ])('%s of %j is refused as %s', (key, value, code) => {
    const form = edit();
    form.set(key, value);
    expect(form.notes[key]).toMatchObject({ severity: 'error', code });
    for (const words of [en, zh])
      expect(noteText(form.notes[key]!, words)).not.toMatch(/undefined|null|NaN|^$/);
  });

  it.each<[keyof ClientOptions, string, string]>([
    ['key', "it's a secrect", 'default-key'],
    ['key', 'short', 'key-short'],
    ['crypt', 'xor', 'no-secrecy'],
    ['crypt', 'salsa20', 'forgeable-crypt'],
    ['localaddr', ':8388', 'every-interface'],
    ['parityshard', '0', 'fec-off'],
  ])('%s of %j is warned of as %s', (key, value, code) => {
    const form = edit();
    form.set(key, value);
    expect(form.notes[key]).toMatchObject({ severity: 'warning', code });
    expect(form.errors).toBe(0);
  });

  it('takes the server apart and puts it together', () => {
    const form = edit({ remoteaddr: '[2001:db8::7]:29900-29999' });
    expect([form.host, form.port]).toEqual(['2001:db8::7', '29900-29999']);
    form.port = '4000';
    expect(form.result.options.remoteaddr).toBe('[2001:db8::7]:4000');
    form.host = 'vps.example.com:29900';
    expect([form.host, form.port]).toEqual(['vps.example.com', '29900']);
  });

  it('says at which half of the server the trouble is', () => {
    const form = edit();
    form.host = 'not a host';
    form.port = '70000';
    expect(form.notes).toMatchObject({ host: { code: 'host' }, port: { code: 'port' } });
    form.host = '';
    expect(form.notes.host?.code).toBe('host-needed');
  });

  it('complains about what is empty only when it was tried', () => {
    const fresh = newDraft([], 'My tunnel');
    const form = new Form(
      () => fresh,
      () => [],
    );
    expect([form.errors, form.errorsShown]).toEqual([2, 0]);
    expect(form.submit()).toBe(false);
    expect(form.note('host')?.code).toBe('host-needed');
    expect(form.errorsShown).toBe(2);
  });

  it('warns of another tunnel on the same local port', () => {
    const form = edit({}, [tunnel('Office', '0.0.0.0:8388')]);
    expect(form.notes.localaddr).toMatchObject({ code: 'local-taken', name: 'Office' });
  });

  it('offers the next free local address', () =>
    expect(freeLocalAddress([tunnel('a', ':12948'), tunnel('b', '127.0.0.1:12949')])).toBe(
      '127.0.0.1:12950',
    ));
});

describe('sections', () => {
  it('show every option of a client once', () => {
    const shown = [
      ...Object.values(SECTIONS).flat(),
      ...MANUAL,
      ...advancedKeys({ tcp: true, pprof: true, log: 'x' }),
    ];
    const all = OPTIONS.filter((spec) => 'client' in spec.default).map(({ key }) => key);
    expect([...shown].sort()).toEqual([...all].sort());
  });
});

describe('presets', () => {
  it.each(PRESET_NAMES)('%s is valid', (name) => {
    const form = edit({ mtu: 1200 });
    form.apply(name);
    expect(form.errors).toBe(0);
    expect(checkOptions('client', form.options).filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(form.options.mtu).toBe(1200);
  });
  it('a 2017 server gets a cipher it knows', () => {
    expect(preset('server2017', { crypt: 'aes-128-gcm' })).toMatchObject({ crypt: 'aes', smuxver: 1 });
    expect(preset('server2017', { crypt: 'salsa20' })).not.toHaveProperty('crypt');
  });
});

describe('sizing', () => {
  const options = { mtu: 1350, crypt: 'aes', datashard: 10, parityshard: 3, conn: 1 } as const;
  it('knows the ceiling of a window', () =>
    // the manual's rule: rcvwnd packets each round trip
    expect(windowCeiling(1024, 400, options)).toBe((1024 * 1298 * 1000) / 400));
  it('finds the window of a ceiling', () => {
    const window = windowFor(12_500_000, 87, options);
    expect(windowCeiling(window, 87, options)).toBeGreaterThanOrEqual(12_500_000);
    expect(windowCeiling(window - 64, 87, options)).toBeLessThan(12_500_000);
    expect(windowFor(1e12, 1000, options)).toBe(65535);
  });
  it('weighs FEC', () => {
    expect(fecBudget({ datashard: 10, parityshard: 3 })).toEqual({ survives: 3 / 13, costs: 0.3 });
    expect(fecBudget({ datashard: 0, parityshard: 3 })).toEqual({ survives: 0, costs: 0 });
  });
});

describe('the cipher of a new tunnel', () => {
  const others = [
    new Tunnel(mockProfile('a', { remoteaddr: 'new.example:1', crypt: 'aes-128-gcm' })),
    new Tunnel(mockProfile('b', { remoteaddr: 'qpp.example:1', qpp: true })),
    new Tunnel(mockProfile('c', { remoteaddr: 'old.example:1', crypt: 'twofish' })),
  ];
  it.each([
    [undefined, undefined],
    ['unknown.example:29900', undefined],
    ['new.example:2', 'aes-128-gcm'],
    ['qpp.example:2', 'aes-128-gcm'],
    ['old.example:2', undefined],
    // the same server: it has one cipher
    ['old.example:1', 'twofish'],
    ['qpp.example:1', 'aes'],
  ])('with %s is %s', (remoteaddr, crypt) =>
    expect(newDraft(others, 'new', remoteaddr).options.crypt).toBe(crypt),
  );
});

it('a generated key is 256 bits and never the same', () => {
  const keys = new Set(Array.from({ length: 50 }, generateKey));
  expect(keys.size).toBe(50);
  for (const key of keys) expect(key).toMatch(/^[\w-]{43}$/);
});
