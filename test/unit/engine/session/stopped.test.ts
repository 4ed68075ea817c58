import { expect, it } from 'vitest';
import { zeroCounters } from '../../../../shared/counters.ts';
import { type ClientOptions, defaultOptions } from '../../../../shared/options.ts';
import type { Timer, World } from '../../../../src-main/engine/runtime/world.ts';
import { engineContext } from '../../../../src-main/engine/session/context.ts';
import { dial } from '../../../../src-main/engine/session/dial.ts';
import { SessionKeeper } from '../../../../src-main/engine/session/keeper.ts';
import { listen } from '../../../../src-main/engine/session/listen.ts';
import type { SmuxStream } from '../../../../src-main/engine/smux/stream.ts';
import { SimulatedNetwork } from '../../../support/simulated-network.ts';
import { PERFECT, Simulation } from '../../../support/simulation.ts';

const STOPS = 1000;
const ROUND_TRIP_MS = 90;
const REMOTE = { host: '10.0.0.2', minPort: 29900, maxPort: 29900 };

/** The world of a process that can be stopped: its timers and turns wait, its sockets fill, and the clock goes on. */
class StoppableWorld implements World {
  #held: (() => void)[] = [];
  stopped = false;

  constructor(private readonly world: Simulation) {}

  now = () => this.world.now();
  wallClock = () => this.world.wallClock();
  random = () => this.world.random();
  randomFill = (bytes: Uint8Array) => this.world.randomFill(bytes);

  after(ms: number, run: () => void): Timer {
    let live = true;
    this.world.after(ms, () => this.#do(() => live && run()));
    return { stop: () => void (live = false) };
  }

  endOfTurn(run: () => void): void {
    if (this.stopped) this.#held.push(run);
    else this.world.endOfTurn(run);
  }

  #do(run: () => void): void {
    if (this.stopped) this.#held.push(run);
    else run();
  }

  /** Goes on with what was due meanwhile, in any order: neither timers nor sockets always come first. */
  continue(): void {
    this.stopped = false;
    const held = this.#held.splice(0);
    if (this.world.random() < 0.5) held.reverse();
    for (const run of held) run();
  }
}

const echo = (stream: SmuxStream): void => {
  stream.onData = (chunk) => {
    stream.write(chunk.slice());
    stream.consumed(chunk.length);
  };
};

it(
  'a client that is stopped under load a thousand times carries again at once, and believes in no round trip of that length',
  { timeout: 240_000 },
  async () => {
    const simulation = new Simulation(1);
    const world = new StoppableWorld(simulation);
    const network = new SimulatedNetwork(simulation, {
      ...PERFECT,
      delay: ROUND_TRIP_MS / 2,
      jitter: 10,
      loss: 0.01,
    });
    // a segment that the peer rebuilds by FEC is acknowledged late without anybody being stopped
    const fec = { datashard: 0, parityshard: 0 };
    const make = (side: 'client' | 'server', its: World) =>
      engineContext({ ...defaultOptions(side), ...fec, crypt: 'none' } as ClientOptions, its, zeroCounters());
    await listen(make('server', simulation), { ...REMOTE, host: '' }, network, (session) => {
      session.onStream = echo;
    });
    const context = make('client', world);
    let usable = (): void => {};
    const keeper = new SessionKeeper({
      world,
      remote: 'server',
      dial: () => dial(context, REMOTE, network),
      autoExpireMs: 0,
      scavengeMs: 0,
      wanted: () => true,
      emit: () => {},
      onUsable: () => usable(),
    });
    keeper.start();

    /** Opens a stream as soon as there is a session for it, says something, and tells when the answer came. */
    const answer = (): { at: number | undefined } => {
      const asked: { at: number | undefined } = { at: undefined };
      const open = (): boolean => {
        const session = keeper.usable;
        if (!session) return false;
        const stream = session.mux.open();
        stream.onData = (chunk) => {
          stream.consumed(chunk.length);
          asked.at ??= simulation.now();
          stream.destroy();
        };
        // as a program whose connection is cut
        stream.onClose = () => asked.at ?? wait();
        stream.write(new Uint8Array(200));
        keeper.opened();
        return true;
      };
      const wait = (): void => {
        usable = () => {};
        if (open()) return;
        keeper.demand();
        usable = wait;
      };
      wait();
      return asked;
    };

    let slowest = 0;
    let longest = 0;
    for (let i = 0; i < STOPS; i++) {
      // load: a stream that is answered all the time
      const load = keeper.usable?.mux.open();
      let ended = false;
      if (load) {
        load.onData = (chunk) => load.consumed(chunk.length);
        load.onClose = () => (ended = true);
      }
      for (let sent = 0; sent < 40; sent++)
        simulation.after(
          sent * 20,
          () => !world.stopped && load && !ended && load.write(new Uint8Array(900)),
        );
      await simulation.run(300 + 500 * simulation.random());
      world.stopped = true;
      await simulation.run(1000 + 59_000 * simulation.random());
      const from = simulation.now();
      world.continue();
      const asked = answer();
      await simulation.run(60_000, () => asked.at !== undefined);
      slowest = Math.max(slowest, (asked.at ?? Infinity) - from);
      await simulation.run(500);
      longest = Math.max(longest, keeper.usable?.snapshot().srtt ?? 0);
      load?.destroy();
    }
    keeper.close();
    expect(slowest).toBeLessThan(6_000);
    expect(longest).toBeLessThan(3 * ROUND_TRIP_MS);
  },
);
