import { type ChildProcess, spawn } from 'node:child_process';
import { until } from './until.ts';

export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** Whatever still lives when this process ends, however that comes about, ends with it. */
const living = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

/** A program under test: its output is kept, its end is awaited, and nobody has to remember to end it. */
export class Process implements AsyncDisposable {
  /** Standard output and standard error as they came. */
  output = '';
  /** How it ended, once it has. */
  ending: Ending | undefined;
  readonly exited: Promise<Ending>;
  readonly #child: ChildProcess;

  constructor(
    readonly command: string,
    readonly args: readonly string[],
    env: NodeJS.ProcessEnv = {},
    /** how messages are cloned, for a child that takes part in Node's IPC */
    serialization?: 'advanced',
  ) {
    this.#child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe', ...(serialization ? ['ipc' as const] : [])],
      serialization,
      env: { ...process.env, ...env },
    });
    living.add(this.#child);
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    this.exited = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      // 'close' and not 'exit': only then all output has been read
      this.#child.once('close', (code, signal) => {
        living.delete(this.#child);
        resolve((this.ending = { code, signal }));
      });
    });
    this.exited.catch(() => {});
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.command} did not start`);
    return this.#child.pid;
  }

  /** Waits for a condition while the process lives; its early end is an error that shows its output. */
  until<T>(what: string, look: () => T | undefined | false, ms?: number): Promise<T> {
    return until(
      what,
      () => {
        if (this.ending) throw new Error(`${this} ended before ${what}: ${this.output}`);
        return look();
      },
      ms,
    );
  }

  send(message: object): void {
    this.#child.send(message);
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#child.on('message', listener);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** @throws Error when it still lives 10 s after `signal`; then it has been killed */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ending> {
    if (this.ending) return this.ending;
    this.kill(signal);
    let patience: NodeJS.Timeout | undefined;
    const tooLate = new Promise<undefined>((resolve) => (patience = setTimeout(resolve, 10_000, undefined)));
    const ending = await Promise.race([this.exited, tooLate]);
    clearTimeout(patience);
    if (ending) return ending;
    this.kill('SIGKILL');
    await this.exited;
    throw new Error(`${this} outlived ${signal} by 10 s: ${this.output}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  toString(): string {
    return [this.command, ...this.args].join(' ');
  }
}
