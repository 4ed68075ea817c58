import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { overrunDatagrams } from './proc.ts';
import { type Direction, type Impairment, type LaneFigures, Relay } from './relay.ts';

export type { Impairment } from './relay.ts';

type Order = { open: { serverPort: number; line: Impairment; seed: number } } | { cut: boolean } | 'figures';

/** What each direction was offered and dropped, and datagrams that came faster than the relay could read them. */
export type RelayFigures = Record<Direction, LaneFigures> & { overrun: number };

/** A relay in a process of its own, so that neither it nor the test keeps the other from its datagrams. */
export class RelayProcess implements AsyncDisposable {
  private constructor(
    private readonly child: ChildProcess,
    /** The port clients send to. */
    readonly port: number,
  ) {}

  static async start(serverPort: number, line: Impairment, seed = 1): Promise<RelayProcess> {
    const child = fork(fileURLToPath(import.meta.url), { execArgv: ['--import', 'tsx'] });
    child.send({ open: { serverPort, line, seed } } satisfies Order);
    const [port] = (await once(child, 'message')) as [number];
    return new RelayProcess(child, port);
  }

  /** Cuts the line, or mends it. */
  async cut(cut: boolean): Promise<void> {
    this.child.send({ cut } satisfies Order);
    await once(this.child, 'message');
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('the relay did not start');
    return this.child.pid;
  }

  /** What the line was offered so far. */
  async figures(): Promise<RelayFigures> {
    this.child.send('figures' satisfies Order);
    const [lanes] = (await once(this.child, 'message')) as [Record<Direction, LaneFigures>];
    return { ...lanes, overrun: overrunDatagrams(this.pid) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode !== null) throw new Error('the relay ended by itself');
    const exited = once(this.child, 'exit');
    this.child.disconnect();
    await exited;
  }
}

/** The child's side: obeys its parent, and ends with it. */
function serve(answer: (message: number | Record<Direction, LaneFigures>) => void): void {
  let relay: Relay | undefined;
  process.on('message', (order: Order) => {
    if (typeof order === 'object' && 'open' in order)
      void Relay.open(order.open.serverPort, order.open.line, order.open.seed).then((opened) =>
        answer((relay = opened).port),
      );
    else if (!relay) throw new Error('the relay is not open yet');
    else answer(order === 'figures' ? relay.figures : Number((relay.cut = order.cut)));
  });
  process.on('disconnect', () => void relay?.[Symbol.asyncDispose]());
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.send) serve(process.send.bind(process));
