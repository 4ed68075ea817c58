import type { Sample } from '../../../shared/statistics.ts';
import { MINUTES_KEPT, SECONDS_KEPT } from '../../../shared/statistics.ts';
import { isPaced } from '../../../shared/options.ts';
import type { Tunnel } from '../../client/tunnel.svelte.ts';
import { i18n } from '../../i18n/i18n.svelte.ts';
import { advise } from './advice.ts';
import { columns, greatest } from './columns.ts';
import { lineDownText, lineUpText, sentAgain } from './line.ts';
import { rebuiltShare } from './recovery.ts';
import { wireShares } from './wire.ts';

export type Span = 'minutes' | 'day';
/** what the chart of the line shows: rates, what waits, what is in flight, or parity */
export type LineShown = 'rates' | 'waits' | 'flight' | 'parity';

const MINUTE = 60;
const inPercent = (share: number | null): number | null => share && share * 100;

/** Every number of the overview, worked out from the tunnel's samples and counters. */
export class Overview {
  span: Span = $state('minutes');
  readonly spanSeconds = $derived(this.span === 'minutes' ? SECONDS_KEPT : MINUTES_KEPT * MINUTE);
  readonly columns = $derived.by(() => {
    const { seconds, minutes } = this.tunnel.history;
    const [samples, step] = this.span === 'minutes' ? [seconds, 1] : [minutes, MINUTE];
    const counters = this.tunnel.statistics?.counters;
    const packet = counters?.InPkts ? counters.InBytes / counters.InPkts : this.tunnel.options.mtu;
    return columns(samples, step, {
      down: ({ down }) => down,
      up: ({ up }) => up,
      rtt: ({ rtt }) => rtt,
      rttvar: ({ rttvar }) => rttvar,
      loss: ({ loss }) => inPercent(loss),
      rebuilt: (sample) => inPercent(rebuiltShare(sample, step, packet)),
      resent: ({ retrans }) => inPercent(retrans),
      wireUp: ({ line, wireUp }) => line && wireUp,
      line: ({ line }) => line && line.rate,
      pace: ({ line }) => line && line.pace,
      propagation: ({ line }) => line && line.propagation,
      queue: ({ line }) => line && line.queue,
      inFlight: ({ line }) => line && line.inFlight / 1000,
      window: ({ line }) => line && line.window / 1000,
      parity: ({ line }) => line && line.parity,
    });
  });
  lineShown: LineShown = $state('rates');
  readonly lineUnit = $derived(
    i18n.locale.rateUnit(greatest(this.columns.line, this.columns.pace, this.columns.wireUp)),
  );
  readonly rateUnit = $derived(i18n.locale.rateUnit(greatest(this.columns.down, this.columns.up)));
  readonly rates = $derived({
    down: this.columns.down.map((bytes) => bytes && bytes / this.rateUnit.bytes),
    up: this.columns.up.map((bytes) => bytes && bytes / this.rateUnit.bytes),
  });
  readonly sample: Sample | null = $derived.by(() => this.tunnel.statistics?.sample ?? null);
  /** shards rebuilt, and groups beyond rebuilding, in the last minute */
  readonly recovery = $derived.by(() => {
    let [rebuilt, failed] = [0, 0];
    for (const { fecRecovered, fecFailed } of this.tunnel.history.seconds.slice(-MINUTE)) {
      rebuilt += fecRecovered;
      failed += fecFailed;
    }
    return { rebuilt, failed };
  });
  /** the retransmission timeout of the session heard last, milliseconds */
  readonly timeout = $derived.by(() => {
    const answered = this.tunnel.statistics?.sessions.filter(({ srtt }) => srtt !== null) ?? [];
    answered.sort((a, b) => (a.heardAgo ?? Infinity) - (b.heardAgo ?? Infinity));
    return answered.at(0)?.rto ?? null;
  });
  readonly peerSendsFec = $derived.by(
    () => this.tunnel.statistics?.sessions.some(({ shardsExpected }) => shardsExpected !== null) ?? false,
  );
  readonly wire = $derived.by(() => {
    const { statistics, options } = this.tunnel;
    return statistics && wireShares(statistics.totals, statistics.counters, options);
  });
  readonly paced = $derived.by(() => isPaced(this.tunnel.options));
  readonly lineUp = $derived.by(() =>
    lineUpText(this.sample?.line ?? null, sentAgain(this.tunnel.history.seconds), this.paced, i18n.locale),
  );
  readonly lineDown = $derived.by(() => lineDownText(this.sample?.download ?? null, i18n.locale));
  /** parity packets that are sent a group; null where it is not by need, or not known */
  readonly lineParity = $derived.by(() => (this.parityByNeed ? (this.sample?.line?.parity ?? null) : null));
  readonly parityByNeed = $derived.by(() => this.paced && this.tunnel.options.parity === 'auto');
  /** UDP bytes for each byte of the programs', or null before there were any */
  readonly overhead = $derived.by(() => {
    const totals = this.tunnel.statistics?.totals;
    const yours = totals ? totals.up + totals.down : 0;
    return totals && yours > 0 ? (totals.wireUp + totals.wireDown) / yours : null;
  });
  readonly advice = $derived.by(() =>
    advise(this.tunnel.history.seconds, this.tunnel.options, this.tunnel.statistics?.counters),
  );

  constructor(readonly tunnel: Tunnel) {}
}
