import { describe, expect, it } from 'vitest';
import { CRYPTS } from '../../../../shared/crypts.ts';
import type { ProbeReport } from '../../../../shared/probe.ts';
import { UsageError } from '../../../../src-main/hosts/cli/arguments.ts';
import { reportJson, parseProbeArguments, textOf } from '../../../../src-main/hosts/cli/probe.ts';

const REPORT: ProbeReport = {
  endpoints: [{ address: '203.0.113.9', port: 29900, heard: 'answered' }],
  answered: 0,
  found: {
    crypt: 'aes-128',
    datashard: 5,
    parityshard: 5,
    nocomp: true,
    smuxver: 1,
    rcvwnd: 1024,
    keepalive: 10,
  },
  line: { rtt: { min: 41.2, median: 60 }, loss: 0.05, mtu: 1280 },
  family: '2021',
  refusesOthers: false,
  sent: 71,
  unopened: 28,
  answeredMs: 80,
  tookMs: 10_200,
};
const SILENT: ProbeReport = {
  ...REPORT,
  endpoints: [{ address: '203.0.113.9', port: 29900, heard: 'silent' }],
  answered: null,
  found: {},
  line: { rtt: null, loss: null, mtu: null },
};

describe('kcptun probe', () => {
  it('reads its arguments, with one dash or two', () => {
    const remote = { host: 'vps', minPort: 29900, maxPort: 29910 };
    const parsed = { remote, address: 'vps:29900-29910', key: 'k', crypts: ['aes', 'none'], json: true };
    for (const dash of ['-', '--']) {
      const argv = [`${dash}key`, 'k', `${dash}crypt=aes,none`, `${dash}json`, 'vps:29900-29910'];
      expect(parseProbeArguments(argv, {})).toEqual(parsed);
    }
    expect(parseProbeArguments(['vps:1'], {})).toMatchObject({ key: "it's a secrect", crypts: CRYPTS });
    expect(parseProbeArguments(['vps:1'], { KCPTUN_KEY: 'from there' })).toMatchObject({ key: 'from there' });
    expect(parseProbeArguments(['--help'], {})).toBeNull();
  });

  it.each([
    [['vps:1', '--crypt', 'rot13'], '--crypt "rot13": expected all or some of aes, '],
    [['vps:1', '--crpt', 'aes'], 'no such option: expected --key value'],
    [['vps:1', '--key'], 'a value is missing'],
    [[], 'expected one host:port, not 0 arguments'],
    [['vps:1', 'words of', 'a key'], 'expected one host:port, not 3 arguments'],
    [['vps'], '"vps": the port is missing'],
  ])('says what is wrong with %j', (argv, message) => {
    expect(() => parseProbeArguments(argv, {})).toThrow(UsageError);
    expect(() => parseProbeArguments(argv, {})).toThrow(message);
  });

  it('prints what was found, and a command that fits, without the key', () => {
    expect(textOf(REPORT, 'vps:29900', CRYPTS)).toMatchInlineSnapshot(`
      "server          203.0.113.9:29900
      crypt           aes-128
      FEC             5+5
      compression     off
      smux version    1
      rcvwnd          1024
      keepalive       10 s
      release         2019 to 2025
      round trip      41 ms, median 60 ms
      lost            5 %
      largest packet  1280 bytes
      cannot be told  qpp, target, mode

      kcptun client --localaddr :12948 --remoteaddr vps:29900 --key THE-SHARED-KEY --crypt aes-128 --mtu 1280 --datashard 5 --parityshard 5 --nocomp --smuxver 1
      "
    `);
  });

  it('says what each silence means', () => {
    expect(textOf(SILENT, 'vps:29900', ['aes'])).toMatchInlineSnapshot(`
      "203.0.113.9:29900: nothing came back: the key differs, or UDP does not pass, or the machine is down
      asked for: aes
      "
    `);
    expect(textOf({ ...SILENT, refusesOthers: true }, 'vps:29900', ['aes'])).toContain('somebody listens');
    const refused = { ...SILENT, endpoints: [{ ...SILENT.endpoints[0], heard: 'refused' as const }] };
    expect(textOf(refused, 'vps:29900', ['aes'])).toContain('nobody listens on this port');
  });

  it("gives JSON by kcptun's keys", () => {
    expect(reportJson(REPORT)).toMatchObject({
      found: { crypt: 'aes-128', datashard: 5, parityshard: 5, nocomp: true, smuxver: 1 },
      line: { rtt: { min: 41.2, median: 60 }, loss: 0.05, mtu: 1280 },
      unknown: ['qpp', 'target', 'mode'],
      server: { address: '203.0.113.9', port: 29900 },
    });
    expect(reportJson(SILENT)).toMatchObject({ found: {}, server: null });
  });
});
