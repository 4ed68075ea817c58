import { expect, it } from 'vitest';
import { Flight } from '../../../../src-main/engine/line/flight.ts';

const MSS = 1000;
const OVERHEAD = 50;
const SLOTS = 256;

/** A sender's window over a line without a rate, whose peer answers when the test says. */
class Sender {
  readonly flight = new Flight(MSS, OVERHEAD, 30, undefined);
  readonly segments = {
    una: 0,
    nxt: 0,
    mask: SLOTS - 1,
    data: new Int32Array(SLOTS),
    lengths: new Int32Array(SLOTS),
    ts: new Int32Array(SLOTS),
    xmit: new Int32Array(SLOTS),
  };
  now = 0;

  send(length: number): void {
    const { segments, flight, now } = this;
    const at = segments.nxt & segments.mask;
    segments.data[at] = segments.xmit[at] = 1;
    segments.lengths[at] = length;
    segments.ts[at] = now | 0;
    flight.sent(segments.nxt, length, false, now, segments);
    flight.spent(length + OVERHEAD);
    segments.nxt++;
  }

  /** The peer answers all that it has, `ms` later. */
  answer(ms: number): void {
    const { segments, flight } = this;
    this.now += ms;
    for (; segments.una < segments.nxt; segments.una++) {
      const at = segments.una & segments.mask;
      flight.acknowledged(segments.una, segments.ts[at], false, this.now, segments);
      segments.data[at] = 0;
    }
    flight.settle(this.now);
  }
}

it('fills the window of a peer that holds its ACKs, though echoes were answered at once before', () => {
  const sender = new Sender();
  for (let i = 0; i < 3000; i++) {
    sender.send(1);
    sender.flight.limited();
    sender.answer(0.02);
    sender.now += 0.3;
  }
  let sent = 0;
  for (let round = 0; round < 100; round++) {
    // each tick of the peer's 30 ms answers what has come, and nothing is answered between
    for (sent = 0; sent < 128 && !sender.flight.full; sent++) sender.send(MSS);
    sender.answer(30);
  }
  expect(sent).toBe(128);
});

/** Rounds of a window of `bound` segments, as far as the model lets it go, to a peer next door that answers each `held` ms. */
function rounds(bound: number, count: number, ms: (sent: number) => number): Sender {
  const sender = new Sender();
  for (let i = 0; i < count; i++) {
    sender.send(1);
    sender.flight.limited();
    sender.answer(0.02);
    sender.now += 0.3;
  }
  for (let round = 0; round < count; round++) {
    let sent = 0;
    sender.flight.bounded(bound);
    for (; sent < bound && !sender.flight.full; sent++) sender.send(MSS);
    sender.answer(ms(sent));
  }
  return sender;
}

it('leaves out pacing where a window that the peer answers all at once is the limit, and not the line', () => {
  expect(rounds(128, 200, () => 30).flight.model.near).toBe(true);
});

it('paces where the line is the limit, near as its end may be', () => {
  // 1 Mbyte/s
  expect(rounds(128, 200, (sent) => (sent * (MSS + OVERHEAD)) / 1000).flight.model.near).toBe(false);
});
