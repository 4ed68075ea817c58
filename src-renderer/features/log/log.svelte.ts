import type { LogLevel, LogLine } from '../../../shared/log.ts';
import { LOG_LEVELS } from '../../../shared/log.ts';
import { timestamp } from './timestamp.ts';
import type { Core } from '../../client/core.svelte.ts';

const KEPT = 2000;
/** The log of one tunnel (its id), or of the app (null): the newest lines, and what follows. */
export class LogView {
  /** scroll along with what comes */
  follow = $state(true);
  filter = $state('');
  level: LogLevel = $state('debug');
  #lines: LogLine[] = $state.raw([]);
  readonly lines: LogLine[] = $derived.by(() => {
    const query = this.filter.trim().toLocaleLowerCase();
    const least = LOG_LEVELS.indexOf(this.level);
    return this.#lines.filter(
      ({ level, text }) =>
        LOG_LEVELS.indexOf(level) <= least && (!query || text.toLocaleLowerCase().includes(query)),
    );
  });
  readonly all = $derived(this.#lines.length);

  constructor(
    readonly core: Core,
    readonly tunnel: string | null,
  ) {}

  /** Loads and follows until the function returned is called. */
  open(): () => void {
    return this.core.followLog(this.tunnel, KEPT, (lines) => this.#append(lines));
  }

  async clear(): Promise<void> {
    await this.core.clearLog(this.tunnel);
    this.#lines = [];
  }

  /** What is shown, as a file or the clipboard takes it. */
  asText(): string {
    return this.lines.map(({ at, level, text }) => `${timestamp(at)} ${level.padEnd(5)} ${text}\n`).join('');
  }

  #append(lines: readonly LogLine[]): void {
    const last = this.#lines.at(-1)?.seq ?? -Infinity;
    const fresh = lines.filter(({ seq }) => seq > last);
    if (fresh.length) this.#lines = [...this.#lines, ...fresh].slice(-KEPT);
  }
}
