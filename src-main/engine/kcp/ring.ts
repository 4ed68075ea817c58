/** The first slots of a ring that is written to. */
const FIRST_SLOTS = 4;

/** A ring that was never written to. */
export const NO_SLOTS: Int32Array = new Int32Array(0);

/** How many slots a ring for so many has: a power of two, so that `sn & (slots - 1)` is the place of sn. */
export const slotsFor = (count: number): number =>
  count <= FIRST_SLOTS ? FIRST_SLOTS : 2 ** Math.ceil(Math.log2(count));

/**
 * What a ring holds from sn `first` on, in a larger one.
 * @param from the mask of `old`, -1 for a ring without slots
 * @param to the mask of the new one
 * @param ring the new one
 */
export function moved(
  old: Int32Array,
  first: number,
  from: number,
  to: number,
  ring = new Int32Array(to + 1),
): Int32Array {
  for (let sn = first; sn !== ((first + from + 1) | 0); sn = (sn + 1) | 0) ring[sn & to] = old[sn & from];
  return ring;
}
