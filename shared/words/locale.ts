import type { DiagnosisCode, DiagnosisFields } from '../diagnosis.ts';
import type { UpdateState } from '../updates.ts';
import type { Variant } from '../variant.ts';
import { type Language, LANGUAGES, type Words } from './languages.ts';

/** A number and its unit, apart, so that a view can weigh them differently. */
export interface Quantity {
  value: string;
  unit: string;
}

/** The power of 1000 that keeps `value` below 1000 once it is rounded to three figures. */
export function scale(value: number, units: number): number {
  let power = 0;
  while (power < units - 1 && Math.abs(value) / 1000 ** power >= 999.5) power++;
  return power;
}

export const text = ({ value, unit }: Quantity): string => `${value} ${unit}`;

/** 14:03:27, local time. */
export function timeOfDay(ms: number): string {
  const time = new Date(ms);
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

/** A language at work: its words, and numbers, rates and times written its way. */
export class Locale {
  readonly words: Words;
  readonly #formatters = new Map<string, Intl.NumberFormat>();

  constructor(readonly language: Language) {
    this.words = LANGUAGES[language];
  }

  /**
   * Three significant figures, no more than the eye can use: 0.41, 4.12, 41.2, 412, 4,120.
   * @param fixed keeps trailing zeros, so that a number that changes each second keeps its width
   */
  number(value: number, fixed = false): string {
    const size = Math.abs(value);
    const digits = size >= 99.95 || size === 0 ? 0 : size >= 9.995 ? 1 : 2;
    const key = `${digits}/${fixed}`;
    let formatter = this.#formatters.get(key);
    if (!formatter) {
      const least = fixed ? digits : 0;
      formatter = new Intl.NumberFormat(this.language, {
        minimumFractionDigits: least,
        maximumFractionDigits: digits,
      });
      this.#formatters.set(key, formatter);
    }
    return formatter.format(value);
  }

  /** @param bytes bytes a second, shown in bits, as links are sold */
  rate(bytes: number): Quantity {
    const units = this.words.units.rates;
    return this.#scaled(bytes * 8, units, rateScale(bytes * 8, units.length));
  }

  /** Two rates under the larger one's unit with one decimal at most: short enough for "↓ 41.2 ↑ 3.1 Mbit/s". */
  rates(down: number, up: number): { down: string; up: string; unit: string } {
    const units = this.words.units.rates;
    const power = rateScale(Math.max(down, up) * 8, units.length);
    const inUnit = (bytes: number) => {
      const value = (bytes * 8) / 1000 ** power;
      return this.number(value >= 99.5 ? Math.round(value) : Math.round(value * 10) / 10);
    };
    return { down: inUnit(down), up: inUnit(up), unit: units[power] };
  }

  /** The unit a chart of rates is drawn in, and how many bytes a second make one of it. */
  rateUnit(greatest: number): { unit: string; bytes: number } {
    const units = this.words.units.rates;
    const power = rateScale(greatest * 8, units.length);
    return { unit: units[power], bytes: 1000 ** power / 8 };
  }

  bytes(count: number): Quantity {
    const units = this.words.units.bytes;
    return this.#scaled(count, units, scale(count, units.length));
  }

  /** @param share 0..1 */
  percent(share: number): Quantity {
    return { value: this.number(Math.round(share * 1000) / 10), unit: '%' };
  }

  /** A round trip in milliseconds, or that nothing answered. */
  latency(rtt: number | null): string {
    if (rtt === null) return this.words.probe.pingNone;
    return `${this.number(rtt < 10 ? rtt : Math.round(rtt))} ${this.words.units.ms}`;
  }

  /** Hours, minutes and seconds of a length of time, the largest two of them. */
  duration(ms: number): string {
    const units = this.words.units;
    const seconds = Math.max(0, Math.round(ms / 1000));
    const [h, min, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    if (h) return `${h} ${units.h} ${min} ${units.min}`;
    if (min) return `${min} ${units.min} ${s} ${units.s}`;
    return `${s} ${units.s}`;
  }

  /** @param now milliseconds since 1970 */
  diagnosis<C extends DiagnosisCode>(
    diagnosis: Variant<DiagnosisFields, C>,
    now: number,
  ): { title: string; text: string } {
    const words = this.words.diagnoses[diagnosis.code];
    return {
      title: words.title(diagnosis),
      text: words.text(diagnosis, (since) => this.duration(now - since)),
    };
  }

  /** What is known of newer versions of the app. */
  update(state: UpdateState): string {
    const { status } = this.words.updates;
    switch (state.kind) {
      case 'unknown':
        return status.unknown;
      case 'checking':
        return status.checking;
      case 'newest':
        return status.newest(timeOfDay(state.at));
      case 'check-failed':
        return `${status.checkFailed(timeOfDay(state.at))} ${state.message}`;
      case 'downloading':
        return status.downloading(state.version, Math.round(state.share * 100));
      case 'download-failed':
        return `${status.downloadFailed(state.version)} ${state.message}`;
      case 'available':
        return status.available(state.version);
      case 'ready':
        return status.ready(state.version);
      case 'installing':
        return status.installing(state.version);
    }
  }

  #scaled(value: number, units: readonly string[], power: number): Quantity {
    // whole bytes and bits have no decimals to keep
    return { value: this.number(value / 1000 ** power, power > 0), unit: units[power] };
  }
}

/** Below a kilobit a moving digit tells nothing. */
const rateScale = (bits: number, units: number): number => Math.max(1, scale(bits, units));
