import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KcpEnd, kcpPair } from '../support/kcp-pair.ts';
import { Simulation } from '../support/simulation.ts';

const MODES = [
  { nodelay: false, interval: 40, resend: 2, noCongestionWindow: true },
  { nodelay: false, interval: 30, resend: 0, noCongestionWindow: false },
  { nodelay: true, interval: 20, resend: 1, noCongestionWindow: true },
  { nodelay: true, interval: 10, resend: 2, noCongestionWindow: false },
];

describe('Kcp', () => {
  it('delivers every byte in order under any simulated loss below 60 %', () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.integer(),
          loss: fc.double({ min: 0, max: 0.6, noNaN: true }),
          delay: fc.integer({ min: 0, max: 150 }),
          jitter: fc.integer({ min: 0, max: 50 }),
          duplicate: fc.double({ min: 0, max: 0.2, noNaN: true }),
          reorder: fc.double({ min: 0, max: 0.3, noNaN: true }),
          mode: fc.constantFrom(...MODES),
          sndWnd: fc.integer({ min: 2, max: 256 }),
          rcvWnd: fc.integer({ min: 2, max: 256 }),
          mtu: fc.integer({ min: 60, max: 1472 }),
          bytes: fc.integer({ min: 0, max: 60_000 }),
        }),
        ({ seed, loss, delay, jitter, duplicate, reorder, mode, sndWnd, rcvWnd, mtu, bytes }) => {
          const world = new Simulation(seed);
          const line = { loss, delay, jitter, duplicate, reorder, rate: Infinity };
          const { a, b } = kcpPair(world, line, { ...mode, sndWnd, rcvWnd, mtu });
          const data = new Uint8Array(bytes);
          world.randomFill(data);
          a.send(data);
          world.runSync(3_600_000 * 24, () => b.received.length >= data.length);
          expect(Buffer.from(b.received).equals(data)).toBe(true);
          a.dispose();
          b.dispose();
        },
      ),
      { numRuns: 60 },
    );
  });

  it('survives any datagram', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.constantFrom(0x11223344, 5),
            fc.constantFrom(81, 82, 83, 84, 85),
            fc.array(fc.constantFrom(0, 1, 2, 5, 100, 0x7fffffff, 0x80000000, 0xffffffff), {
              minLength: 5,
              maxLength: 5,
            }),
            fc.uint8Array({ maxLength: 60 }),
          ),
          { maxLength: 40 },
        ),
        (datagrams) => {
          const world = new Simulation(1);
          const end = new KcpEnd(world);
          end.send(new Uint8Array(20_000));
          for (const [conv, cmd, words, tail] of datagrams) {
            const bytes = new Uint8Array(24 + tail.length);
            const view = new DataView(bytes.buffer);
            view.setUint32(0, conv, true);
            words.forEach((word, i) => view.setUint32(4 + 4 * i, word, true));
            view.setUint8(4, cmd);
            bytes.set(tail, 24);
            end.input(bytes);
            world.runSync(1);
          }
          world.runSync(1000);
          expect(end.kcp.send.inFlight).toBeGreaterThanOrEqual(0);
          expect(end.kcp.send.inFlight).toBeLessThanOrEqual(128);
          expect(end.kcp.receive.queued).toBeLessThanOrEqual(512);
          end.dispose();
        },
      ),
      { numRuns: 300 },
    );
  });
});
