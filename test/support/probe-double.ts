import type { ProbeReport } from '../../shared/probe.ts';
import type { ProbeSetup, ProbeTarget } from '../../src-main/engine/probe/index.ts';

/** A server that was asked and told all. */
export const probeReport = (over: Partial<ProbeReport> = {}): ProbeReport => ({
  endpoints: [{ address: '203.0.113.9', port: 29900, heard: 'answered' }],
  answered: 0,
  found: {
    ...{ crypt: 'aes-128', datashard: 10, parityshard: 3, nocomp: false, smuxver: 1 },
    ...{ rcvwnd: 1024, keepalive: 10 },
  },
  line: { rtt: { min: 42, median: 55 }, loss: 0.02, mtu: 1500 },
  family: '2021',
  refusesOthers: false,
  sent: 71,
  unopened: 28,
  answeredMs: 80,
  tookMs: 10_200,
  ...over,
});

/** Nothing answered. */
export const silentReport = (heard: 'silent' | 'refused', refusesOthers = false): ProbeReport =>
  probeReport({
    endpoints: [{ address: '203.0.113.9', port: 29900, heard }],
    answered: null,
    found: {},
    line: { rtt: null, loss: null, mtu: null },
    refusesOthers,
  });

/** Probes that answer what the test says, when it says so. */
export class ProbeDouble {
  readonly asked: {
    target: ProbeTarget;
    setup: ProbeSetup;
    answer: (report: ProbeReport) => void;
    fail: (error: Error) => void;
  }[] = [];

  ask(target: ProbeTarget, setup: ProbeSetup): Promise<ProbeReport> {
    return new Promise((answer, fail) => this.asked.push({ target, setup, answer, fail }));
  }
}
