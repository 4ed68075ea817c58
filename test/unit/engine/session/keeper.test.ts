import { afterEach, describe, expect, it } from 'vitest';
import { EngineError } from '../../../../src-main/engine/errors.ts';
import type { EngineEvent } from '../../../../src-main/engine/events.ts';
import { type KeeperOptions, SessionKeeper } from '../../../../src-main/engine/session/keeper.ts';
import type { Session } from '../../../../src-main/engine/session/types.ts';
import { MemoryLine, type MemorySession } from '../../../support/memory-session.ts';
import { Simulation } from '../../../support/simulation.ts';

class Bench {
  readonly world = new Simulation();
  readonly line = new MemoryLine(this.world);
  readonly events: EngineEvent[] = [];
  readonly details: EngineEvent[] = [];
  readonly keeper: SessionKeeper;
  wanted = false;
  usable = 0;
  dials: number[] = [];

  constructor(
    tuning: Partial<KeeperOptions> = {},
    /** what dials throw */
    public failure?: Error,
  ) {
    this.keeper = new SessionKeeper({
      world: this.world,
      remote: 'server:29900',
      dial: async () => {
        this.dials.push(this.world.now());
        if (this.failure) throw this.failure;
        return this.line.dial();
      },
      autoExpireMs: 0,
      scavengeMs: 600_000,
      wanted: () => this.wanted,
      emit: (event) => void (event.kind === 'detail' ? this.details : this.events).push(event),
      onUsable: () => void this.usable++,
      ...tuning,
    });
    running.push(this);
    this.keeper.start();
  }

  /** Passes time in steps, following what the dials resolve to. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 50) {
      for (let i = 0; i < 4; i++) await Promise.resolve();
      this.world.advance(Math.min(50, ms - passed));
    }
    for (let i = 0; i < 4; i++) await Promise.resolve();
  }

  readonly started = this.world.wallClock();

  get link() {
    return this.keeper.snapshot();
  }

  get kinds(): string[] {
    return this.events.splice(0).map((event) => event.kind);
  }
}

const running: Bench[] = [];
afterEach(() => {
  for (const { keeper, world, line } of running.splice(0)) {
    keeper.close();
    for (const session of line.sessions) session.close();
    expect(world.pending).toBe(0);
  }
});

const conv = (session: Session | undefined): number | undefined => session?.conv;

describe('session keeper', () => {
  it('ends a session whose server opens streams towards it, and dials anew', async () => {
    const bench = new Bench();
    await bench.pass(500);
    const first = bench.keeper.usable as MemorySession;
    for (let i = 0; i < 1000; i++) first.peer!.mux.open();
    await bench.pass(500);
    expect([first.closed, first.mux.streams]).toEqual([true, 0]);
    expect(bench.events.find(({ kind }) => kind === 'session-closed')).toMatchObject({
      error: { code: 'smux-protocol' },
    });
    await bench.pass(3000);
    expect(bench.keeper.usable).not.toBe(first);
    expect(bench.keeper.usable?.closed).toBe(false);
  });

  it('has a session once the server has acknowledged something, not before', async () => {
    const bench = new Bench();
    bench.line.cut();
    await bench.pass(1000);
    expect(bench.keeper.usable).toBeUndefined();
    expect(bench.keeper.sessions.map(conv)).toEqual([1]);
    bench.line.mend();
    await bench.pass(100);
    expect(conv(bench.keeper.usable)).toBe(1);
    expect(bench.usable).toBe(1);
    expect(bench.kinds).toEqual(['dialling', 'up']);
  });

  it('gives a silent dial up after 4 s, and dials with pauses that grow from 1 s to 30 s', async () => {
    const bench = new Bench();
    bench.line.cut();
    await bench.pass(250_000);
    const pauses = bench.dials.slice(1).map((at, i) => (at - bench.dials[i] - 4000) / 1000);
    pauses.forEach((pause, i) => {
      expect(pause).toBeGreaterThanOrEqual(Math.min(2 ** i, 30));
      expect(pause).toBeLessThanOrEqual(Math.min(2 ** i * 1.25, 30) + 0.2);
    });
    expect(pauses.length).toBeGreaterThan(7);
    expect(bench.events.slice(0, 4)).toMatchObject([
      { kind: 'dialling' },
      { kind: 'session-closed', conv: 1, error: { code: 'keepalive-timeout' } },
      { kind: 'redial', attempt: 1 },
      { kind: 'dialling' },
    ]);
    bench.line.mend();
    await bench.pass(40_000);
    expect(bench.keeper.usable).toBeDefined();
  });

  it('goes on when the name does not resolve, and says why', async () => {
    const away = new Bench({
      dial: () => Promise.reject(new EngineError('resolve-failed', 'server: not found')),
    });
    await away.pass(6500);
    expect(away.events.filter(({ kind }) => kind === 'session-closed')).toHaveLength(3);
    expect(away.events[1]).toMatchObject({ conv: null, error: { code: 'resolve-failed' } });
    const broken = new Bench({ dial: () => Promise.reject(new TypeError('odd')) });
    await broken.pass(0);
    expect(broken.events[1]).toMatchObject({
      error: { code: 'socket-failed', message: expect.stringContaining('odd') },
    });
  });

  it('dials within a second of the last when somebody waits', async () => {
    const bench = new Bench({}, new Error('away'));
    await bench.pass(100_000);
    const before = bench.dials.length;
    bench.wanted = true;
    bench.keeper.demand();
    await bench.pass(5_000);
    expect(bench.dials.length - before).toBeGreaterThanOrEqual(4);
    bench.failure = undefined;
    await bench.pass(1_300);
    expect(bench.keeper.usable).toBeDefined();
  });

  it('dials at once when a session that held is lost, and pauses when it did not hold', async () => {
    const bench = new Bench();
    await bench.pass(20_000);
    bench.line.dialled[0].close();
    await bench.pass(50);
    expect(conv(bench.keeper.usable)).toBe(2);
    bench.line.dialled[1].close();
    await bench.pass(900);
    expect(bench.keeper.usable).toBeUndefined();
    await bench.pass(500);
    expect(conv(bench.keeper.usable)).toBe(3);
  });

  it('tells each trouble when it begins', async () => {
    const bench = new Bench();
    await bench.pass(100);
    const [session] = bench.line.dialled;
    bench.events.length = 0;
    session.become('degraded', ['heavy-loss']);
    session.become('degraded', ['heavy-loss', 'checksum-errors']);
    session.become('up');
    session.become('degraded', ['heavy-loss']);
    expect(bench.events.map((event) => (event.kind === 'trouble' ? event.trouble : event.kind))).toEqual([
      'heavy-loss',
      'checksum-errors',
      'heavy-loss',
    ]);
    expect(conv(bench.keeper.usable)).toBe(1);
  });
});

describe('session keeper, in doubt', () => {
  it('replaces a session that a restarted server has forgotten, within 3 s of a new stream', async () => {
    const bench = new Bench();
    await bench.pass(60_000);
    const [old] = bench.line.dialled;
    const existing = old.mux.open();
    let ended = '';
    existing.onClose = (reason) => (ended = reason?.code ?? '');
    await bench.pass(100);
    bench.line.restartServer();

    bench.keeper.usable!.mux.open();
    bench.keeper.opened();
    await bench.pass(1_450);
    expect(conv(bench.keeper.usable)).toBe(1);
    await bench.pass(200);
    expect(conv(bench.keeper.usable)).toBe(2);
    expect(old.expired).toBe(true);
    expect(ended).toBe('');
    await bench.pass(7_000);
    expect(ended).toBe('keepalive-timeout');
    expect(bench.keeper.sessions.map(conv)).toEqual([2]);
  });

  it('does so as soon for a stream that was opened while an earlier one was answered', async () => {
    const bench = new Bench();
    await bench.pass(60_000);
    bench.keeper.usable!.mux.open();
    bench.keeper.opened();
    await bench.pass(100);
    bench.keeper.usable!.mux.open();
    await bench.pass(400);
    bench.line.restartServer();
    bench.keeper.usable!.mux.open();
    bench.keeper.opened();
    await bench.pass(1_450);
    expect(conv(bench.keeper.usable)).toBe(1);
    await bench.pass(200);
    expect(conv(bench.keeper.usable)).toBe(2);
  });

  it('opens no stream in a doubted session, and trusts it again when it is heard', async () => {
    const bench = new Bench();
    await bench.pass(60_000);
    bench.line.cut();
    const session = bench.keeper.usable!;
    session.mux.open();
    bench.keeper.opened();
    await bench.pass(2_000);
    expect(bench.keeper.usable).toBeUndefined();
    const usable = bench.usable;
    // the replacement has been closed for its silence, and the next waits, when the line is back
    await bench.pass(3_500);
    expect(bench.keeper.sessions.map(conv)).toEqual([1]);
    bench.line.mend();
    await bench.pass(600);
    expect(conv(bench.keeper.usable)).toBe(1);
    expect(bench.usable).toBe(usable + 1);
    expect(session.closed).toBe(false);
  });

  it.each(['nothing-heard', 'refused'] as const)('doubts a session that says itself: %s', async (trouble) => {
    const bench = new Bench();
    await bench.pass(20_000);
    bench.line.restartServer();
    bench.line.dialled[0].become('degraded', [trouble]);
    expect(bench.keeper.usable).toBeUndefined();
    await bench.pass(100);
    expect(conv(bench.keeper.usable)).toBe(2);
  });

  it('does not replace a session that was heard again before the new one answered', async () => {
    const bench = new Bench();
    await bench.pass(20_000);
    bench.line.cut();
    bench.keeper.usable!.mux.open();
    bench.keeper.opened();
    await bench.pass(1_600);
    expect(bench.keeper.sessions.map(conv)).toEqual([1, 2]);
    bench.line.mend();
    await bench.pass(50);
    expect(bench.events.at(-1)).toMatchObject({
      conv: 2,
      error: { message: expect.stringContaining('heard again') },
    });
    await bench.pass(600);
    expect(bench.keeper.sessions.map(conv)).toEqual([1]);
    expect(conv(bench.keeper.usable)).toBe(1);
    await bench.pass(60_000);
    expect(bench.dials).toHaveLength(2);
  });

  it('waits no longer than 6 s for an answer, whatever round trip was measured', async () => {
    const bench = new Bench();
    await bench.pass(60_000);
    const [session] = bench.line.dialled;
    const snapshot = session.snapshot.bind(session);
    session.snapshot = () => ({ ...snapshot(), srtt: 5_700 });
    bench.line.restartServer();
    bench.keeper.usable!.mux.open();
    bench.keeper.opened();
    await bench.pass(6_200);
    expect(conv(bench.keeper.usable)).toBe(2);
  });

  it('does not doubt a session that answers', async () => {
    const bench = new Bench();
    await bench.pass(20_000);
    for (let i = 0; i < 100; i++) {
      bench.keeper.usable!.mux.open();
      bench.keeper.opened();
      await bench.pass(100);
    }
    expect(bench.dials).toHaveLength(1);
  });
});

describe('session keeper, replacing', () => {
  it('replaces a session at its age; the old one lives until its streams have ended', async () => {
    const bench = new Bench({ autoExpireMs: 5_000 });
    await bench.pass(100);
    const stream = bench.keeper.usable!.mux.open();
    await bench.pass(4_800);
    expect(conv(bench.keeper.usable)).toBe(1);
    bench.events.length = 0;
    await bench.pass(300);
    expect(conv(bench.keeper.usable)).toBe(2);
    expect(bench.kinds).toEqual(['dialling', 'expired', 'up']);
    await bench.pass(12_000);
    expect(bench.keeper.sessions.map(conv)).toEqual([1, 4]);
    stream.destroy();
    await bench.pass(2_000);
    expect(bench.keeper.sessions.map(conv)).not.toContain(1);
  });

  it('ends an old session when scavengettl is over, or never when that is negative', async () => {
    for (const scavengeMs of [3_000, -1]) {
      const bench = new Bench({ autoExpireMs: 5_000, scavengeMs });
      await bench.pass(100);
      const old = bench.keeper.usable!;
      old.mux.open();
      await bench.pass(7_800);
      expect(old.closed).toBe(false);
      await bench.pass(1_200);
      expect(old.closed).toBe(scavengeMs > 0);
      await bench.pass(100_000);
      expect(old.closed).toBe(scavengeMs > 0);
    }
  });

  it('takes another session for one that stands when its server changes, and cuts no stream short', async () => {
    const bench = new Bench({ scavengeMs: 3_000 });
    await bench.pass(100);
    const old = bench.keeper.usable!;
    const stream = old.mux.open();
    bench.events.length = 0;
    bench.keeper.move();
    await bench.pass(300);
    expect(conv(bench.keeper.usable)).toBe(2);
    expect(bench.kinds).toEqual(['dialling', 'expired', 'up']);
    await bench.pass(60_000);
    expect(bench.keeper.sessions.map(conv)).toEqual([1, 2]);
    stream.destroy();
    await bench.pass(2_000);
    expect([old.closed, bench.keeper.sessions.map(conv)]).toEqual([true, [2]]);
  });

  it('keeps the old session when no new one answers', async () => {
    const bench = new Bench({ autoExpireMs: 5_000 });
    await bench.pass(100);
    bench.failure = new Error('no route');
    await bench.pass(20_000);
    expect(conv(bench.keeper.usable)).toBe(1);
    bench.failure = undefined;
    await bench.pass(20_000);
    expect(conv(bench.keeper.usable)).toBeGreaterThan(1);
  });

  it('dials at once when told to, from whatever it was doing', async () => {
    const bench = new Bench();
    await bench.pass(1_000);
    bench.keeper.usable!.mux.open();
    bench.keeper.redial();
    expect(bench.keeper.usable).toBeUndefined();
    await bench.pass(50);
    expect(conv(bench.keeper.usable)).toBe(2);
    expect(bench.keeper.sessions.map(conv)).toEqual([1, 2]);

    bench.line.cut();
    bench.keeper.redial();
    await bench.pass(1_000);
    bench.keeper.redial();
    bench.keeper.redial();
    await bench.pass(50);
    expect(bench.line.dialled.map(({ closed }) => closed).filter((closed) => !closed)).toHaveLength(2);

    await bench.pass(30_000);
    bench.line.mend();
    bench.keeper.redial();
    await bench.pass(50);
    expect(bench.keeper.usable).toBeDefined();
  });

  it('closes a session that comes after its own end', async () => {
    const bench = new Bench();
    bench.keeper.close();
    await bench.pass(50);
    expect(bench.line.dialled.map(({ closed }) => closed)).toEqual([true]);
    expect(bench.kinds).toEqual(['dialling']);
  });
});

describe('the link of a session keeper', () => {
  it('is down from the first dial, and up by the server’s answer', async () => {
    const bench = new Bench();
    bench.line.cut();
    await bench.pass(1000);
    const down = { kind: 'down', remote: 'server:29900', heardAt: null, attempt: 0, nextTryAt: null };
    expect(bench.link).toMatchObject({ ...down, unanswered: false, cause: null, since: bench.started });
    await bench.pass(3000);
    // the one time after which a dial is given up is the one after which it is called unanswered
    expect(bench.link).toMatchObject({ kind: 'down', unanswered: true, attempt: 1, since: bench.started });
    expect(bench.link).toHaveProperty('nextTryAt', expect.any(Number));
    bench.line.mend();
    await bench.pass(2000);
    expect(bench.link).toMatchObject({ kind: 'up', session: { conv: 2 }, heardAt: expect.any(Number) });
  });

  it('says why a dial sent nothing, until one does', async () => {
    const bench = new Bench({}, new EngineError('resolve-failed', 'server: not found'));
    await bench.pass(50);
    expect(bench.link).toMatchObject({ kind: 'down', cause: { code: 'resolve-failed' }, unanswered: false });
    bench.failure = undefined;
    bench.line.cut();
    await bench.pass(1500);
    expect(bench.link).toMatchObject({ kind: 'down', cause: null });
  });

  it('is down while its session is doubted, since when that was last heard, and up when it is heard again', async () => {
    const bench = new Bench();
    await bench.pass(20_000);
    bench.line.cut();
    bench.keeper.usable!.mux.open();
    bench.keeper.opened();
    const cut = bench.world.wallClock();
    await bench.pass(1600);
    const cause = { code: 'keepalive-timeout' };
    expect(bench.link).toMatchObject({ kind: 'down', cause, unanswered: false });
    const { heardAt } = bench.link;
    expect(cut - heardAt!).toBeLessThan(11_000);
    await bench.pass(5000);
    expect(bench.link).toMatchObject({ kind: 'down', cause, unanswered: true, heardAt });
    bench.line.mend();
    await bench.pass(600);
    expect(bench.link).toMatchObject({ kind: 'up', session: { conv: 1 } });
  });

  it('knows a refusal before the dial is given up', async () => {
    const bench = new Bench();
    bench.line.cut();
    await bench.pass(50);
    bench.line.dialled[0].become('dialling', ['refused']);
    expect(bench.link).toMatchObject({ kind: 'down', refused: true, unanswered: false });
  });

  it('keeps the cause of a loss until the server answers', async () => {
    const bench = new Bench();
    await bench.pass(1000);
    bench.line.dialled[0].close(new EngineError('smux-protocol', 'no smux'));
    expect(bench.link).toMatchObject({ kind: 'down', cause: { code: 'smux-protocol' }, attempt: 1 });
    await bench.pass(2000);
    expect(bench.link).toMatchObject({ kind: 'up' });
  });

  it('remembers what it could not read until it reads something', async () => {
    const bench = new Bench();
    await bench.pass(1000);
    bench.line.dialled[0].close(new EngineError('smux-version', 'smux: version 1 seen, 2 expected'));
    expect(bench.link).toMatchObject({ kind: 'down', cause: { code: 'smux-version' }, understood: false });
    await bench.pass(2000);
    expect(bench.link).toMatchObject({ kind: 'up', misread: { code: 'smux-version' } });
    // the server's keepalive, a NOP each 10 s
    await bench.pass(11_000);
    expect(bench.link).toMatchObject({ kind: 'up', misread: null });
    bench.line.dialled[1].close();
    expect(bench.link).toMatchObject({ kind: 'down', understood: true });
  });

  it('tells a maintainer how a session came and why it is doubted', async () => {
    const bench = new Bench();
    await bench.pass(20_000);
    bench.line.dialled[0].become('degraded', ['nothing-heard']);
    const texts = bench.details.map((event) => (event.kind === 'detail' ? event.text : ''));
    expect(texts.join('\n')).toMatch(
      /dialled server:29900 conv: 1[^]*ms after the dial[^]*in doubt: conv: 1 .*srtt: 10/,
    );
  });

  it('is up while a session that is only old is replaced', async () => {
    const bench = new Bench({ autoExpireMs: 5_000 });
    await bench.pass(4900);
    bench.line.cut();
    await bench.pass(3000);
    expect(bench.dials).toHaveLength(2);
    expect(bench.link).toMatchObject({ kind: 'up', session: { conv: 1 } });
  });
});
