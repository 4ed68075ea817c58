import { createWriteStream, openSync } from 'node:fs';
import { formatGoTime } from '../../tunnels/go-time.ts';
import { UsageError } from './arguments.ts';

/** kcptun's log: lines with the local time in front, on stderr or appended to a file. */
export class Log {
  readonly #out: NodeJS.WritableStream;

  /** @throws {UsageError} when the file cannot be opened */
  constructor(path: string) {
    this.#out = path === '' ? process.stderr : createWriteStream(path, { fd: openForAppend(path) });
    // a closed pipe or a full disk must not end the tunnel
    this.#out.on('error', () => {});
  }

  readonly line = (text: string): void => {
    this.#out.write(`${formatGoTime('2006/01/02 15:04:05', new Date())} ${text}\n`);
  };

  /** Resolves when everything is written. */
  end(): Promise<void> {
    return new Promise((resolve) => this.#out.write('', () => resolve()));
  }
}

function openForAppend(path: string): number {
  try {
    return openSync(path, 'a');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `--log ${path}: expected a file that can be appended to, opening it failed with ${code}`,
    );
  }
}
