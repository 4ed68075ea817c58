import type { LogLevel } from '../../shared/log.ts';
import { OFF, type TunnelState } from '../../shared/state.ts';
import type { Connection, History, Statistics } from '../../shared/statistics.ts';
import { ofError } from './diagnosis.ts';
import { StatisticsHistory } from './history.ts';
import type { EngineSpec, FromWorker, Report, ToWorker, WorkerLine } from './messages.ts';
import { tunnelState } from './tunnel-state.ts';

/** What is used of a worker thread. */
export interface WorkerThread {
  postMessage(message: ToWorker): void;
  on(event: 'message', listener: (message: FromWorker) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  terminate(): Promise<unknown>;
}

export type SpawnWorker = (spec: EngineSpec) => WorkerThread;

/** News of one tunnel. */
export interface TunnelNews {
  state?: TunnelState;
  statistics?: Statistics;
  lines?: WorkerLine[];
  /** the smux versions that were learned, by remoteaddr, where there is a new one */
  learned?: Readonly<Record<string, 1 | 2>>;
}

/** Pauses before a dead worker is started again; the last one repeats. */
const RESTART_PAUSES_MS = [1000, 2000, 5000, 10_000, 30_000, 60_000];
/** A worker that ran so long had not been dying in a row. */
const PROVEN_MS = 60_000;
/** A worker that has not closed its handles by then is stuck. */
const CLOSE_MS = 5000;

/** One tunnel: its worker while it is on, its state, and its statistics, which outlive the worker. */
export class Tunnel {
  #state: TunnelState = OFF;
  #spec: EngineSpec | null = null;
  #worker: WorkerThread | null = null;
  #began = false;
  /** as JSON */
  #learned = '{}';
  #startedAt = 0;
  #deaths = 0;
  #restart: NodeJS.Timeout | undefined;
  #stopping: Promise<void> | null = null;
  readonly #history = new StatisticsHistory();

  constructor(
    readonly spawn: SpawnWorker,
    readonly onNews: (news: TunnelNews) => void,
  ) {}

  get state(): TunnelState {
    return this.#state;
  }

  get history(): History {
    return this.#history.history;
  }

  get connections(): Connection[] {
    return this.#history.connections;
  }

  /**
   * Switches on; a tunnel that runs stays as it is. One that is being switched off comes back with `spec`, and one
   * that waits to be started again does so now.
   */
  start(spec: EngineSpec): void {
    if (this.#spec && this.#worker) return;
    clearTimeout(this.#restart);
    this.#spec = spec;
    this.#deaths = 0;
    if (this.#stopping) this.#setState({ kind: 'starting', since: Date.now() });
    else this.#run(spec);
  }

  /** Switches off, and resolves once the worker has closed its handles and is gone. */
  stop(): Promise<void> {
    this.#spec = null;
    clearTimeout(this.#restart);
    const worker = this.#worker;
    if (worker && !this.#stopping) {
      this.#stopping = this.#close(worker).then(() => {
        this.#stopping = null;
        if (this.#spec) this.#run(this.#spec);
      });
    }
    this.#setState(OFF);
    return this.#stopping ?? Promise.resolve();
  }

  /** Closes every session and dials anew; without effect on a tunnel whose engine does not run. */
  redial(): void {
    this.#worker?.postMessage({ kind: 'redial' });
  }

  #run(spec: EngineSpec): void {
    this.#startedAt = Date.now();
    this.#began = false;
    this.#setState({ kind: 'starting', since: this.#startedAt });
    let worker: WorkerThread;
    try {
      worker = this.#worker = this.spawn(spec);
    } catch (error) {
      // the system has no thread or no memory for it now
      return this.#died((error as Error).message);
    }
    let fatal: Error | null = null;
    let failed = false;
    worker.on('message', (message) => {
      if (worker !== this.#worker) return;
      if (message.kind === 'report') this.#report(message);
      else if (message.kind === 'failed') {
        failed = true;
        this.#failed(spec, message);
      }
    });
    worker.on('error', (error) => (fatal = error));
    worker.on('exit', (code) => {
      if (worker !== this.#worker) return;
      this.#worker = null;
      this.#history.end(Date.now());
      if (!failed && this.#spec && !this.#stopping) this.#died(fatal?.message ?? `exit code ${code}`);
    });
  }

  #report(report: Report): void {
    if (!this.#began) {
      this.#began = true;
      this.#history.begin(report.snapshot, report.traffic);
    }
    this.#history.addClosed(report.closed, report.snapshot.at);
    const news: TunnelNews = {};
    if (report.tick) news.statistics = this.#history.add(report.snapshot, report.traffic);
    if (report.lines.length > 0) news.lines = report.lines;
    const { learned } = report.snapshot;
    if (learned && JSON.stringify(learned) !== this.#learned) {
      this.#learned = JSON.stringify(learned);
      news.learned = learned;
    }
    const state = tunnelState(report.snapshot, this.#state);
    if (!this.#stopping && JSON.stringify(state) !== JSON.stringify(this.#state))
      news.state = this.#state = state;
    if (Object.keys(news).length > 0) this.onNews(news);
  }

  /** The engine did not start. A taken port or a bad option does not mend itself: no restart, one clear word. */
  #failed(spec: EngineSpec, { code, message }: FromWorker & { kind: 'failed' }): void {
    const address = spec.role === 'client' ? spec.options.localaddr : spec.options.listen;
    const diagnosis = ofError(code, message, address);
    this.#say('error', message);
    if (this.#stopping) return;
    this.#spec = null;
    this.#setState({ kind: 'failed', since: Date.now(), diagnosis, nextTryAt: null });
  }

  #died(detail: string): void {
    const now = Date.now();
    if (now - this.#startedAt >= PROVEN_MS) this.#deaths = 0;
    const pause = RESTART_PAUSES_MS[Math.min(this.#deaths++, RESTART_PAUSES_MS.length - 1)];
    this.#say('error', `the tunnel's worker died (${detail}), starting another in ${pause / 1000} s`);
    this.#setState({
      kind: 'failed',
      since: now,
      diagnosis: { code: 'worker-died', detail, likely: [] },
      nextTryAt: now + pause,
    });
    this.#restart = setTimeout(() => this.#spec && this.#run(this.#spec), pause);
  }

  /** A worker is asked to close its own handles; ending it from outside, which has crashed Electron, is for stuck ones. */
  async #close(worker: WorkerThread): Promise<void> {
    const exited = new Promise<void>((resolve) => worker.on('exit', () => resolve()));
    worker.postMessage({ kind: 'close' });
    const stuck = setTimeout(() => {
      this.#say('warn', `the tunnel's worker did not close within ${CLOSE_MS / 1000} s and was ended`);
      void worker.terminate();
    }, CLOSE_MS);
    await exited;
    clearTimeout(stuck);
  }

  #setState(state: TunnelState): void {
    if (state.kind === 'off' && this.#state.kind === 'off') return;
    this.#state = state;
    this.onNews({ state });
  }

  #say(level: LogLevel, text: string): void {
    this.onNews({ lines: [{ at: Date.now(), level, text }] });
  }
}
