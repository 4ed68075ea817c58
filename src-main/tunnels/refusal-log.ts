import type { Refusals } from '../../shared/snapshot.ts';

const PERIOD_MS = 60_000;

const WHAT: Record<keyof Refusals, string> = {
  replayed: 'openings that were seen before',
  crowded: 'sessions that had proved nothing and made way for newer ones',
  overfull: 'datagrams beyond what is held for a session that has proved nothing',
};

const NONE: Refusals = { replayed: 0, crowded: 0, overfull: 0 };

/**
 * Says once a minute what a server has not let in since, and nothing where that was nothing.
 * @param read what it has not let in so far
 * @returns what stops it
 */
export function startRefusalLog(read: () => Refusals | undefined, tell: (line: string) => void): () => void {
  let told = NONE;
  const timer = setInterval(() => {
    const { ...now } = read() ?? NONE;
    const news = (Object.keys(WHAT) as (keyof Refusals)[]).flatMap((kind) =>
      now[kind] > told[kind] ? [`${now[kind] - told[kind]} ${WHAT[kind]}`] : [],
    );
    told = now;
    if (news.length > 0) tell(`not let in during the last minute: ${news.join(', ')}`);
  }, PERIOD_MS).unref();
  return () => clearInterval(timer);
}
