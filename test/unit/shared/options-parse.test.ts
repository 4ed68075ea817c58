import { describe, expect, it } from 'vitest';
import { parseOptions } from '../../../shared/options-parse.ts';
import { valueOfText } from '../../../shared/options-value.ts';
import { problemLine } from '../../../shared/options-problem.ts';
import { defaultOptions, specOf } from '../../../shared/options.ts';

const errors = (input: Record<string, unknown>): string[] =>
  parseOptions('client', input)
    .problems.filter((problem) => problem.severity === 'error')
    .map((problem) => problemLine(problem));
const warnings = (input: Record<string, unknown>): string[] =>
  parseOptions('client', { key: 'k', localaddr: '127.0.0.1:1', ...input })
    .problems.filter((problem) => problem.severity === 'warning')
    .map((problem) => `${problem.key} ${problem.code}`);

describe('parseOptions', () => {
  it('fills in the defaults of each side', () => {
    expect(parseOptions('client', {}).options).toEqual(defaultOptions('client'));
    expect(parseOptions('server', { mtu: 1200 }).options).toEqual({ ...defaultOptions('server'), mtu: 1200 });
    expect(defaultOptions('client')).toMatchObject({
      localaddr: ':12948',
      remoteaddr: 'vps:29900',
      key: "it's a secrect",
      crypt: 'aes',
      sndwnd: 128,
      rcvwnd: 512,
      smuxver: 2,
      closewait: 0,
      'qpp-count': 61,
    });
    expect(defaultOptions('server')).toMatchObject({ sndwnd: 1024, rcvwnd: 1024, closewait: 30 });
    expect(defaultOptions('server')).not.toHaveProperty('conn');
  });

  it('matches keys whatever their case, the later one winning, and skips null', () => {
    const parsed = parseOptions('client', { MTU: 1200, SndWnd: 256, mtu: 1400, rcvwnd: null });
    expect(parsed.given).toEqual({ mtu: 1400, sndwnd: 256 });
    expect(parsed.options.rcvwnd).toBe(512);
  });

  it('keeps what this side does not know, apart', () => {
    const input = JSON.parse('{"listen": ":29900", "remarks": {"a": 1}, "__proto__": 5}') as Record<
      string,
      unknown
    >;
    const parsed = parseOptions('client', input);
    expect(Object.entries(parsed.unknown)).toEqual([
      ['listen', ':29900'],
      ['remarks', { a: 1 }],
      ['__proto__', 5],
    ]);
    expect(parsed.given).toEqual({});
  });

  it('lets a right later value replace a wrong earlier one, and the other way round', () => {
    expect(parseOptions('client', { MTU: 'x', mtu: 1000 }).given).toEqual({ mtu: 1000 });
    const parsed = parseOptions('client', { MTU: 1000, mtu: 'x' });
    expect(parsed.given).toEqual({});
    expect(parsed.options.mtu).toBe(1350);
  });

  it.each([
    [{ mtu: '1350' }, 'mtu "1350": expected an integer from 50 to 1500'],
    [{ conn: 1.5 }, 'conn 1.5: expected an integer from 1 to 65535'],
    [{ keepalive: 31 }, 'keepalive 31: expected an integer from 1 to 30'],
    [{ autoexpire: -1 }, 'autoexpire -1: expected an integer of at least 0'],
    [{ nocomp: 1 }, 'nocomp 1: expected true or false'],
    [{ mode: 'fast4' }, 'mode "fast4": expected one of fast3, fast2, fast, normal, manual'],
    [{ smuxver: 3 }, 'smuxver 3: expected an integer from 1 to 2, or auto'],
    [
      { remoteaddr: 'vps' },
      'remoteaddr "vps": expected host:port, [IPv6]:port, host:min-max; the port is missing',
    ],
    [{ log: ['a'] }, 'log ["a"]: expected text'],
    [
      { datashard: 250, parityshard: 10 },
      'parityshard 10: expected datashard + parityshard of at most 256, not 260',
    ],
    [{ mtu: 77 }, 'mtu 77: expected at least 78 with crypt aes and this FEC, so that data fits in'],
    [
      { smuxbuf: 1000, streambuf: 1001 },
      'streambuf 1001: expected at most smuxbuf, which is 1000, as smux demands',
    ],
    [
      { tcp: true },
      'tcp true: expected false: packets that look like TCP need raw sockets, which Node does not have',
    ],
  ])('refuses %o', (input, line) => {
    expect(errors(input)).toEqual([line]);
  });

  it('names every allowed cipher', () => {
    expect(errors({ crypt: 'rc4' })[0]).toMatch(/^crypt "rc4": expected one of aes, .*null/);
  });

  it('takes the least mtu of each cipher', () => {
    expect(errors({ mtu: 78 })).toEqual([]);
    expect(errors({ mtu: 50, crypt: 'null', datashard: 0, parityshard: 0 })).toEqual([]);
    expect(errors({ mtu: 85, crypt: 'aes-128-gcm' })).toHaveLength(1);
    expect(errors({ mtu: 86, crypt: 'aes-128-gcm' })).toEqual([]);
  });

  it('never shows a key', () => {
    const parsed = parseOptions('client', { key: ['hunter2'] });
    expect(parsed.problems[0]).toMatchObject({ key: 'key', severity: 'error' });
    expect(JSON.stringify(parsed.problems)).not.toContain('hunter2');
    expect(JSON.stringify(parseOptions('client', { key: 'hunter2', qpp: true }).problems)).not.toContain(
      'hunter2',
    );
  });

  it('cuts a long value', () => {
    expect(errors({ mtu: 'x'.repeat(1000) })[0].length).toBeLessThan(140);
  });

  it('warns of what is allowed but questionable', () => {
    expect(warnings({})).toEqual([]);
    expect(warnings({ key: "it's a secrect" })).toEqual(['key default-key']);
    expect(warnings({ crypt: 'xor' })).toEqual(['crypt no-secrecy']);
    expect(warnings({ crypt: 'salsa20' })).toEqual(['crypt forgeable-crypt']);
    expect(warnings({ crypt: 'aes-128-gcm' })).toEqual([]);
    expect(warnings({ parityshard: 0 })).toEqual(['parityshard fec-off']);
    expect(warnings({ datashard: 0 })).toEqual(['datashard fec-off']);
    expect(warnings({ datashard: 0, parityshard: 0 })).toEqual([]);
    expect(warnings({ resend: 2, nc: 1 })).toEqual(['resend manual-ignored']);
    expect(warnings({ resend: 2, nc: 1, mode: 'manual' })).toEqual([]);
    expect(warnings({ autoexpire: 60 })).toEqual(['scavengettl scavenge-race']);
    expect(warnings({ autoexpire: 60, scavengettl: 60 })).toEqual([]);
    expect(warnings({ autoexpire: 60, scavengettl: -1 })).toEqual(['scavengettl scavenge-race']);
    expect(warnings({ localaddr: ':1' })).toEqual(['localaddr every-interface']);
    expect(warnings({ pprof: true })).toEqual(['pprof pprof-ignored']);
    expect(warnings({ qpp: true })).toEqual(['qpp-count qpp-weak']);
    expect(warnings({ qpp: true, key: 'x'.repeat(211) })).toEqual([]);
    expect(warnings({ qpp: true, key: 'x'.repeat(211), 'qpp-count': 8 })).toEqual(['qpp-count qpp-weak']);
  });
});

describe('valueOfText', () => {
  it('reads booleans as Go does', () => {
    for (const text of ['1', 't', 'T', 'TRUE', 'true', 'True'])
      expect(valueOfText(specOf('nocomp'), text)).toBe(true);
    for (const text of ['0', 'f', 'F', 'FALSE', 'false', 'False'])
      expect(valueOfText(specOf('nocomp'), text)).toBe(false);
    expect(valueOfText(specOf('nocomp'), 'yes')).toBe('yes');
  });

  it('reads integers, and leaves what is none for the check', () => {
    expect(valueOfText(specOf('mtu'), '1400')).toBe(1400);
    expect(valueOfText(specOf('scavengettl'), '-1')).toBe(-1);
    for (const text of ['', '1e3', '0x10', '1.5', ' 1', 'abc'])
      expect(valueOfText(specOf('mtu'), text)).toBe(text);
  });

  it('takes text as it is', () => {
    expect(valueOfText(specOf('key'), '1')).toBe('1');
  });
});
