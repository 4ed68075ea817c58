import { COUNTER_NAMES, type Counters } from '../../../shared/counters.ts';

/** Names and values in two columns. */
export function countersAsText(counters: Counters): string {
  const width = Math.max(...COUNTER_NAMES.map((name) => name.length)) + 2;
  return COUNTER_NAMES.map((name) => `${name.padEnd(width)}${counters[name]}`).join('\n') + '\n';
}

/**
 * The two lines kcptun's `snmplog` would hold: its header, and one row.
 * @param at milliseconds since 1970
 */
export function countersAsCsv(counters: Counters, at: number): string {
  const header = ['Unix', ...COUNTER_NAMES].join(',');
  return `${header}\n${[Math.floor(at / 1000), ...COUNTER_NAMES.map((name) => counters[name])].join(',')}\n`;
}
