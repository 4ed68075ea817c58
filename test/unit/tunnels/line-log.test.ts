import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LINE_LOG_HEADER, lineLog } from '../../../shared/line-log.ts';
import type { DownloadSnapshot, LineSnapshot } from '../../../shared/snapshot.ts';
import { foldDownloads, foldLines } from '../../../src-main/tunnels/fold-lines.ts';
import { startLineLog } from '../../../src-main/tunnels/line-log.ts';
import { sample } from '../../support/samples.ts';
import { engineSnapshot, sessionSnapshot } from '../../support/snapshots.ts';

const line: LineSnapshot = {
  state: 'cruise',
  rate: 2_300_000,
  propagation: 102.4,
  queue: 3.25,
  inFlight: 240_000,
  window: 300_000,
  pace: 2_250_000,
  loss: 0.006,
  parity: 1,
};
const download: DownloadSnapshot = {
  rate: 5_000_000,
  propagation: 98,
  queue: 12,
  window: 600_000,
  braked: true,
};

/** A CSV as what its columns say. */
function read(csv: string): Record<string, string>[] {
  const [header, ...lines] = csv.trimEnd().split('\n');
  const names = header.split(',');
  return lines.map((row) => {
    const values = row.split(',');
    expect(values).toHaveLength(names.length);
    return Object.fromEntries(names.map((name, column) => [name, values[column]]));
  });
}

describe('foldLines', () => {
  const fold = (...lines: (Partial<LineSnapshot> | null)[]) =>
    foldLines(lines.map((part) => sessionSnapshot({ line: part && { ...line, ...part } })));

  it('knows nothing where no session does', () => expect(fold(null, null)).toBeNull());

  it('is the line of the only session that knows it', () => expect(fold(null, {})).toEqual(line));

  it('adds up what sessions carry that share a line, and not what those remember that rest', () => {
    const half = { rate: 1_150_000, pace: 1_000_000, inFlight: 100_000, window: 150_000 };
    expect(fold(half, half)).toMatchObject({ rate: 2_300_000, pace: 2_000_000, inFlight: 200_000 });
    const resting = { ...half, inFlight: 0 };
    expect(fold({ ...half, rate: 2_200_000 }, resting)).toMatchObject({ rate: 2_200_000 });
    expect(fold(resting, resting)).toMatchObject({ rate: 1_150_000 });
  });

  it('takes the shortest way, the longest queue, and loss by what is carried', () => {
    const folded = fold(
      { propagation: 100, queue: 1, loss: 0.01, rate: 3e6 },
      { loss: 0.05, rate: 1e6 },
      { loss: null },
    );
    expect(folded).toMatchObject({ propagation: 100, queue: 3.25 });
    expect(folded?.loss).toBeCloseTo(0.02);
  });

  it('is learnt as soon as one session has learnt it', () => {
    expect(fold({ state: 'start-up', inFlight: 9e9 }, {})?.state).toBe('cruise');
    expect(fold({ state: 'start-up' })?.state).toBe('start-up');
  });

  it('adds up what comes down', () => {
    const two = [download, { ...download, rate: 1_000_000, propagation: 90, queue: 2, braked: false }];
    expect(foldDownloads(two.map((one) => sessionSnapshot({ download: one })))).toEqual({
      rate: 6_000_000,
      propagation: 90,
      queue: 12,
      window: 1_200_000,
      braked: true,
    });
    expect(foldDownloads([sessionSnapshot()])).toBeNull();
  });
});

describe('lineLog', () => {
  it('can be read back, with empty fields for what is not known', () => {
    const csv = lineLog([
      sample(1000),
      sample(2000, { wireUp: 2_500_000, wireDown: 125_000, retrans: 0.0061, rtt: 105.67, line, download }),
    ]);
    const [unknown, known] = read(csv);
    expect(unknown).toMatchObject({ unix_ms: '1000', session: 'all', sent_mbit_s: '0', line_mbit_s: '' });
    expect(unknown).toMatchObject({ state: '', lost_percent: '', down_braked: '' });
    expect(known).toEqual({
      unix_ms: '2000',
      session: 'all',
      sent_mbit_s: '20',
      received_mbit_s: '1',
      sent_again_percent: '0.61',
      round_trip_ms: '105.67',
      state: 'cruise',
      line_mbit_s: '18.4',
      pace_mbit_s: '18',
      propagation_ms: '102.4',
      queue_ms: '3.25',
      in_flight_bytes: '240000',
      window_bytes: '300000',
      lost_percent: '0.6',
      parity_a_group: '1',
      down_line_mbit_s: '40',
      down_propagation_ms: '98',
      down_queue_ms: '12',
      down_window_bytes: '600000',
      down_braked: '1',
    });
  });
});

describe('startLineLog', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'line-log-'));
    vi.useFakeTimers();
  });
  afterEach(async () => {
    vi.useRealTimers();
    await rm(folder, { recursive: true });
  });

  it('writes a line a second for each session and one for all, below one header', async () => {
    const path = join(folder, '2006.csv');
    let at = new Date(2031, 2, 7).getTime();
    let OutBytes = 0;
    const snapshot = () => {
      const sessions = [sessionSnapshot({ conv: 0xabc, line }), sessionSnapshot({ conv: 7 })];
      return engineSnapshot((at += 1000), { OutBytes: (OutBytes += 125_000) }, { sessions });
    };
    const fails = vi.fn();
    const stop = startLineLog(path, snapshot, fails);
    vi.advanceTimersByTime(2500);
    await stop();
    vi.advanceTimersByTime(5000);
    const csv = await readFile(join(folder, '2031.csv'), 'utf8');
    expect(csv.split('\n').filter((row) => row === LINE_LOG_HEADER)).toHaveLength(1);
    const rows = read(csv);
    expect(rows.map(({ session }) => session)).toEqual([
      '00000abc',
      '00000007',
      'all',
      '00000abc',
      '00000007',
      'all',
    ]);
    expect(rows[0]).toMatchObject({ line_mbit_s: '18.4', sent_mbit_s: '' });
    expect(rows[1]).toMatchObject({ line_mbit_s: '', round_trip_ms: '50' });
    expect(rows[5]).toMatchObject({ line_mbit_s: '18.4', sent_mbit_s: '1' });
    expect(Number(rows[5].unix_ms) - Number(rows[2].unix_ms)).toBe(1000);
    expect(fails).not.toHaveBeenCalled();
  });

  it('reports what it cannot write, and goes on', async () => {
    await writeFile(join(folder, 'file'), '');
    const fails = vi.fn();
    const stop = startLineLog(join(folder, 'file', 'line.csv'), () => engineSnapshot(0), fails);
    vi.advanceTimersByTime(2500);
    await stop();
    expect(fails).toHaveBeenCalledTimes(2);
  });
});
