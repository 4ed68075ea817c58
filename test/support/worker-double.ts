import { EventEmitter } from 'node:events';
import type { EngineSpec, FromWorker, Report, ToWorker } from '../../src-main/tunnels/messages.ts';
import type { WorkerThread } from '../../src-main/tunnels/tunnel.ts';
import type { EngineSnapshot } from '../../src-main/engine/snapshot.ts';
import { downLink, engineSnapshot, sessionSnapshot, upLink } from './snapshots.ts';

/** A worker that does what the test says, and closes when asked unless it is stuck. */
export class WorkerDouble extends EventEmitter implements WorkerThread {
  readonly received: ToWorker[] = [];
  stuck = false;
  terminated = false;

  constructor(readonly spec: EngineSpec) {
    super();
  }

  postMessage(message: ToWorker): void {
    this.received.push(message);
    if (message.kind === 'close' && !this.stuck) queueMicrotask(() => this.exit(0));
  }

  say(message: FromWorker): void {
    this.emit('message', message);
  }

  report(part: Partial<Report>): void {
    const snapshot = engineSnapshot(Date.now());
    this.say({
      kind: 'report',
      tick: false,
      snapshot,
      traffic: { sent: 0, received: 0 },
      closed: [],
      lines: [],
      ...part,
    });
  }

  exit(code: number): void {
    this.emit('exit', code);
  }

  async terminate(): Promise<void> {
    this.terminated = true;
    this.exit(1);
  }

  /** The engine says where it listens. */
  listen(address = '127.0.0.1:12948'): void {
    this.report({ snapshot: engineSnapshot(Date.now(), {}, { address }) });
  }

  /** The server answers. */
  connect(): void {
    this.report({ snapshot: this.#connected() });
  }

  /** The server is lost. */
  lose(): void {
    const cause = { code: 'keepalive-timeout', message: 'nothing heard' } as const;
    const links = [downLink({ heardAt: Date.now(), since: Date.now(), cause })];
    this.report({ snapshot: engineSnapshot(Date.now(), {}, { links }) });
  }

  /** A second has passed, and so much has been carried since the beginning. */
  tick(sent = 0, received = 0): void {
    this.report({ tick: true, snapshot: this.#connected(), traffic: { sent, received } });
  }

  #connected = (): EngineSnapshot =>
    engineSnapshot(Date.now(), {}, { links: [upLink()], sessions: [sessionSnapshot()] });
}
