import type { ApiCore, KeyState, Notify, RequestHandlers, Snapshot, TunnelUpdate } from '../../shared/api.ts';
import { type Counters, zeroCounters } from '../../shared/counters.ts';
import { ApiError } from '../../shared/errors.ts';
import type { LogLine } from '../../shared/log.ts';
import { serverCommand } from '../../shared/options-convert.ts';
import type { Profile } from '../../shared/profile.ts';
import { DEFAULT_SETTINGS } from '../../shared/settings.ts';
import { OFF, type TunnelState } from '../../shared/state.ts';
import type { Connection, History, Sample, Statistics } from '../../shared/statistics.ts';
import type { UpdateState, UpdateWay } from '../../shared/updates.ts';
import { probeReport } from './probe-double.ts';

/** A tunnel that only pretends: its numbers wander around these. */
export interface MockTunnel {
  profile: Profile;
  state: TunnelState;
  /** Mbit/s down, up and that the line carries up; ms, share lost; what is absent carries nothing */
  line?: { down: number; up: number; carries: number; rtt: number; loss: number };
  connections?: number;
}

let lastId = 0;
export const mockProfile = (name: string, options: Profile['options'] = {}): Profile => ({
  id: `p${++lastId}`,
  name,
  colour: 'blue',
  autostart: false,
  options: { localaddr: `127.0.0.1:${12947 + lastId}`, key: 'sixteen letters!', ...options },
  extra: {},
  demo: false,
});

/** Park and Miller's generator: the same wandering every time. */
function wander(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 0x7fffffff) / 0x7fffffff;
}

class Running {
  state: TunnelState;
  readonly history: History = { seconds: [], minutes: [] };
  readonly counters: Counters = zeroCounters();
  readonly connections: Connection[] = [];
  readonly #random: () => number;
  #level = 0.7;
  #now: number;
  readonly #since: number;

  constructor(
    readonly tunnel: MockTunnel,
    now: number,
    seed: number,
  ) {
    this.state = tunnel.state;
    this.#random = wander(seed);
    this.#now = this.#since = now - 600_000;
    if (tunnel.line) while (this.#now < now) this.tick(this.#now + 1000);
    for (let at = 0; tunnel.line && at < 1440; at++)
      this.history.minutes.push({ ...this.sample(now - (1440 - at) * 60_000), fecFailed: 0 });
    for (let index = 0; index < (tunnel.connections ?? 0); index++)
      this.connections.push({
        id: `1:${index}`,
        source: `127.0.0.1:${49200 + index}`,
        openedAt: now - Math.floor(this.#random() * 400_000),
        sent: Math.floor(this.#random() ** 3 * 3e6),
        received: Math.floor(this.#random() ** 3 * 9e7),
        closedAt: index % 7 === 3 ? now - Math.floor(this.#random() * 50_000) : null,
      });
  }

  sample(at: number): Sample {
    const { down, up, carries, rtt, loss } = this.tunnel.line!;
    const random = this.#random;
    this.#level = Math.min(1, Math.max(0.15, this.#level + (random() - 0.5) * 0.14));
    const level = this.#level;
    const [downBytes, upBytes] = [down * 125_000 * level, up * 125_000 * (0.6 + random() * 0.5)];
    const rate = carries * 125_000 * (0.98 + random() * 0.04);
    const propagation = rtt * 0.93;
    return {
      at,
      down: downBytes,
      up: upBytes,
      wireDown: downBytes * 1.38 + 9000,
      wireUp: upBytes * 1.42 + 22_000,
      rtt: rtt * (0.94 + random() * 0.14),
      rttvar: rtt * (0.04 + random() * 0.05),
      loss: loss * (0.5 + random()),
      retrans: loss * 0.18 * random(),
      fecRecovered: Math.round(((downBytes * 1.38) / 1290) * loss * (0.6 + random() * 0.2)),
      fecFailed: 0,
      line: {
        state: 'cruise',
        rate,
        propagation,
        queue: random() < 0.1 ? 9 : random() * 3,
        inFlight: (upBytes * 1.42 * propagation) / 1000,
        window: (rate * 1.25 * propagation) / 1000,
        pace: rate * (random() < 0.15 ? 1.25 : 1),
        loss: loss * 0.4 * (0.6 + random() * 0.8),
        parity: loss > 0.1 ? 3 : loss > 0.02 ? 1 : 0,
      },
      download: {
        rate: downBytes * 1.38,
        propagation,
        queue: random() * 12,
        window: (downBytes * 1.38 * propagation * 1.2) / 1000,
        braked: down > 10,
      },
      sessions: 1,
      connections: this.tunnel.connections ?? 0,
    };
  }

  tick(now: number): Statistics {
    const sample = this.sample(now);
    this.#now = now;
    const { counters } = this;
    counters.BytesSent += Math.round(sample.up);
    counters.BytesReceived += Math.round(sample.down);
    counters.InBytes += Math.round(sample.wireDown);
    counters.OutBytes += Math.round(sample.wireUp);
    counters.InPkts = Math.round(counters.InBytes / 1290);
    counters.OutPkts = Math.round(counters.OutBytes / 410);
    counters.InSegs = counters.InPkts;
    counters.OutSegs = Math.round(counters.OutPkts * 0.8);
    counters.FECParityShards = Math.round(counters.InPkts * 0.22);
    counters.FECRecovered += sample.fecRecovered;
    counters.RetransSegs = Math.round(counters.OutSegs * 0.004);
    counters.LostSegs = Math.round(counters.RetransSegs * 0.3);
    counters.FastRetransSegs = counters.RetransSegs - counters.LostSegs;
    counters.CurrEstab = counters.MaxConn = counters.ActiveOpens = 1;
    this.history.seconds.push(sample);
    if (this.history.seconds.length > 600) this.history.seconds.shift();
    return this.statistics(sample);
  }

  statistics(sample: Sample): Statistics {
    const { counters } = this;
    return {
      sample,
      minute: null,
      totals: {
        since: this.#since,
        up: counters.BytesSent,
        down: counters.BytesReceived,
        wireUp: counters.OutBytes,
        wireDown: counters.InBytes,
        parityUp: Math.round(counters.OutBytes * 0.08),
      },
      counters: { ...counters },
      sessions: [
        {
          conv: 1,
          remote: '203.0.113.9:29900',
          state: 'up',
          troubles: [],
          openedAt: this.#since,
          heardAgo: 12,
          expired: false,
          srtt: sample.rtt,
          rttvar: sample.rttvar,
          rto: (sample.rtt ?? 0) + 30,
          sndWnd: 128,
          rcvWnd: 512,
          rmtWnd: 1024,
          cwnd: 128,
          inFlight: Math.round((sample.line?.inFlight ?? 0) / 1350),
          sndQueue: 0,
          rcvQueue: 0,
          shardsExpected: 1000,
          shardsReceived: 976,
          paritySent: 0,
          streams: 3,
          line: sample.line,
          download: sample.download,
        },
      ],
    };
  }
}

/** The core's side of shared/api without engine, disk or worker: for pictures and for the window's own tests. */
export class MockCore implements ApiCore {
  settings = { ...DEFAULT_SETTINGS };
  updates: UpdateState = { kind: 'unknown' };
  /** what this build can do about newer versions */
  updateWay: UpdateWay = 'none';
  keys: KeyState = { keyring: true, passphrase: 'none' };
  /** what `keys.unlock` takes for the right one */
  passphrase = '';
  readonly log: LogLine[] = [];
  running: Running[];
  readonly #windows = new Set<Notify>();
  #removed: Running[] = [];

  constructor(
    tunnels: MockTunnel[],
    private readonly clock: () => number = Date.now,
  ) {
    this.running = tunnels.map((tunnel, index) => new Running(tunnel, clock(), 77 + index * 991));
  }

  attach(notify: Notify) {
    this.#windows.add(notify);
    return { handlers: this.#handlers(), detach: () => void this.#windows.delete(notify) };
  }

  /** One second goes by. */
  tick(): void {
    for (const running of this.running) {
      const { line, profile } = running.tunnel;
      if (line && (running.state.kind === 'connected' || running.state.kind === 'degraded'))
        this.#notify('tunnel', { id: profile.id, statistics: running.tick(this.clock()) });
    }
  }

  say(tunnel: string | null, level: LogLine['level'], text: string): void {
    const line = { seq: this.log.length + 1, at: this.clock(), level, tunnel, text };
    this.log.push(line);
    this.#notify('log', [line]);
  }

  setState(id: string, state: TunnelState): void {
    this.#find(id).state = state;
    this.#notify('tunnel', { id, state });
  }

  setUpdates(updates: UpdateState): void {
    this.updates = updates;
    this.#notify('updates', updates);
  }

  #withVersion(next: (version: string) => UpdateState): void {
    if ('version' in this.updates) this.setUpdates(next(this.updates.version));
  }

  #setKeys(passphrase: KeyState['passphrase']): void {
    this.keys = { ...this.keys, passphrase };
    this.#notify('keys', this.keys);
  }

  #notify: Notify = (name, data) => {
    for (const notify of this.#windows) notify(name, data);
  };
  #find(id: string): Running {
    const found = this.running.find(({ tunnel }) => tunnel.profile.id === id);
    if (!found) throw new ApiError('not-found', `no tunnel ${id}`);
    return found;
  }
  #profiles = (): Profile[] => this.running.map(({ tunnel }) => tunnel.profile);
  #told = <T>(result: T): T => {
    this.#notify('profiles', this.#profiles());
    return result;
  };
  #add(profile: Profile, line?: MockTunnel['line']): Profile {
    this.running.push(new Running({ profile, state: OFF, line }, this.clock(), 5));
    return this.#told(profile);
  }

  #snapshot(): Snapshot {
    return {
      version: '0.1.0',
      host: {
        kind: 'web',
        platform: 'linux',
        tray: false,
        loginItem: false,
        notifications: false,
        updates: this.updateWay,
      },
      settings: this.settings,
      keys: this.keys,
      updates: this.updates,
      profiles: this.#profiles(),
      tunnels: this.running.map(
        ({ tunnel, state, history }, index): TunnelUpdate & { state: TunnelState } => {
          const last = history.seconds.at(-1);
          return {
            id: tunnel.profile.id,
            state,
            ...(last && state.kind !== 'off' ? { statistics: this.running[index].statistics(last) } : {}),
          };
        },
      ),
      notices: [],
    };
  }

  #handlers(): RequestHandlers {
    const start = ({ id }: { id: string }) =>
      this.setState(id, { kind: 'connected', since: this.clock(), address: '127.0.0.1:12948' });
    const stop = ({ id }: { id: string }) => this.setState(id, OFF);
    return {
      snapshot: () => this.#snapshot(),
      'profiles.create': (fields) =>
        this.#add({ ...mockProfile(fields.name), ...(fields as Partial<Profile>), demo: false }),
      'profiles.update': ({ id, patch }) => {
        const { tunnel } = this.#find(id);
        tunnel.profile = { ...tunnel.profile, ...(patch as Partial<Profile>) };
        return this.#told(tunnel.profile);
      },
      'profiles.clone': ({ id }) => {
        const { profile } = this.#find(id).tunnel;
        return this.#add({ ...profile, id: `p${++lastId}`, name: `${profile.name} 2` });
      },
      'profiles.remove': ({ ids }) => {
        this.#removed = ids.map((id) => this.#find(id));
        this.running = this.running.filter((one) => !this.#removed.includes(one));
        return this.#told({ undo: 'u' });
      },
      'profiles.restore': () => {
        this.running.push(...this.#removed);
        return this.#told(this.#removed.map(({ tunnel }) => tunnel.profile));
      },
      'profiles.reorder': ({ ids }) => {
        this.running = ids.map((id) => this.#find(id));
        this.#told(undefined);
      },
      'profiles.import': ({ sources, convertServers }) => ({
        imported: sources
          .filter(({ text }) => text.includes('remoteaddr') || convertServers)
          .map(({ name }) => ({ profile: this.#add(mockProfile(name)), source: name, notes: [] })),
        refused: sources
          .filter(({ text }) => !text.includes('remoteaddr') && !convertServers)
          .map(({ name, text }) => ({
            source: name,
            message: 'no kcptun configuration',
            code: text.includes('target') ? 'server-config' : 'not-recognised',
          })),
      }),
      'profiles.export': ({ ids }) =>
        this.#profiles()
          .filter(({ id }) => !ids || ids.includes(id))
          .map(({ name, options }) => ({ name: `${name}.json`, text: JSON.stringify(options, null, 2) })),
      'profiles.serverCommand': ({ id, withKey }) =>
        serverCommand(this.#find(id).tunnel.profile.options, withKey),
      'tunnels.start': start,
      'tunnels.stop': stop,
      'tunnels.startAll': () => this.#profiles().forEach(start),
      'tunnels.stopAll': () => this.#profiles().forEach(stop),
      'tunnels.redial': start,
      'tunnels.restart': start,
      'tunnels.history': ({ id }) => this.#find(id).history,
      'tunnels.connections': ({ id }) => this.#find(id).connections,
      'tunnels.watchConnections': () => undefined,
      'tunnels.ping': ({ ids }) => {
        for (const { id } of this.#profiles())
          if (!ids || ids.includes(id))
            this.#notify('tunnel', { id, pings: [{ at: this.clock(), rtt: 42, loss: 0.02 }] });
      },
      'probe.run': async ({ id }) => {
        const report = probeReport();
        this.#notify('probe', { id, stage: 'done', report });
        return report;
      },
      'probe.ping': () => ({ at: this.clock(), rtt: 42, loss: 0.02 }),
      'probe.stop': () => undefined,
      'log.tail': ({ tunnel }) => this.log.filter((line) => tunnel === undefined || line.tunnel === tunnel),
      'log.clear': () => void this.log.splice(0),
      'log.follow': () => undefined,
      'settings.update': (patch) => {
        this.settings = { ...this.settings, ...patch };
        this.#notify('settings', this.settings);
        return this.settings;
      },
      'keys.unlock': ({ passphrase }) => {
        if (passphrase !== this.passphrase) throw new ApiError('wrong-passphrase', 'not this one');
        this.#setKeys('open');
      },
      'keys.setPassphrase': ({ passphrase }) => {
        this.passphrase = passphrase;
        this.#setKeys('open');
      },
      'keys.removePassphrase': () => this.#setKeys('none'),
      'keys.forgetPassphrase': () => this.#setKeys('none'),
      'updates.check': () => this.setUpdates({ kind: 'newest', at: this.clock() }),
      'updates.download': () => this.#withVersion((version) => ({ kind: 'downloading', version, share: 0 })),
      'updates.cancel': () => this.#withVersion((version) => ({ kind: 'available', version })),
      'updates.install': () => this.#withVersion((version) => ({ kind: 'installing', version })),
      'links.take': () => [],
      'window.shown': () => undefined,
      'notices.dismiss': () => undefined,
      'demo.start': () => {
        const demo = this.#add(
          { ...mockProfile('Loopback demo'), demo: true },
          { down: 30, up: 9, carries: 240, rtt: 9, loss: 0.001 },
        );
        start(demo);
        return demo;
      },
      'demo.stop': () => {
        this.running = this.running.filter(({ tunnel }) => !tunnel.profile.demo);
        this.#told(undefined);
      },
    };
  }
}
