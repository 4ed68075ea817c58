import type { Counters } from '../../../shared/counters.ts';
import { type ClientOptions, isPaced } from '../../../shared/options.ts';
import { fecIsOn } from '../../../shared/options-rules.ts';
import type { Sample } from '../../../shared/statistics.ts';
import { fecBudget, segmentBytes, windowCeiling, windowFor } from '../../../shared/sizing.ts';

/** What the numbers say, the most useful first; rates are bytes a second, shares 0..1. `change` is what would help. */
export type Advice =
  | { kind: 'measuring' }
  | { kind: 'line-fits' }
  | { kind: 'window-fine'; ceiling: number; peak: number }
  | { kind: 'window-tight'; ceiling: number; target: number; change: Change }
  | { kind: 'parity-short'; loss: number; survives: number; change: Change }
  | { kind: 'fec-unused'; resent: number; change: Change }
  /** `way` says what it costs: where parity is sent by need, an idle line's is the server's alone */
  | { kind: 'fec-idle'; way: 'both' | 'down'; costs: number; change: Change }
  | { kind: 'resend-heavy'; resent: number };

export type Change = Partial<Pick<ClientOptions, 'rcvwnd' | 'sndwnd' | 'datashard' | 'parityshard'>>;

/** Rates that people buy, in Mbit/s. */
const TARGETS = [2, 5, 10, 20, 50, 100, 200, 300, 500, 1000, 2000, 5000];
const ENOUGH_SECONDS = 10;
const RECENT_SECONDS = 60;
/** Below this a second counts as idle: keepalives and acknowledgements tell nothing about the line. */
const BUSY_BYTES = 20_000;
/** What FEC may cost on a line that loses nothing before it is worth a word. */
const IDLE_COSTS = 0.05;
/** Of the receive window, from which on it may be what holds the server back. */
const BOUND_REACHED = 0.9;

const mean = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
};

/**
 * kcptun's manual as a calculation: the ceiling is rcvwnd packets a round trip; FEC should satisfy
 * parityshard / (datashard + parityshard) > loss; many repeats with little loss mean too large a window.
 */
export function advise(
  seconds: readonly Sample[],
  options: ClientOptions,
  counters: Pick<Counters, 'InPkts' | 'FECParityShards'> = { InPkts: 0, FECParityShards: 0 },
): Advice[] {
  const busy = seconds.filter(({ wireUp, wireDown }) => wireUp + wireDown > BUSY_BYTES);
  const recent = busy.slice(-RECENT_SECONDS);
  const rtt = mean(recent.map((sample) => sample.rtt));
  if (recent.length < ENOUGH_SECONDS || rtt === null) return [{ kind: 'measuring' }];

  const found: Advice[] = [];
  const ceiling = windowCeiling(options.rcvwnd, rtt, options);
  const peak = Math.max(...busy.map(({ down }) => down));
  const paced = isPaced(options);
  if (peak > 0.7 * ceiling && !heldByLine(recent, options)) {
    const target = (TARGETS.find((megabits) => megabits * 125_000 > ceiling * 1.1) ?? 10_000) * 125_000;
    const rcvwnd = windowFor(target, rtt, options);
    if (rcvwnd > options.rcvwnd) found.push({ kind: 'window-tight', ceiling, target, change: { rcvwnd } });
  }

  const loss = mean(recent.map((sample) => sample.loss));
  const resent = mean(recent.map((sample) => sample.retrans)) ?? 0;
  const { survives, costs } = fecBudget(options);
  if (fecIsOn(options) && loss !== null && loss > 0.6 * survives) {
    // room for twice the loss; more than one parity packet a data packet is never worth it
    const { datashard } = options;
    const wanted = loss < 0.25 ? Math.ceil((datashard * 2 * loss) / (1 - 2 * loss)) : datashard;
    const parityshard = Math.min(datashard, 256 - datashard, wanted);
    if (parityshard > options.parityshard)
      found.push({ kind: 'parity-short', loss, survives, change: { parityshard } });
  }
  if (!fecIsOn(options) && resent > 0.03)
    found.push({ kind: 'fec-unused', resent, change: { datashard: 10, parityshard: 3 } });
  // the engine fits what it sends to the line by itself: sndwnd is no more than a bound
  if (!paced && resent > 0.15 && (loss ?? 1) < 0.05) found.push({ kind: 'resend-heavy', resent });
  const long = busy.length >= 5 * RECENT_SECONDS;
  if (long && fecIsOn(options) && loss !== null && loss < 0.001 && resent < 0.002) {
    const way = paced && options.parity === 'auto' ? 'down' : 'both';
    const { InPkts, FECParityShards } = counters;
    const costing = way === 'both' ? costs : FECParityShards / Math.max(1, InPkts - FECParityShards);
    if (costing > IDLE_COSTS)
      found.push({ kind: 'fec-idle', way, costs: costing, change: { datashard: 0, parityshard: 0 } });
  }

  if (found.some(({ kind }) => kind === 'window-tight')) return found;
  // nobody has to size a window that is no more than a bound
  found.push(paced ? { kind: 'line-fits' } : { kind: 'window-fine', ceiling, peak });
  return found;
}

/** Whether the server is held to what the line carries, in less than the receive window: then that is no limit. */
function heldByLine(recent: readonly Sample[], options: ClientOptions): boolean {
  const download = recent.at(-1)?.download;
  if (!download?.braked) return false;
  return download.window < BOUND_REACHED * options.rcvwnd * options.conn * segmentBytes(options);
}
