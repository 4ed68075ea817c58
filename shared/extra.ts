/** How deep a value of `extra` may nest, and how much all of a profile's may be: characters, and 8 for each value. */
export const EXTRA_DEPTH = 16;
export const EXTRA_SIZE = 1 << 16;

export type ExtraProblem = 'not-json' | 'too-deep' | 'too-large';

/**
 * How much a value is, or why it is none to be kept. It is walked with a list and not by calls: what nests thousands
 * deep must not get as far as JSON.stringify, structuredClone or a validator, which all end with the stack.
 */
export function extraSize(value: unknown, most = EXTRA_SIZE, deepest = EXTRA_DEPTH): number | ExtraProblem {
  const waiting: [value: unknown, depth: number][] = [[value, 0]];
  let size = 0;
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [one, depth] = next;
    size += 8;
    if (typeof one === 'string') size += one.length;
    else if (typeof one === 'object' && one !== null) {
      if (depth === deepest) return 'too-deep';
      for (const [key, item] of Object.entries(one)) {
        if (!Array.isArray(one)) size += key.length;
        waiting.push([item, depth + 1]);
      }
    } else if (one !== null && typeof one !== 'boolean' && !Number.isFinite(one)) return 'not-json';
    // what waits counts already: a list of a million is not looked at one by one
    if (size + 8 * waiting.length > most) return 'too-large';
  }
  return size;
}

export function extraProblem(value: unknown): ExtraProblem | null {
  const size = extraSize(value);
  return typeof size === 'string' ? size : null;
}

/** As JSON, for a message; what is too deep or too long for one only by its kind. */
export function jsonOf(value: unknown): string {
  if (typeof value === 'object' && value !== null && typeof extraSize(value, 1 << 12) === 'string')
    return Array.isArray(value) ? '[…]' : '{…}';
  return JSON.stringify(value) ?? String(value);
}
