/** A number and its unit, apart, so that a view can weigh them differently. */
export interface Quantity {
  value: string;
  unit: string;
}

const RATE_UNITS = ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s'];
const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

const formatters = new Map<string, Intl.NumberFormat>();

/**
 * Three significant figures, no more than the eye can use: 0.41, 4.12, 41.2, 412, 4,120.
 * @param fixed keeps trailing zeros, so that a number that changes each second keeps its width
 */
export function number(value: number, locale: string, fixed = false): string {
  const size = Math.abs(value);
  const digits = size >= 99.95 || size === 0 ? 0 : size >= 9.995 ? 1 : 2;
  const key = `${locale}/${digits}/${fixed}`;
  let formatter = formatters.get(key);
  if (!formatter) {
    const least = fixed ? digits : 0;
    formatter = new Intl.NumberFormat(locale, {
      minimumFractionDigits: least,
      maximumFractionDigits: digits,
    });
    formatters.set(key, formatter);
  }
  return formatter.format(value);
}

/** The power of 1000 that keeps `value` below 1000 once it is rounded to three figures. */
export function scale(value: number, units: number): number {
  let power = 0;
  while (power < units - 1 && Math.abs(value) / 1000 ** power >= 999.5) power++;
  return power;
}

function scaled(value: number, units: readonly string[], locale: string, power: number): Quantity {
  // whole bytes and bits have no decimals to keep
  return { value: number(value / 1000 ** power, locale, power > 0), unit: units[power] };
}

/** @param bytes bytes a second, shown in bits, as links are sold */
export function rate(bytes: number, locale: string): Quantity {
  // below a kilobit a moving digit tells nothing
  const power = Math.max(1, scale(bytes * 8, RATE_UNITS.length));
  return scaled(bytes * 8, RATE_UNITS, locale, power);
}

/** Two rates under the larger one's unit with one decimal at most: short enough for "↓ 41.2 ↑ 3.1 Mbit/s". */
export function rates(down: number, up: number, locale: string): { down: string; up: string; unit: string } {
  const power = Math.max(1, scale(Math.max(down, up) * 8, RATE_UNITS.length));
  const inUnit = (bytes: number) => {
    const value = (bytes * 8) / 1000 ** power;
    return number(value >= 99.5 ? Math.round(value) : Math.round(value * 10) / 10, locale);
  };
  return { down: inUnit(down), up: inUnit(up), unit: RATE_UNITS[power] };
}

/** The unit a chart of rates is drawn in, and how many bytes a second make one of it. */
export function rateUnit(greatest: number): { unit: string; bytes: number } {
  const power = Math.max(1, scale(greatest * 8, RATE_UNITS.length));
  return { unit: RATE_UNITS[power], bytes: 1000 ** power / 8 };
}

export function bytes(count: number, locale: string): Quantity {
  return scaled(count, BYTE_UNITS, locale, scale(count, BYTE_UNITS.length));
}

/** @param share 0..1 */
export const percent = (share: number, locale: string): Quantity => ({
  value: number(Math.round(share * 1000) / 10, locale),
  unit: '%',
});

export const text = ({ value, unit }: Quantity): string => `${value} ${unit}`;

/** Hours, minutes and seconds of a length of time, the largest two of them; the words come from the dictionary. */
export function duration(ms: number, words: { h: string; min: string; s: string }): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [h, min, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (h) return `${h} ${words.h} ${min} ${words.min}`;
  if (min) return `${min} ${words.min} ${s} ${words.s}`;
  return `${s} ${words.s}`;
}

/** 14:03:27, local time. */
export function clock(ms: number): string {
  const time = new Date(ms);
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}
