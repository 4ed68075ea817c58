import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import {
  KEY_PLACEHOLDER,
  quoteForShell,
  serverCommand,
  toClientOptions,
  toCommandLine,
  toJson,
  toServerOptions,
} from '../../../shared/options-convert.ts';
import { toLink } from '../../../shared/import/link.ts';
import { parseOptions } from '../../../shared/options-parse.ts';
import { type ClientOptions, defaultOptions } from '../../../shared/options.ts';

const client: Partial<ClientOptions> = {
  remoteaddr: '[2001:db8::1]:3000-3010',
  localaddr: '127.0.0.1:8388',
  key: "don't tell",
  crypt: 'salsa20',
  mode: 'manual',
  interval: 20,
  nocomp: true,
  sndwnd: 2048,
  rcvwnd: 256,
  conn: 4,
  scavengettl: -1,
  log: '/tmp/client.log',
};

describe('toJson', () => {
  it('is read back as the same options, with what was unknown', () => {
    const json = toJson('client', client, { remarks: 'home', MTU: 1200 });
    const parsed = parseOptions('client', JSON.parse(json) as Record<string, unknown>);
    expect(parsed.options).toEqual({ ...defaultOptions('client'), ...client });
    expect(parsed.unknown).toEqual({ remarks: 'home' });
  });

  it('says what the ends must agree on, and not what old releases do not know', () => {
    const written = JSON.parse(toJson('client', {})) as Record<string, unknown>;
    expect(Object.keys(written)).toEqual([
      'localaddr',
      'remoteaddr',
      'key',
      'crypt',
      'datashard',
      'parityshard',
      'nocomp',
      'smuxver',
    ]);
  });

  it('leaves out an extra key that would be an option', () => {
    expect(toJson('client', { crypt: 'tea' }, { Crypt: 'rot13' })).not.toContain('rot13');
  });
});

describe('toCommandLine', () => {
  it('is one line that a shell takes apart again', () => {
    const line = toCommandLine('client', client, 'printf %s\\\\n');
    const words = execFileSync('sh', ['-c', line], { encoding: 'utf8' }).trimEnd().split('\n');
    expect(words).toContain("don't tell");
    expect(words).toContain('--nocomp');
    expect(words).toContain('--scavengettl=-1');
    expect(words[words.indexOf('--remoteaddr') + 1]).toBe('[2001:db8::1]:3000-3010');
  });

  it('quotes only what needs it', () => {
    expect(quoteForShell('127.0.0.1:80')).toBe('127.0.0.1:80');
    expect(quoteForShell('')).toBe("''");
    expect(quoteForShell('$(reboot)')).toBe("'$(reboot)'");
    expect(quoteForShell("a'b")).toBe(`'a'\\''b'`);
  });
});

describe('toServerOptions', () => {
  it('agrees with the client, listens where it dials, and has windows as wide', () => {
    expect(toServerOptions(client)).toEqual({
      ...defaultOptions('server'),
      listen: ':3000-3010',
      key: "don't tell",
      crypt: 'salsa20',
      mode: 'manual',
      interval: 20,
      nocomp: true,
      sndwnd: 1024,
      rcvwnd: 2048,
    });
  });

  it('comes back as the client it was made for', () => {
    const back = toClientOptions(toServerOptions({ remoteaddr: 'host:4000', crypt: 'sm4', mtu: 1200 }));
    expect(back).toMatchObject({ remoteaddr: 'vps:4000', crypt: 'sm4', mtu: 1200, smuxver: 2 });
    expect(parseOptions('client', back).problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});

describe('toClientOptions', () => {
  it('swaps the windows and keeps what only some releases have out', () => {
    expect(
      toClientOptions({ listen: '9.9.9.9:29900', sndwnd: 2000, rcvwnd: 300, closewait: 5, key: 'k' }),
    ).toEqual({
      remoteaddr: '9.9.9.9:29900',
      rcvwnd: 2000,
      sndwnd: 300,
      key: 'k',
    });
  });
});

describe('serverCommand', () => {
  it('holds the key only where it is asked for', () => {
    const shown = serverCommand(client, false);
    expect(shown.command + shown.json).not.toContain('tell');
    expect(shown.command).toContain(`--key ${KEY_PLACEHOLDER}`);
    const whole = serverCommand(client, true, 'kcptun server');
    expect(whole.command).toMatch(/^kcptun server --listen :3000-3010 /);
    expect(whole.command).toContain(`--key 'don'\\''t tell'`);
    expect((JSON.parse(whole.json) as { key: string }).key).toBe("don't tell");
  });
});

describe('what is handed out', () => {
  const command = (line: string) =>
    Object.fromEntries([...line.matchAll(/--(\w+)[ =](\S+)/g)].map(([, flag, value]) => [flag, value]));
  const link = (text: string) =>
    Object.fromEntries(
      atob(text.slice('kcptun://'.length))
        .split(';')
        .map((field) => field.split('=')),
    );

  it('names the smux version, the cipher and the shards always, which have other defaults elsewhere', () => {
    const given = { remoteaddr: 'a:1', key: 'k' };
    const told = { smuxver: 2, crypt: 'aes', datashard: 10, parityshard: 3 };
    const asText = Object.fromEntries(Object.entries(told).map(([key, value]) => [key, String(value)]));
    const server = serverCommand(given, true);
    for (const json of [server.json, toJson('client', given), toJson('server', {})])
      expect(JSON.parse(json)).toMatchObject({ ...told, nocomp: false });
    for (const line of [server.command, toCommandLine('client', given), toCommandLine('server', {})])
      expect(command(line)).toMatchObject(asText);
    expect(link(toLink('name', given))).toMatchObject({ ...asText, nocomp: 'false' });
  });

  it('names QPP with its count where it is on, and to no release that does not know it where it is off', () => {
    const on = { remoteaddr: 'a:1', key: 'k', qpp: true, nocomp: true };
    const server = serverCommand(on, true);
    for (const json of [server.json, toJson('client', on)])
      expect(JSON.parse(json)).toMatchObject({ qpp: true, 'qpp-count': 61, nocomp: true });
    for (const line of [server.command, toCommandLine('client', on)])
      expect(line).toMatch(/ --QPP --QPPCount 61 .* --nocomp /);
    expect(link(toLink('name', on))).toMatchObject({ qpp: 'true', 'qpp-count': '61' });
    const off = serverCommand({ key: 'k' }, true);
    expect(off.command + off.json + atob(toLink('', {}).slice(9))).not.toMatch(/qpp/i);
  });
});
