const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const DAY_MS = 86_400_000;

/** The pieces of a layout that stand for something, as in https://pkg.go.dev/time#pkg-constants; all else is literal. */
const PIECES = new RegExp(
  [
    ...['January', 'Jan(?![a-z])', 'Monday', 'Mon(?![a-z])', 'MST', '2006', '002', '__2', '_2(?!006)'],
    ...['0[1-6]', '15', '[1-5]', 'PM', 'pm', '[.,](?:0+|9+)(?!\\d)'],
    ...['[Z-]07(?:0000|:00:00|00|:00)?'],
  ].join('|'),
  'g',
);

const pad = (value: number, width: number, fill = '0'): string => String(value).padStart(width, fill);

/**
 * `time.Time.Format` of Go, in local time: `snmp-20060102.log` becomes `snmp-20261122.log`. JavaScript dates end at
 * milliseconds, and zones without an abbreviation in English are written as an offset (`MST` becomes `+08`).
 */
export function formatGoTime(layout: string, time: Date): string {
  return layout.replace(PIECES, (piece) => formatPiece(piece, time));
}

function formatPiece(piece: string, time: Date): string {
  const hour12 = time.getHours() % 12 || 12;
  switch (piece) {
    case 'January':
      return MONTHS[time.getMonth()];
    case 'Jan':
      return MONTHS[time.getMonth()].slice(0, 3);
    case '01':
      return pad(time.getMonth() + 1, 2);
    case '1':
      return String(time.getMonth() + 1);
    case 'Monday':
      return DAYS[time.getDay()];
    case 'Mon':
      return DAYS[time.getDay()].slice(0, 3);
    case '02':
      return pad(time.getDate(), 2);
    case '_2':
      return pad(time.getDate(), 2, ' ');
    case '2':
      return String(time.getDate());
    case '002':
      return pad(dayOfYear(time), 3);
    case '__2':
      return pad(dayOfYear(time), 3, ' ');
    case '15':
      return pad(time.getHours(), 2);
    case '03':
      return pad(hour12, 2);
    case '3':
      return String(hour12);
    case '04':
      return pad(time.getMinutes(), 2);
    case '4':
      return String(time.getMinutes());
    case '05':
      return pad(time.getSeconds(), 2);
    case '5':
      return String(time.getSeconds());
    case '2006':
      return pad(time.getFullYear(), 4);
    case '06':
      return pad(time.getFullYear() % 100, 2);
    case 'PM':
      return time.getHours() < 12 ? 'AM' : 'PM';
    case 'pm':
      return time.getHours() < 12 ? 'am' : 'pm';
    case 'MST':
      return zoneName(time);
  }
  return piece.includes('07') ? offset(piece, time) : fraction(piece, time);
}

/** Counted in whole days of UTC, so that a change of the clocks does not matter. */
const dayOfYear = (time: Date): number =>
  (Date.UTC(time.getFullYear(), time.getMonth(), time.getDate()) - Date.UTC(time.getFullYear(), 0, 0)) /
  DAY_MS;

/** `-07:00` and its shorter and longer forms; with `Z` in front, UTC is written as `Z`. */
function offset(piece: string, time: Date): string {
  const minutes = -time.getTimezoneOffset();
  if (piece.startsWith('Z') && minutes === 0) return 'Z';
  const colon = piece.includes(':') ? ':' : '';
  const parts = [pad(Math.floor(Math.abs(minutes) / 60), 2), pad(Math.abs(minutes) % 60, 2), '00'];
  const digits = piece.replace(/\D/g, '').length;
  return (minutes < 0 ? '-' : '+') + parts.slice(0, digits / 2).join(colon);
}

/** `.000` keeps its zeros, `.999` drops those at the end, and itself where nothing is left. */
function fraction(piece: string, time: Date): string {
  const wanted = piece.length - 1;
  const digits = pad(time.getMilliseconds(), 3).padEnd(wanted, '0').slice(0, wanted);
  if (piece[1] === '0') return piece[0] + digits;
  const kept = digits.replace(/0+$/, '');
  return kept === '' ? '' : piece[0] + kept;
}

function zoneName(time: Date): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(time);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  if (!/^GMT[+-]/.test(name)) return name;
  return offset(time.getTimezoneOffset() % 60 === 0 ? '-07' : '-0700', time);
}
