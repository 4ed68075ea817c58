import { EngineError } from '../errors.ts';

/*
 * Snappy's framing format (google/snappy, framing_format.txt): a stream identifier, then chunks, both headed by
 *
 *     0      1            4
 *     | type | length u24 |          length of what follows, little-endian
 *
 * and in a chunk of data the masked CRC-32C of its plain bytes follows, then the bytes, stored or as a snappy block.
 */
export const COMPRESSED = 0x00;
export const STORED = 0x01;
/** Chunk types from here to fd may be skipped unread, fe is padding; those between STORED and here must not be. */
export const FIRST_SKIPPABLE = 0x80;
export const IDENTIFIER = 0xff;

export const CHUNK_HEADER_BYTES = 4;
export const CHECKSUM_BYTES = 4;
export const STREAM_IDENTIFIER = Uint8Array.from([IDENTIFIER, 6, 0, 0, ...Buffer.from('sNaPpY')]);

/** The most plain bytes of a chunk. */
export const MAX_PLAIN = 65536;
/** The most bytes of a block: google/snappy's MaxCompressedLength. */
export const MAX_BLOCK = 32 + MAX_PLAIN + Math.floor(MAX_PLAIN / 6);
/** Room for one chunk of MAX_PLAIN bytes, whatever they are, with the stream identifier. */
export const SNAPPY_MAX_CHUNK = STREAM_IDENTIFIER.length + CHUNK_HEADER_BYTES + CHECKSUM_BYTES + MAX_BLOCK;

/** The checksum as it is sent: of data that itself holds CRCs, a bare CRC would be weak. */
export const mask = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;

export const corrupt = (what: string): EngineError =>
  new EngineError('snappy-corrupt', `compressed stream: ${what}`);
