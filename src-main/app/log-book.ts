import { LOG_LEVELS, LOG_LINES_KEPT, type LogLevel, type LogLine } from '../../shared/log.ts';

/** Where the lines go beside the memory. */
export interface LineSink {
  append(line: string): void;
  flush(): Promise<void>;
}

/** A line of the log is one line: what else a message holds must not forge another. */
const oneLine = (text: string): string => text.replaceAll(/[\r\n\u2028\u2029]+/g, ' ⏎ ').slice(0, 2000);

/** The log of the app and of every tunnel: bounded in memory, and in a file with rotation. */
export class LogBook {
  #lines: LogLine[] = [];
  #seq = 0;
  readonly #listeners = new Set<(line: LogLine) => void>();
  level: LogLevel = 'info';

  constructor(readonly file: LineSink | null = null) {}

  /** @param tunnel the profile it is about, with the name that the file shows; null for the app itself */
  write(
    level: LogLevel,
    text: string,
    tunnel: { id: string; name: string } | null = null,
    at = Date.now(),
  ): void {
    if (LOG_LEVELS.indexOf(level) > LOG_LEVELS.indexOf(this.level)) return;
    const line: LogLine = { seq: ++this.#seq, at, level, tunnel: tunnel?.id ?? null, text: oneLine(text) };
    this.#lines.push(line);
    // dropping a tenth at a time keeps this from moving the whole list at every line
    if (this.#lines.length > LOG_LINES_KEPT) this.#lines = this.#lines.slice(LOG_LINES_KEPT / 10);
    const subject = tunnel ? oneLine(tunnel.name) : 'app';
    this.file?.append(`${new Date(at).toISOString()} ${level} [${subject}] ${line.text}`);
    for (const listener of this.#listeners) listener(line);
  }

  /** The newest lines, oldest first; `tunnel` undefined is everything, null the app's own. */
  tail(tunnel: string | null | undefined, limit: number): LogLine[] {
    const lines = tunnel === undefined ? this.#lines : this.#lines.filter((line) => line.tunnel === tunnel);
    return lines.slice(-limit);
  }

  /** Forgets lines in memory; the file keeps them. */
  clear(tunnel: string | null | undefined): void {
    this.#lines = tunnel === undefined ? [] : this.#lines.filter((line) => line.tunnel !== tunnel);
  }

  /** Calls `listener` with each new line until the function returned is called. */
  follow(listener: (line: LogLine) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
