import { afterEach, describe, expect, it } from 'vitest';
import { formatGoTime } from '../../../src-main/tunnels/go-time.ts';

const zone = process.env.TZ;
const inZone = (name: string): void => void (process.env.TZ = name);
afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

describe('formatGoTime', () => {
  it.each([
    ['2006-01-02 15:04:05', '2031-03-07 16:08:09'],
    ['20060102150405', '20310307160809'],
    ['snmp-20060102.log', 'snmp-20310307.log'],
    ['060102', '310307'],
    ['Monday, 2 January 2006', 'Friday, 7 March 2031'],
    ['Mon Jan _2 3:4:5 2006', 'Fri Mar  7 4:8:9 2031'],
    ['03:04PM', '04:08PM'],
    ['3pm', '4pm'],
    ['1/2', '3/7'],
    ['002', '066'],
    ['__2', ' 66'],
    ['_2006', '_2031'],
    ['05.000', '09.045'],
    ['05.000000', '09.045000'],
    ['05,999999', '09,045'],
    ['05.00', '09.04'],
    ['.0001', '.0003'],
    ['Monkey Janitor', 'Monkey Janitor'],
    ['plain.log', 'plain.log'],
    ['', ''],
  ])('writes %j as %j', (layout, text) => {
    inZone('UTC');
    expect(formatGoTime(layout, new Date('2031-03-07T16:08:09.045Z'))).toBe(text);
  });

  it('writes the hours around noon and midnight', () => {
    inZone('UTC');
    const at = (hour: string): string => formatGoTime('3PM 03pm 15', new Date(`2031-03-07T${hour}:00:00Z`));
    expect([at('00'), at('11'), at('12'), at('23')]).toEqual([
      '12AM 12am 00',
      '11AM 11am 11',
      '12PM 12pm 12',
      '11PM 11pm 23',
    ]);
  });

  it('drops a fraction of nothing', () => {
    expect(formatGoTime('.999', new Date(0))).toBe('');
    expect(formatGoTime('.9', new Date(50))).toBe('');
    expect(formatGoTime('.00', new Date(0))).toBe('.00');
  });

  it('writes offsets in local time', () => {
    const layout = '15:04 -0700 -07:00 -07 -070000 -07:00:00 Z07:00';
    const time = new Date('2031-01-07T12:00:00Z');
    inZone('Asia/Kolkata');
    expect(formatGoTime(layout, time)).toBe('17:30 +0530 +05:30 +05 +053000 +05:30:00 +05:30');
    inZone('America/St_Johns');
    expect(formatGoTime('-0700', time)).toBe('-0330');
    inZone('UTC');
    expect(formatGoTime(layout, time)).toBe('12:00 +0000 +00:00 +00 +000000 +00:00:00 Z');
  });

  it('writes the name of the zone, or its offset', () => {
    const time = new Date('2031-01-07T12:00:00Z');
    inZone('America/New_York');
    expect(formatGoTime('MST', time)).toBe('EST');
    inZone('Asia/Singapore');
    expect(formatGoTime('MST', time)).toBe('+08');
    inZone('Asia/Kathmandu');
    expect(formatGoTime('MST', time)).toBe('+0545');
  });

  it('counts the days of a year whatever the clocks do', () => {
    inZone('Europe/Berlin');
    expect(formatGoTime('002', new Date(2024, 11, 31, 0, 30))).toBe('366');
    expect(formatGoTime('002', new Date(2023, 6, 1, 23, 30))).toBe('182');
    expect(formatGoTime('002', new Date(2023, 0, 1))).toBe('001');
  });
});
