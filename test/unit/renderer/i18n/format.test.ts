import { describe, expect, it } from 'vitest';
import {
  bytes,
  duration,
  number,
  percent,
  rate,
  rates,
  rateUnit,
  text,
} from '../../../../src-renderer/i18n/format.ts';

const words = { h: 'h', min: 'min', s: 's' };

describe('number', () => {
  it.each([
    [0, '0'],
    [0.414, '0.41'],
    [4.116, '4.12'],
    [9.996, '10'],
    [41.24, '41.2'],
    [99.96, '100'],
    [4120.4, '4,120'],
  ])('writes %f as %s', (value, written) => expect(number(value, 'en')).toBe(written));

  it('keeps the width of a fixed number', () => expect(number(41, 'en', true)).toBe('41.0'));
});

describe('quantities', () => {
  it('shows bytes a second as bits', () => {
    expect(text(rate(5_150_000, 'en'))).toBe('41.2 Mbit/s');
    expect(text(rate(0, 'en'))).toBe('0 kbit/s');
    expect(text(rate(124_950, 'en'))).toBe('1.00 Mbit/s');
  });
  it('puts two rates under the larger one’s unit', () =>
    expect(rates(5_150_000, 387_500, 'en')).toEqual({ down: '41.2', up: '3.1', unit: 'Mbit/s' }));
  it('finds the unit of a chart', () =>
    expect(rateUnit(5_150_000)).toEqual({ unit: 'Mbit/s', bytes: 125_000 }));
  it('counts bytes in decimal units', () => {
    expect(text(bytes(999, 'en'))).toBe('999 B');
    expect(text(bytes(38_600_000_000, 'en'))).toBe('38.6 GB');
  });
  it('rounds shares to a tenth of a percent', () => expect(text(percent(0.02368, 'en'))).toBe('2.4 %'));
});

describe('duration', () => {
  it.each([
    [-5, '0 s'],
    [59_400, '59 s'],
    [61_000, '1 min 1 s'],
    [8_043_000, '2 h 14 min'],
  ])('%d ms is %s', (ms, written) => expect(duration(ms, words)).toBe(written));
});
