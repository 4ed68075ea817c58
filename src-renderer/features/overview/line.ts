import type { DownloadSnapshot, LineSnapshot } from '../../../shared/snapshot.ts';
import type { Sample } from '../../../shared/statistics.ts';
import { type Locale, text } from '../../../shared/words/locale.ts';

/** Less than this in a queue, in ms, is the grain of timers. */
const WAITING_MS = 4;
const RECENT_SECONDS = 60;

/** Share of what was sent in the last minute that was sent again; null where nothing was. */
export function sentAgain(seconds: readonly Sample[]): number | null {
  let [sent, again] = [0, 0];
  for (const { retrans, wireUp } of seconds.slice(-RECENT_SECONDS)) {
    if (retrans === null) continue;
    sent += wireUp;
    again += retrans * wireUp;
  }
  return sent > 0 ? again / sent : null;
}

/** What is known of the way to the server, in plain words. @param paced the engine sends by what it knows of the line */
export function lineUpText(
  line: LineSnapshot | null,
  again: number | null,
  paced: boolean,
  locale: Locale,
): string {
  const words = locale.words.overview.line;
  if (!paced) return words.upOff;
  if (!line) return words.upUnknown;
  const trip = locale.latency(line.propagation);
  if (line.state === 'start-up') return words.upLearning(trip);
  return words.up({
    rate: text(locale.rate(line.rate)),
    trip,
    queue: waiting(line.queue, locale),
    again: again === null ? null : text(locale.percent(again)),
  });
}

/** What is known of the way back. */
export function lineDownText(download: DownloadSnapshot | null, locale: Locale): string {
  const words = locale.words.overview.line;
  if (!download) return words.downUnknown;
  const { rate, propagation, queue, braked } = download;
  const known = words.down({
    rate: text(locale.rate(rate)),
    trip: locale.latency(propagation),
    queue: waiting(queue, locale),
    again: null,
  });
  return braked ? `${known} ${words.held}` : known;
}

const waiting = (queue: number, locale: Locale): string | null =>
  queue < WAITING_MS ? null : locale.latency(Math.round(queue));
