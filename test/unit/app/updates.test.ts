import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LogBook } from '../../../src-main/app/log-book.ts';
import { Updates, type UpdateSource } from '../../../src-main/app/updates.ts';
import type { UpdateState } from '../../../shared/updates.ts';

const HOUR = 3_600_000;

/** Answers what the test says, when it says so. */
class SourceDouble implements UpdateSource {
  newest: string | null | Error = null;
  checks = 0;
  hear: (share: number) => void = () => undefined;
  signal: AbortSignal | undefined;
  fetched: (error?: Error) => void = () => undefined;
  installs = 0;
  failure: Error | null = null;

  async check(): Promise<string | null> {
    this.checks++;
    if (this.newest instanceof Error) throw this.newest;
    return this.newest;
  }
  download(hear: (share: number) => void, signal: AbortSignal): Promise<void> {
    this.hear = hear;
    this.signal = signal;
    return new Promise((resolve, reject) => {
      this.fetched = (error) => (error ? reject(error) : resolve());
      signal.addEventListener('abort', () => reject(new Error('cancelled')));
    });
  }
  async install(): Promise<void> {
    this.installs++;
    if (this.failure) throw this.failure;
  }
}

let source: SourceDouble;
let log: LogBook;
let told: UpdateState[];
let updates: Updates;
beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  source = new SourceDouble();
  log = new LogBook();
  told = [];
  updates = new Updates(source, log, (state) => told.push(state));
});
afterEach(() => void vi.useRealTimers());

const kinds = () => told.map(({ kind }) => kind);
const ready = async (): Promise<void> => {
  source.newest = '2.0.0';
  await updates.check();
  const download = updates.download();
  source.fetched();
  await download;
};

describe('looking for newer versions', () => {
  it('is not done before the user has said so', async () => {
    await vi.advanceTimersByTimeAsync(100 * HOUR);
    expect([source.checks, told]).toEqual([0, []]);
  });

  it('is done soon after that, and once a day', async () => {
    updates.regular = true;
    await vi.advanceTimersByTimeAsync(29_000);
    expect(source.checks).toBe(0);
    await vi.advanceTimersByTimeAsync(1000);
    expect(updates.state).toEqual({ kind: 'newest', at: 1_030_000 });
    await vi.advanceTimersByTimeAsync(24 * HOUR - 1000);
    expect(source.checks).toBe(1);
    source.newest = '2.0.0';
    await vi.advanceTimersByTimeAsync(1000);
    expect(updates.state).toEqual({ kind: 'available', version: '2.0.0' });
    expect(kinds()).toEqual(['checking', 'newest', 'checking', 'available']);
  });

  it('says quietly that it failed, and is tried again within the hour', async () => {
    source.newest = new Error('net::ERR_PROXY_CONNECTION_FAILED\n    at far away');
    updates.regular = true;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(updates.state).toEqual({
      kind: 'check-failed',
      at: 1_030_000,
      message: 'net::ERR_PROXY_CONNECTION_FAILED',
    });
    expect(log.tail(null, 9).at(-1)).toMatchObject({
      level: 'warn',
      text: 'no newer version could be looked for: net::ERR_PROXY_CONNECTION_FAILED',
    });
    await vi.advanceTimersByTimeAsync(HOUR);
    expect(source.checks).toBe(2);
  });

  it('does not forget a version that was found because the next look failed', async () => {
    source.newest = '2.0.0';
    await updates.check();
    source.newest = new Error('offline');
    await updates.check();
    expect(updates.state).toEqual({ kind: 'available', version: '2.0.0' });
  });

  it('ends at once where it is switched off, whatever is on its way', async () => {
    source.newest = '2.0.0';
    updates.regular = true;
    await vi.advanceTimersByTimeAsync(29_999);
    const check = updates.check();
    updates.regular = false;
    await check;
    expect(updates.state).toEqual({ kind: 'unknown' });
    await vi.advanceTimersByTimeAsync(100 * HOUR);
    expect(source.checks).toBe(1);
  });

  it('is done once on a word, whether it is on or not', async () => {
    await updates.check();
    await vi.advanceTimersByTimeAsync(100 * HOUR);
    expect([source.checks, kinds()]).toEqual([1, ['checking', 'newest']]);
  });
});

describe('a newer version', () => {
  it('is not fetched before the user has said so', async () => {
    source.newest = '2.0.0';
    updates.regular = true;
    await vi.advanceTimersByTimeAsync(100 * HOUR);
    expect(source.signal).toBeUndefined();
  });

  it('is fetched with its progress, in whole percents, and waits for a word to be installed', async () => {
    source.newest = '2.0.0';
    await updates.check();
    const download = updates.download();
    for (const share of [0.001, 0.3, 0.304, 0.9]) source.hear(share);
    source.fetched();
    await download;
    expect(told.slice(2)).toEqual([
      { kind: 'downloading', version: '2.0.0', share: 0 },
      { kind: 'downloading', version: '2.0.0', share: 0.3 },
      { kind: 'downloading', version: '2.0.0', share: 0.9 },
      { kind: 'ready', version: '2.0.0' },
    ]);
    expect(source.installs).toBe(0);
    await updates.install();
    expect([source.installs, updates.state.kind]).toEqual([1, 'installing']);
  });

  it('can be given up on the way', async () => {
    source.newest = '2.0.0';
    await updates.check();
    const download = updates.download();
    source.hear(0.5);
    updates.cancel();
    await download;
    expect(source.signal?.aborted).toBe(true);
    expect(updates.state).toEqual({ kind: 'available', version: '2.0.0' });
  });

  it('says why it could not be fetched, and can be tried again', async () => {
    source.newest = '2.0.0';
    await updates.check();
    const download = updates.download();
    source.fetched(new Error('sha512 checksum mismatch'));
    await download;
    expect(updates.state).toEqual({
      kind: 'download-failed',
      version: '2.0.0',
      message: 'sha512 checksum mismatch',
    });
    await ready();
    expect(updates.state.kind).toBe('ready');
  });

  it('is not looked for again while it is fetched or waits', async () => {
    updates.regular = true;
    await ready();
    await vi.advanceTimersByTimeAsync(100 * HOUR);
    expect([source.checks, updates.state.kind]).toEqual([1, 'ready']);
  });

  it('says why it could not be installed', async () => {
    await ready();
    source.failure = new Error('EACCES');
    await updates.install();
    expect(updates.state).toEqual({ kind: 'download-failed', version: '2.0.0', message: 'EACCES' });
  });

  it('is not fetched before it was found, nor installed before it was fetched', async () => {
    await expect(updates.download()).rejects.toMatchObject({ code: 'not-found' });
    source.newest = '2.0.0';
    await updates.check();
    await expect(updates.install()).rejects.toMatchObject({ code: 'not-found' });
    expect(source.installs).toBe(0);
  });
});

it('a build that cannot know of newer versions says so, and asks nobody', async () => {
  const none = new Updates(null, log, (state) => told.push(state));
  none.regular = true;
  await vi.advanceTimersByTimeAsync(100 * HOUR);
  expect(told).toEqual([]);
  for (const request of [none.check(), none.download(), none.install()])
    await expect(request).rejects.toMatchObject({ code: 'unsupported' });
});
