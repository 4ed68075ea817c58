import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * What a turn allocates is mostly buffers (reads of sockets, outputs of ciphers), and dies with it. Their memory lies
 * outside V8's heap, and V8 empties its nursery only when the objects in it, which are few, have filled it: 23 MB of
 * dead buffers had gathered by then (measured, at 1.4 Gbit/s). So it is emptied after so many bytes of datagrams: half as
 * many leave 1.8 MB less at the peak of an upload (72.9 -> 71.2, means of 5).
 */
export const COLLECT_BYTES = 2e6;

/**
 * Bytes it gets. It begins with 1 MB, which small round trips fill every 300, and the one that is under way waits 0.2 ms
 * longer: with four times as much that is rarer than what a p99 shows (390 -> 363 us, measured). What was loaded before
 * may have made it 2 MB already, and all that it has is filled before it is emptied: 3 MB more where that was 8 (measured).
 */
const NURSERY_BYTES = 4 << 20;
/** More than it has has to survive before it grows. */
const SURVIVORS = 64;
const SURVIVOR_WORDS = 4096;

/**
 * So many sessions that have ended leave 8 MB or more of old objects. V8 looks at those when the heap grows, and a server
 * that is left alone after a rush does not grow: it would keep all of it.
 */
const ENDED_SESSIONS = 1000;
const QUIET_MS = 2000;

let sinceCollected = 0;
let ended = 0;
type Collect = (type: 'minor' | 'major') => void;
let collect: Collect | undefined | null = null;

/** Looks for V8's collector, once. Best before the first traffic: what has grown further stays so. @returns whether it is there */
export function collectorFound(): boolean {
  if (collect === null) collect = findCollector();
  return collect !== undefined;
}

/** Says that so many bytes of datagrams have gone through this thread; now and then that empties its nursery, in 0.2 ms. */
export function collectYoung(bytes: number): void {
  sinceCollected += bytes;
  if (sinceCollected < COLLECT_BYTES) return;
  sinceCollected = 0;
  if (collectorFound()) collect!('minor');
}

/** Says that a session has ended; after very many, what they have left is collected, once, in some 50 ms. */
export function sessionEnded(): void {
  if (++ended % ENDED_SESSIONS === 0 && collectorFound()) setTimeout(collect!, QUIET_MS, 'major').unref();
}

type Gc = (options?: { type: 'minor' }) => void;

/** V8 hands its collector only to contexts made with the flag set. */
function exposeGc(): Gc {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as Gc;
}

/** How many times what the nursery has it should have. */
function nurseryGrowth(): number {
  const nursery = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')!;
  return Math.max(1, Math.round(NURSERY_BYTES / (nursery.space_used_size + nursery.space_available_size)));
}

/** Undefined where V8 keeps its collector: everything works without, with more memory. */
export function findCollector(expose: () => Gc | undefined = exposeGc): Collect | undefined {
  try {
    const gc = expose();
    if (!gc) return undefined;
    const young = { type: 'minor' } as const;
    // So little survives that the threads that help cost more than they save: 0.2 -> 0.1 ms (measured).
    setFlagsFromString('--no-parallel-scavenge');
    let growth = nurseryGrowth();
    setFlagsFromString(`--semi-space-growth-factor=${growth}`);
    const survivors: number[][] = [];
    for (; growth > 1 && survivors.length < SURVIVORS; growth = nurseryGrowth())
      survivors.push(new Array<number>(SURVIVOR_WORDS).fill(0));
    for (let i = 0; i < 2 && nurseryGrowth() > 1; i++) gc(young);
    survivors.length = 0;
    // growing on, it would keep more memory for nothing
    setFlagsFromString('--semi-space-growth-factor=1');
    // with an argument, even undefined, V8 collects the young alone from Node 22 on
    return (type) => (type === 'minor' ? gc(young) : gc());
  } catch {
    return undefined;
  }
}
