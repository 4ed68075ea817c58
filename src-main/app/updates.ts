import { ApiError } from '../../shared/errors.ts';
import type { UpdateState } from '../../shared/updates.ts';
import type { LogBook } from './log-book.ts';

/** Finds, fetches and installs newer versions: electron-updater stands behind it. */
export interface UpdateSource {
  /** @returns the newest version, null where that is the one that runs. @throws Error where it cannot be found out */
  check(): Promise<string | null>;
  /** Fetches what `check` found, and verifies it. @param hear told of how far it is, from 0 to 1 */
  download(hear: (share: number) => void, signal: AbortSignal): Promise<void>;
  /** Stops the tunnels and restarts into what was fetched. @throws Error where the app goes on as it is */
  install(): Promise<void>;
}

/** The tunnels come up first; what is asked then, goes over a network that is there. */
const FIRST_CHECK_MS = 30_000;
const CHECK_EVERY_MS = 24 * 3_600_000;
const AFTER_FAILURE_MS = 3_600_000;

/** A library's error may hold a stack and a whole page. */
const LONGEST_MESSAGE = 200;
const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0].slice(0, LONGEST_MESSAGE);

/** Looks for newer versions where the user allows it; each further step waits for his word. */
export class Updates {
  #state: UpdateState = { kind: 'unknown' };
  #regular = false;
  #timer: NodeJS.Timeout | undefined;
  #download: AbortController | null = null;

  constructor(
    /** null where this build cannot know of newer ones */
    readonly source: UpdateSource | null,
    readonly log: Pick<LogBook, 'write'>,
    readonly tell: (state: UpdateState) => void,
  ) {}

  get state(): UpdateState {
    return this.#state;
  }

  /** Whether to look by itself, soon and then once a day. Off, nothing of it goes on. */
  set regular(on: boolean) {
    if (on === this.#regular) return;
    this.#regular = on;
    this.stop();
    if (on) this.#checkIn(FIRST_CHECK_MS);
    else if (this.#state.kind !== 'installing') this.#set({ kind: 'unknown' });
  }

  /** Resolves when it is known, or known why not. @throws ApiError unsupported */
  async check(): Promise<void> {
    const source = this.#supported();
    const before = this.#state;
    if (['checking', 'downloading', 'ready', 'installing'].includes(before.kind)) return;
    const checking = this.#set({ kind: 'checking' });
    let after: UpdateState;
    try {
      const version = await source.check();
      after = version === null ? { kind: 'newest', at: Date.now() } : { kind: 'available', version };
      if (version !== null) this.log.write('info', `version ${version} is there`);
    } catch (error) {
      const message = messageOf(error);
      this.log.write('warn', `no newer version could be looked for: ${message}`);
      after = 'version' in before ? before : { kind: 'check-failed', at: Date.now(), message };
    }
    // switched off in the meantime
    if (this.#state !== checking) return;
    this.#set(after);
    this.#checkIn(after.kind === 'check-failed' ? AFTER_FAILURE_MS : CHECK_EVERY_MS);
  }

  /** Resolves when it is fetched, given up, or has failed. @throws ApiError unsupported, not-found */
  async download(): Promise<void> {
    const source = this.#supported();
    const { state } = this;
    if (state.kind === 'downloading' || state.kind === 'ready' || state.kind === 'installing') return;
    const version = this.#version();
    const download = (this.#download = new AbortController());
    const current = (): boolean => this.#download === download;
    this.#set({ kind: 'downloading', version, share: 0 });
    try {
      await source.download((share) => {
        const last = this.#state.kind === 'downloading' ? this.#state.share : 1;
        if (current() && share - last >= 0.01) this.#set({ kind: 'downloading', version, share });
      }, download.signal);
      if (!current()) return;
      this.log.write('info', `version ${version} is fetched, to be installed on a word`);
      this.#set({ kind: 'ready', version });
    } catch (error) {
      if (!current()) return;
      const message = messageOf(error);
      this.log.write('warn', `version ${version} could not be fetched: ${message}`);
      this.#set({ kind: 'download-failed', version, message });
    }
    this.#download = null;
  }

  /** Gives the download up. */
  cancel(): void {
    if (this.#state.kind !== 'downloading') return;
    const { version } = this.#state;
    this.stop();
    this.#set({ kind: 'available', version });
    if (this.#regular) this.#checkIn(CHECK_EVERY_MS);
  }

  /** Does not resolve where it works: the app ends. @throws ApiError unsupported, not-found */
  async install(): Promise<void> {
    const source = this.#supported();
    if (this.#state.kind !== 'ready')
      throw new ApiError('not-found', 'expected a newer version to be fetched first');
    const { version } = this.#state;
    this.stop();
    this.#set({ kind: 'installing', version });
    try {
      await source.install();
    } catch (error) {
      const message = messageOf(error);
      this.log.write('error', `version ${version} could not be installed: ${message}`);
      this.#set({ kind: 'download-failed', version, message });
    }
  }

  /** Looks no more, and fetches no more. */
  stop(): void {
    clearTimeout(this.#timer);
    const download = this.#download;
    this.#download = null;
    download?.abort();
  }

  #checkIn(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#regular || !this.source) return;
    this.#timer = setTimeout(() => void this.check(), ms);
    this.#timer.unref();
  }

  #set(state: UpdateState): UpdateState {
    this.#state = state;
    this.tell(state);
    return state;
  }

  #version(): string {
    if ('version' in this.#state) return this.#state.version;
    throw new ApiError('not-found', 'expected a newer version to be found first');
  }

  #supported(): UpdateSource {
    if (this.source) return this.source;
    throw new ApiError('unsupported', 'this build does not know of newer versions');
  }
}
