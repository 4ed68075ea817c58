import { describe, expect, it } from 'vitest';
import { sideHelp } from '../../../../src-main/hosts/cli/help.ts';
import { startupLines, unknownLines } from '../../../../src-main/hosts/cli/startup.ts';
import { parseOptions } from '../../../../shared/options-parse.ts';
import { defaultOptions, optionsOf } from '../../../../shared/options.ts';

describe('sideHelp', () => {
  it('lists every option of the side by every name, and no other', () => {
    for (const side of ['client', 'server'] as const) {
      const names = [...sideHelp(side).matchAll(/(?<=^ {2}(?:-\S.*, )?)--?([A-Za-z]+)/gm)].map(
        ([, name]) => name,
      );
      const flags = optionsOf(side).flatMap((spec) => spec.flags);
      expect(names.sort()).toEqual([...flags, 'c', 'linelog', 'debug', 'version', 'v', 'help', 'h'].sort());
    }
  });

  it('says what is allowed, and the default', () => {
    expect(sideHelp('client')).toContain('(an integer from 50 to 1500; default: 1350)');
    expect(sideHelp('server')).toContain('(default: "127.0.0.1:12948")');
  });
});

describe('startupLines', () => {
  it("are kcptun's, for a client", () => {
    const options = { ...defaultOptions('client'), key: 'hunter2', mode: 'fast3' as const, qpp: true };
    const lines = startupLines('1.2.3', options);
    expect(lines).toEqual(
      expect.arrayContaining([
        'version: 1.2.3',
        'smux version: 2',
        'encryption: aes',
        'key: set',
        'QPP: true QPPCount: 61',
        'nodelay parameters: 1 10 2 1',
        'remote address: vps:29900',
        'sndwnd: 128 rcvwnd: 512',
        'compression: true',
        'mtu: 1350',
        'datashard: 10 parityshard: 3',
        'conn: 1',
        'autoexpire: 0',
      ]),
    );
    expect(lines.join()).not.toContain('hunter2');
  });

  it("are kcptun's, for a server", () => {
    const lines = startupLines('1', defaultOptions('server'));
    expect(lines).toContain('target: 127.0.0.1:12948');
    expect(lines.join()).not.toContain('remote address');
  });
});

describe('unknownLines', () => {
  it('tell the names of unknown keys without their values', () => {
    const { unknown } = parseOptions('client', { kye: 'hunter2' });
    expect(unknownLines(unknown)).toEqual(['WARNING: unknown keys of the JSON file ignored: kye']);
    expect(unknownLines({})).toEqual([]);
  });
});
