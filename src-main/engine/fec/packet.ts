import { FEC_HEADER_BYTES, MAX_GROUP } from '../../../shared/wire.ts';
import { OptionError } from '../errors.ts';

export { FEC_HEADER_BYTES, MAX_GROUP };

/*
 * A packet with FEC, all integers little-endian:
 *
 *     0        4      6      8
 *     | seqid  | type | size | KCP bytes    type DATA; size counts itself: 2 + KCP bytes
 *     | seqid  | type | parity over what follows the type of the group's data packets    type PARITY
 *
 * What follows the type is a shard. seqid counts data and parity packets together; a group is the dataShards +
 * parityShards packets from a multiple of that sum on.
 */
export const DATA = 0xf1;
export const PARITY = 0xf2;
/** Newest kcp-go only, seqid ffffffff; kcptun sends none. */
export const OUT_OF_BAND = 0xf3;

export const TYPE_OFFSET = 4;
export const SHARD_OFFSET = 6;

/** Past this seqid there is no whole group: it wraps to 0 (kcp-go's `paws`). */
export const wrapOf = (groupSize: number): number => Math.floor(0xffffffff / groupSize) * groupSize;

/**
 * What kind of packet lies at `offset`. A KCP segment has its command, 81 to 84, where the type of a packet with FEC
 * lies, so the two cannot be confused.
 */
export function fecKind(
  view: DataView,
  offset: number,
  length: number,
): 'data' | 'parity' | 'out-of-band' | 'none' {
  if (length < FEC_HEADER_BYTES) return 'none';
  switch (view.getUint16(offset + TYPE_OFFSET, true)) {
    case DATA:
      return 'data';
    case PARITY:
      return 'parity';
    case OUT_OF_BAND:
      return 'out-of-band';
    default:
      return 'none';
  }
}

/** @throws OptionError unless both are at least 1 and their sum is at most 256 */
export function checkShards(dataShards: number, parityShards: number): void {
  for (const [name, value] of Object.entries({ datashard: dataShards, parityshard: parityShards })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new OptionError(name, String(value), 'an integer of at least 1');
    }
  }
  if (dataShards + parityShards > MAX_GROUP) {
    throw new OptionError(
      'parityshard',
      String(parityShards),
      `datashard + parityshard of at most ${MAX_GROUP}, not ${dataShards + parityShards}`,
    );
  }
}
