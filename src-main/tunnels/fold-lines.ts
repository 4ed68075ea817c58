import type { DownloadSnapshot, LineSnapshot, SessionSnapshot } from '../../shared/snapshot.ts';

/**
 * The sessions of a tunnel share a line. Those that have something in flight share what it carries, so that their rates
 * add up; one that rests remembers what it once had, and tells of the line only where none has more.
 */
export function foldLines(sessions: readonly SessionSnapshot[]): LineSnapshot | null {
  const known = sessions.flatMap(({ line }) => line ?? []);
  if (known.length === 0) return null;
  const sum = (of: (line: LineSnapshot) => number, lines = known): number =>
    lines.reduce((total, line) => total + of(line), 0);
  const most = (of: (line: LineSnapshot) => number): number => Math.max(...known.map(of));
  const busy = known.filter(({ inFlight }) => inFlight > 0);
  const shared = (of: (line: LineSnapshot) => number): number => Math.max(sum(of, busy), most(of));
  const learnt = known.filter(({ state }) => state !== 'start-up');
  const telling = learnt.length > 0 ? learnt : known;
  /** Weighed by what each line carries; a session that has learnt nothing yet begins with all of the parity. */
  const mean = (of: (line: LineSnapshot) => number | null): number | null => {
    const told = telling.filter((line) => of(line) !== null);
    const weight = sum(({ rate }) => rate, told);
    return weight > 0 ? sum((line) => of(line)! * line.rate, told) / weight : (told.map(of).at(0) ?? null);
  };
  const [first] = [...telling].sort((a, b) => b.inFlight - a.inFlight);
  return {
    state: first.state,
    rate: shared(({ rate }) => rate),
    propagation: Math.min(...known.map(({ propagation }) => propagation)),
    queue: most(({ queue }) => queue),
    inFlight: sum(({ inFlight }) => inFlight),
    window: sum(({ window }) => window),
    pace: shared(({ pace }) => pace),
    loss: mean(({ loss }) => loss),
    parity: mean(({ parity }) => parity),
  };
}

/** What comes down is what comes over all sessions. */
export function foldDownloads(sessions: readonly SessionSnapshot[]): DownloadSnapshot | null {
  const known = sessions.flatMap(({ download }) => download ?? []);
  if (known.length === 0) return null;
  const sum = (of: (download: DownloadSnapshot) => number): number =>
    known.reduce((total, download) => total + of(download), 0);
  return {
    rate: sum(({ rate }) => rate),
    propagation: Math.min(...known.map(({ propagation }) => propagation)),
    queue: Math.max(...known.map(({ queue }) => queue)),
    window: sum(({ window }) => window),
    braked: known.some(({ braked }) => braked),
  };
}
