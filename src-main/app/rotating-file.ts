import { appendFile, chmod, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Lines that may wait for a slow disk; beyond, the oldest are lost rather than the memory. */
const WAITING_LINES = 10_000;

/** Appends lines to a file, in a folder of its own that only its owner may read; when it has grown to `maxBytes` it becomes `.1`, the old `.1` becomes `.2`, and so on. */
export class RotatingFile {
  #waiting: string[] = [];
  #writing: Promise<void> | null = null;
  #size = -1;

  constructor(
    readonly path: string,
    readonly maxBytes = 1 << 20,
    /** old files kept beside the current one */
    readonly kept = 3,
  ) {}

  /** Never fails and never waits: a disk that is full must not stop a tunnel. */
  append(line: string): void {
    this.#waiting.push(line + '\n');
    if (this.#waiting.length > WAITING_LINES) this.#waiting.shift();
    this.#writing ??= this.#write();
  }

  /** Resolves when everything is written, or could not be. */
  async flush(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  async #write(): Promise<void> {
    // what is said within one turn goes out together
    await new Promise((resolve) => setImmediate(resolve));
    try {
      while (this.#waiting.length > 0) {
        const text = this.#waiting.join('');
        this.#waiting = [];
        if (this.#size < 0) await this.#open();
        if (this.#size > 0 && this.#size + Buffer.byteLength(text) > this.maxBytes) await this.#rotate();
        await appendFile(this.path, text, { mode: 0o600 });
        this.#size += Buffer.byteLength(text);
      }
    } catch {
      // the log in memory, which the window shows, has the lines all the same
      this.#size = -1;
    } finally {
      this.#writing = this.#waiting.length > 0 && this.#size >= 0 ? this.#write() : null;
    }
  }

  async #open(): Promise<void> {
    const folder = dirname(this.path);
    await mkdir(folder, { recursive: true });
    // the lines name servers: one made by an older version too is for nobody else
    await chmod(folder, 0o700);
    this.#size = await stat(this.path).then(
      ({ size }) => size,
      () => 0,
    );
  }

  async #rotate(): Promise<void> {
    await rm(`${this.path}.${this.kept}`, { force: true });
    for (let n = this.kept - 1; n >= 1; n--) {
      await rename(`${this.path}.${n}`, `${this.path}.${n + 1}`).catch(() => undefined);
    }
    await rename(this.path, `${this.path}.1`);
    this.#size = 0;
  }
}
