const pad = (part: number, width = 2) => String(part).padStart(width, '0');

/** 2026-11-22 14:03:27.041, local time: sorts as text. */
export function timestamp(ms: number): string {
  const d = new Date(ms);
  const day = `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())}`;
  const time = `${pad(d.getHours())}:${pad(d.getMinutes())}:${pad(d.getSeconds())}`;
  return `${day} ${time}.${pad(d.getMilliseconds(), 3)}`;
}
