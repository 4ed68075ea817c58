import { describe, expect, it } from 'vitest';
import { type ClientOptions, defaultOptions } from '../../../shared/options.ts';
import type { ProbedEndpoint } from '../../../shared/probe.ts';
import { proofOf } from '../../../src-main/tunnels/proof.ts';
import { probeReport, silentReport } from '../../support/probe-double.ts';

const REMOTE = 'vps:29900';
/** What fits the double's server. */
const options = (over: Partial<ClientOptions> = {}): ClientOptions => ({
  ...defaultOptions('client'),
  ...{ remoteaddr: REMOTE, crypt: 'aes-128', smuxver: 1 },
  ...over,
});
const endpoint = (port: number, heard: ProbedEndpoint['heard'], address = '203.0.113.9'): ProbedEndpoint => ({
  address,
  port,
  heard,
});

describe('what a probe proves', () => {
  it('is nothing where everything fits', () => {
    expect(proofOf(probeReport(), options(), true)).toBeNull();
    // a server of 2019 or later learns the shape, and windows may differ
    expect(proofOf(probeReport(), options({ datashard: 20, parityshard: 5, rcvwnd: 99 }), true)).toBeNull();
  });

  it.each([
    [
      options({ crypt: 'aes' }),
      { code: 'other-crypt', mine: 'aes', theirs: 'aes-128' },
      { crypt: 'aes-128' },
    ],
    [options({ smuxver: 2 }), { code: 'other-smux', mine: 2, theirs: 1 }, { smuxver: 1 }],
    [options({ nocomp: true }), { code: 'other-compression', compressed: true }, { nocomp: false }],
  ])('is the setting that differs, with its remedy', (mine, said, fix) => {
    expect(proofOf(probeReport(), mine, false)).toEqual({ ...said, remote: REMOTE, likely: [], fix });
  });

  it('mends everything that differs at once', () => {
    const proof = proofOf(probeReport(), options({ crypt: 'xor', smuxver: 2, nocomp: true }), true);
    expect(proof).toMatchObject({
      code: 'other-crypt',
      fix: { crypt: 'aes-128', smuxver: 1, nocomp: false },
    });
  });

  it('is the shape where the server is of 2017', () => {
    const proof = proofOf(probeReport({ family: '2017' }), options({ datashard: 5, parityshard: 5 }), true);
    expect(proof).toMatchObject({ code: 'other-fec', mine: '5+5', theirs: '10+3' });
    expect(proof!.fix).toEqual({ datashard: 10, parityshard: 3 });
  });

  it('is the mtu where large packets vanish', () => {
    const line = { rtt: null, loss: 0, mtu: 1280 };
    const proof = proofOf(probeReport({ line }), options(), true);
    expect(proof).toEqual({ code: 'large-lost', mtu: 1350, passes: 1280, likely: [], fix: { mtu: 1280 } });
  });

  it('is the port of a range, or the address of a name, that answers', () => {
    const ports = probeReport({
      endpoints: [endpoint(29900, 'refused'), endpoint(29901, 'answered')],
      answered: 1,
    });
    const range = options({ remoteaddr: 'vps:29900-29901' });
    expect(proofOf(ports, range, false)).toBeNull();
    expect(proofOf(ports, range, true)).toMatchObject({
      code: 'other-port',
      port: 29901,
      fix: { remoteaddr: 'vps:29901' },
    });
    const addresses = probeReport({
      endpoints: [endpoint(29900, 'silent', '2001:db8::9'), endpoint(29900, 'answered')],
      answered: 1,
    });
    expect(proofOf(addresses, options(), true)).toMatchObject({
      code: 'other-address',
      address: '203.0.113.9',
      fix: { remoteaddr: '203.0.113.9:29900' },
    });
  });

  it('tells silences apart, once the probe has ended', () => {
    expect(proofOf(silentReport('silent'), options(), false)).toBeNull();
    expect(proofOf(silentReport('refused'), options(), true)).toMatchObject({ code: 'nobody-listens' });
    expect(proofOf(silentReport('silent', true), options(), true)).toMatchObject({ code: 'key-refused' });
    expect(proofOf(silentReport('silent'), options(), true)).toMatchObject({ code: 'nothing-returns' });
  });
});
