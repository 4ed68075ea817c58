import { describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../../../shared/diagnosis.ts';
import { Locale, text } from '../../../../shared/words/locale.ts';

const en = new Locale('en');

describe('number', () => {
  it.each([
    [0, '0'],
    [0.414, '0.41'],
    [4.116, '4.12'],
    [9.996, '10'],
    [41.24, '41.2'],
    [99.96, '100'],
    [4120.4, '4,120'],
  ])('writes %f as %s', (value, written) => expect(en.number(value)).toBe(written));

  it('keeps the width of a fixed number', () => expect(en.number(41, true)).toBe('41.0'));
});

describe('quantities', () => {
  it('shows bytes a second as bits', () => {
    expect(text(en.rate(5_150_000))).toBe('41.2 Mbit/s');
    expect(text(en.rate(0))).toBe('0 kbit/s');
    expect(text(en.rate(124_950))).toBe('1.00 Mbit/s');
  });
  it('puts two rates under the larger one’s unit', () =>
    expect(en.rates(5_150_000, 387_500)).toEqual({ down: '41.2', up: '3.1', unit: 'Mbit/s' }));
  it('finds the unit of a chart', () =>
    expect(en.rateUnit(5_150_000)).toEqual({ unit: 'Mbit/s', bytes: 125_000 }));
  it('counts bytes in decimal units', () => {
    expect(text(en.bytes(999))).toBe('999 B');
    expect(text(en.bytes(38_600_000_000))).toBe('38.6 GB');
  });
  it('rounds shares to a tenth of a percent', () => expect(text(en.percent(0.02368))).toBe('2.4 %'));
});

describe('duration', () => {
  it.each([
    [-5, '0 s'],
    [59_400, '59 s'],
    [61_000, '1 min 1 s'],
    [8_043_000, '2 h 14 min'],
  ])('%d ms is %s', (ms, written) => expect(en.duration(ms)).toBe(written));
});

const silent = {
  code: 'no-answer',
  remote: 'vps.example:29900',
  since: 3000,
  checksumErrors: 0,
} as const;

describe('diagnosis', () => {
  it('says how long packets have been sent, and what came back', () => {
    expect(en.diagnosis(silent, 15_000)).toEqual({
      title: 'No answer from vps.example:29900',
      text: 'Packets have been sent for 12 s and nothing valid has come back.',
    });
    expect(en.diagnosis({ ...silent, checksumErrors: 3 }, 78_000).text).toMatch(
      /^Packets have been sent for 1 min 15 s and .* 3 datagrams arrived/,
    );
    expect(new Locale('zh-CN').diagnosis(silent, 15_000).text).toBe('已持续发送 12 秒，未收到任何有效数据。');
  });

  it('says how long a server has been quiet', () => {
    const quiet: Diagnosis = { code: 'went-quiet', remote: 'a:1', since: 9000, likely: [] };
    const { text } = en.diagnosis(quiet, 15_000);
    expect(text).toBe('Nothing has been heard for 6 s. It is dialled again until it answers.');
  });
});

describe('in Russian', () => {
  const ru = new Locale('ru');

  it('numbers and units are written as they are there', () => {
    expect(text(ru.rate(5_150_000))).toBe('41,2 Мбит/с');
    expect(ru.number(41_204)).toBe('41\u00a0204');
    expect(ru.duration(61_000)).toBe('1 мин 1 с');
  });

  it.each([
    [1, 'Импортирован 1 туннель'],
    [3, 'Импортировано 3 туннеля'],
    [11, 'Импортировано 11 туннелей'],
    [22, 'Импортировано 22 туннеля'],
  ])('words agree with %d', (count, phrase) => expect(ru.words.transfer.imported(count)).toBe(phrase));

  it('a share of the lines agrees with them all', () => {
    expect(ru.words.log.lines(21, 21)).toBe('21 строка');
    expect(ru.words.log.lines(2, 21)).toBe('2 из 21 строки');
    expect(ru.words.log.lines(1, 5)).toBe('1 из 5 строк');
  });
});
