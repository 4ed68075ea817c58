import { describe, expect, it } from 'vitest';
import { EXTRA_SIZE, extraProblem, extraSize, jsonOf } from '../../../../shared/extra.ts';
import { toBase64 } from '../../../../shared/import/base64.ts';
import { importProfiles } from '../../../../shared/import/import.ts';
import { LOCAL_ADDRESS, LONGEST_VALUE, MOST_PROFILES } from '../../../../shared/profile.ts';

const first = (text: string) => importProfiles(text).found[0];
const note = (text: string, code: string) => first(text).notes.find((one) => one.code === code);
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('an import', () => {
  it.each([
    '{"remoteaddr":"a:1","log":"/home/me/.ssh/authorized_keys","SnmpLog":"~/.config/kcptun-desktop/x","key":"k"}',
    '[{"remoteaddr":"a:1","log":"/x","snmplog":"/y"}]',
    '{"servers":[{"remoteaddr":"a:1","log":"/x","snmplog":"/y"}]}',
    '{"listen":":1","target":"b:2","log":"/x","snmplog":"/y"}',
    'kcptun-client -r a:1 --log /x --snmplog /y',
    'kcptun-server --listen :1 --log /x --snmplog /y',
    'kcptun://--remoteaddr=a:1%20--log=/x%20--snmplog=/y',
    `kcptun://${toBase64('r=a:1;log=/x;snmplog=/y;')}`,
    'ss://x@a:1/?plugin=kcptun%3Blog%3D/x%3Bsnmplog%3D/y',
    'key=k;crypt=aes;log=/x;snmplog=/y',
    "config servers\noption server_addr a\noption server_port 1\noption log /x\noption snmplog '/y'",
  ])('has no say in what is written where: %s', (text) => {
    const { options, extra, notes } = first(text);
    expect(Object.keys({ ...options, ...extra }).filter((key) => /log/i.test(key))).toEqual([]);
    expect(notes).toContainEqual({ code: 'file-dropped', keys: ['log', 'snmplog'] });
  });

  it('listens on this machine only unless it says otherwise, and then that is said', () => {
    for (const text of ['{"remoteaddr":"a:1"}', `kcptun://${toBase64('r=a:1;')}`, 'kcptun-client -r a:1'])
      expect(first(text).options.localaddr).toBe(LOCAL_ADDRESS);
    expect(note('{"remoteaddr":"a:1"}', 'every-interface')).toBeUndefined();
    for (const localaddr of [':1', '0.0.0.0:1', '[::]:1']) {
      const text = JSON.stringify({ remoteaddr: 'a:1', localaddr });
      expect(first(text).options.localaddr).toBe(localaddr);
      expect(note(text, 'every-interface')).toEqual({ code: 'every-interface', address: localaddr });
    }
  });

  it.each([17, 2000, 5000, 250_000])(
    'leaves out an unknown value that nests %d deep, and keeps the rest',
    (depth) => {
      const text = `{"remoteaddr":"a:1","deep":${nested(depth)},"flat":[1]}`;
      expect(first(text)).toMatchObject({ options: { remoteaddr: 'a:1' }, extra: { flat: [1] } });
      expect(first(text).extra).not.toHaveProperty('deep');
      expect(note(text, 'extra-dropped')).toEqual({ code: 'extra-dropped', keys: ['deep'] });
    },
  );

  it('names a known option whose value nests without walking into it', () => {
    const text = `{"remoteaddr":"a:1","mtu":${nested(5000)},"log":${nested(5000)}}`;
    expect(note(text, 'bad-value')).toMatchObject({
      detail: expect.stringContaining('mtu […]: expected an integer'),
    });
  });

  it('sets one bad entry of a list aside, and takes the others', () => {
    const text = `[{"remoteaddr":"a:1"},${nested(5000)},{"remoteaddr":"b:2","x":${nested(5000)}},{"servers":${nested(9)}}]`;
    expect(importProfiles(text).found.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('keeps no more of unknown keys than is reasonable', () => {
    const many = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`key${index}`, index]));
    const { extra } = first(JSON.stringify({ remoteaddr: 'a:1', ...many }));
    expect(extraProblem(extra)).toBeNull();
    expect(Object.keys(extra).length).toBeGreaterThan(1000);
    const large = JSON.stringify({ remoteaddr: 'a:1', large: 'x'.repeat(EXTRA_SIZE), small: 1 });
    expect(first(large).extra).toEqual({ small: 1 });
  });

  it('keeps an unknown key by whatever name, as its own', () => {
    const { extra } = first('{"remoteaddr":"a:1","__proto__":{"polluted":true},"constructor":1}');
    expect(Object.keys(extra)).toEqual(['__proto__', 'constructor']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('leaves out values that are longer than any key or name', () => {
    const text = JSON.stringify({ remoteaddr: 'a:1', key: 'k'.repeat(LONGEST_VALUE + 1) });
    expect(first(text).options.key).toBeUndefined();
    expect(JSON.stringify(note(text, 'bad-value'))).toContain('key: expected at most 4096');
  });

  it('looks at no more profiles than there is room for', () => {
    const links = (count: number) =>
      Array.from({ length: count }, (_, i) => `kcptun://--r=h${i}:1`).join('\n');
    expect(importProfiles(links(5000))).toMatchObject({ refused: null, more: true });
    expect(importProfiles(links(5000)).found).toHaveLength(MOST_PROFILES);
    expect(importProfiles(links(3), 3)).toMatchObject({ found: { length: 3 }, more: false });
    expect(importProfiles(links(3), 0)).toEqual({ found: [], refused: null, more: true });
    for (const text of [
      'kcptun -r a:1\n'.repeat(5000),
      'config servers\noption server_port 1\n'.repeat(5000),
      `[${Array(5000).fill('{"remoteaddr":"a:1"}').join()}]`,
      `{"servers":[${Array(5000).fill('{}').join()}]}`,
      'ss://a:1/?plugin=kcptun '.repeat(5000),
    ])
      expect(importProfiles(text, 7)).toMatchObject({ found: { length: 7 }, more: true });
  });

  it('takes a link apart once, however it is wrapped', () => {
    const begin = performance.now();
    for (const text of [
      `kcptun://${('QUFB'.repeat(2600) + ' ').repeat(99)}`,
      `kcptun://${toBase64('r=a:1;'.repeat(20_000))}`,
      `kcptun://${'Q '.repeat(100)}`.repeat(5000),
      `kcptun://${'a '.repeat(500_000)}`,
    ])
      importProfiles(text.slice(0, 1 << 20));
    // it was 15 s, and is a fraction of one
    expect(performance.now() - begin).toBeLessThan(6000);
  });
});

describe('extraSize', () => {
  it.each([
    [null, 8],
    ['four', 12],
    [[], 8],
    [[1, true], 24],
    [{ key: 'value' }, 24],
  ])('of %j is %d', (value, size) => expect(extraSize(value)).toBe(size));

  it.each([
    [undefined, 'not-json'],
    [[NaN], 'not-json'],
    [{ a: () => 1 }, 'not-json'],
    [1n, 'not-json'],
    ['x'.repeat(EXTRA_SIZE), 'too-large'],
    [Array(1 << 16).fill(0), 'too-large'],
  ])('of %.20j is none: %s', (value, problem) => expect(extraProblem(value)).toBe(problem));

  it('ends on what holds itself', () => {
    const loop: unknown[] = [];
    loop.push(loop);
    expect(extraProblem(loop)).toBe('too-deep');
    expect(jsonOf(loop)).toBe('[…]');
  });
});
