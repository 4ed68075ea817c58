// Snappy blocks, as google/snappy's format_description.txt lays them down: the plain length as a varint, then
// elements, each a tag whose two low bits say what it is.
import { CRC_TABLES, crc, fillCrcTables } from './crc';

const LITERAL: usize = 0;
const COPY_1_BYTE_OFFSET: usize = 1;
const COPY_2_BYTE_OFFSET: usize = 2;

/** Castagnoli's polynomial, bits reversed. */
const TABLES = memory.data(CRC_TABLES, 16);
fillCrcTables(TABLES, 0x82f63b78);

/** See SnappyKernel. */
export function crc32c(offset: usize, length: i32): u32 {
  return crc(TABLES, offset, length);
}

/** Where four bytes with a given hash were last seen: 16-bit distances from the start of the block. */
const MAX_TABLE_BITS: u32 = 14;
const HASHES = memory.data(2 << 14, 16);

/** No search within this many bytes of the end, so that the compressor's wide loads and copies stay inside the block. */
const MARGIN: usize = 15;

// @ts-expect-error: a decorator of AssemblyScript
@inline
function slot(fourBytes: u32, shift: u32): usize {
  return HASHES + (<usize>((fourBytes * 0x1e35a7bd) >>> shift) << 1);
}

/** Copies at least `length` bytes, 16 at a time. */
// @ts-expect-error: a decorator of AssemblyScript
@inline
function copyWide(to: usize, from: usize, length: usize): void {
  const end = to + length;
  while (to < end) {
    v128.store(to, v128.load(from));
    to += 16;
    from += 16;
  }
}

function copyBytes(to: usize, from: usize, length: usize): void {
  const end = to + length;
  while (to < end) store<u8>(to++, load<u8>(from++));
}

/** @returns the end of the tag written */
// @ts-expect-error: a decorator of AssemblyScript
@inline
function literalTag(to: usize, length: usize): usize {
  const n = length - 1;
  if (n < 60) {
    store<u8>(to, LITERAL | (n << 2));
    return to + 1;
  }
  if (n < 256) {
    store<u8>(to, LITERAL | (60 << 2));
    store<u8>(to, n, 1);
    return to + 2;
  }
  store<u8>(to, LITERAL | (61 << 2));
  store<u16>(to, n, 1);
  return to + 3;
}

// @ts-expect-error: a decorator of AssemblyScript
@inline
function copyElement(to: usize, distance: usize, length: usize): usize {
  // Pieces of 64, but so that the last is not shorter than 4, the least that one byte of offset can express.
  while (length >= 68) {
    store<u8>(to, COPY_2_BYTE_OFFSET | (63 << 2));
    store<u16>(to, distance, 1);
    to += 3;
    length -= 64;
  }
  if (length > 64) {
    store<u8>(to, COPY_2_BYTE_OFFSET | (59 << 2));
    store<u16>(to, distance, 1);
    to += 3;
    length -= 60;
  }
  if (length >= 12 || distance >= 2048) {
    store<u8>(to, COPY_2_BYTE_OFFSET | ((length - 1) << 2));
    store<u16>(to, distance, 1);
    return to + 3;
  }
  store<u8>(to, COPY_1_BYTE_OFFSET | ((length - 4) << 2) | ((distance >> 8) << 5));
  store<u8>(to, distance, 1);
  return to + 2;
}

/** The end of the equal bytes at `a` and at the earlier `b`; `a` stays below `end`. */
// @ts-expect-error: a decorator of AssemblyScript
@inline
function matchEnd(a: usize, b: usize, end: usize): usize {
  while (a + 8 <= end) {
    const difference = load<u64>(a) ^ load<u64>(b);
    if (difference) return a + <usize>(ctz(difference) >> 3);
    a += 8;
    b += 8;
  }
  while (a < end && load<u8>(a) === load<u8>(b)) {
    a++;
    b++;
  }
  return a;
}

/** @returns the end of the literal, which may be empty */
function lastLiteral(to: usize, from: usize, end: usize): usize {
  if (from === end) return to;
  to = literalTag(to, end - from);
  copyBytes(to, from, end - from);
  return to + (end - from);
}

/** See SnappyKernel. Greedy, with one candidate a hash and strides that grow where nothing matches. */
export function snappyCompress(from: usize, length: usize, to: usize): usize {
  const start = to;
  const end = from + length;
  let literal = from;
  for (; length >= 128; length >>>= 7) store<u8>(to++, length | 128);
  store<u8>(to++, length);

  if (from + MARGIN < end) {
    const limit = end - MARGIN;
    let bits: u32 = 8;
    while (bits < MAX_TABLE_BITS && <usize>1 << bits < end - from) bits++;
    const shift = 32 - bits;
    memory.fill(HASHES, 0, <usize>2 << bits);

    let at = from + 1;
    while (true) {
      // Every 32 misses in a row widen the stride by one.
      let misses: usize = 32;
      let candidate: usize;
      let four: u32;
      while (true) {
        if (at > limit) return lastLiteral(to, literal, end) - start;
        four = load<u32>(at);
        const entry = slot(four, shift);
        candidate = from + load<u16>(entry);
        store<u16>(entry, <u16>(at - from));
        if (load<u32>(candidate) === four) break;
        at += misses++ >> 5;
      }
      if (at > literal) {
        to = literalTag(to, at - literal);
        // at <= limit, so a copy in steps of 16 reads inside the block.
        copyWide(to, literal, at - literal);
        to += at - literal;
      }
      while (true) {
        const next = matchEnd(at + 4, candidate + 4, end);
        to = copyElement(to, at - candidate, next - at);
        at = literal = next;
        if (at >= limit) return lastLiteral(to, literal, end) - start;
        const eight = load<u64>(at - 1);
        store<u16>(slot(<u32>eight, shift), <u16>(at - 1 - from));
        four = <u32>(eight >> 8);
        const entry = slot(four, shift);
        candidate = from + load<u16>(entry);
        store<u16>(entry, <u16>(at - from));
        if (load<u32>(candidate) !== four) break;
      }
      at++;
    }
  }
  return lastLiteral(to, literal, end) - start;
}

/** See SnappyKernel. Every length and distance is checked before a byte is read or written. */
export function snappyUncompress(from: usize, length: usize, to: usize, room: usize): i32 {
  const end = from + length;
  let plain: u64 = 0;
  for (let shift: u64 = 0; ; shift += 7) {
    if (from === end || shift > 28) return -1;
    const byte = load<u8>(from++);
    plain |= <u64>(byte & 127) << shift;
    if (byte < 128) break;
  }
  if (plain > <u64>room) return -1;
  const start = to;
  const stop = to + <usize>plain;

  while (from < end) {
    const tag: usize = load<u8>(from++);
    const kind = tag & 3;
    let size = tag >> 2;
    if (kind === LITERAL) {
      if (size >= 60) {
        const bytes = size - 59;
        if (bytes > end - from) return -1;
        size = 0;
        for (let i: usize = 0; i < bytes; i++) size |= <usize>load<u8>(from + i) << (<usize>8 * i);
        from += bytes;
      }
      // `size` is one less than the length, which may not fit 32 bits.
      if (size >= end - from || size >= stop - to) return -1;
      size++;
      if (size + 15 <= end - from && size + 15 <= stop - to) copyWide(to, from, size);
      else copyBytes(to, from, size);
      from += size;
      to += size;
      continue;
    }
    let distance: usize;
    if (kind === COPY_1_BYTE_OFFSET) {
      if (from === end) return -1;
      distance = ((tag & 0xe0) << 3) | load<u8>(from++);
      size = (size & 7) + 4;
    } else if (kind === COPY_2_BYTE_OFFSET) {
      if (end - from < 2) return -1;
      distance = load<u16>(from);
      from += 2;
      size++;
    } else {
      if (end - from < 4) return -1;
      distance = load<u32>(from);
      from += 4;
      size++;
    }
    if (distance === 0 || distance > to - start || size > stop - to) return -1;
    if (size + 15 > stop - to) {
      copyBytes(to, to - distance, size);
    } else if (distance >= 16) {
      copyWide(to, to - distance, size);
    } else {
      // What lies behind repeats with period `distance`: doubled until it is 8 wide, it can be copied 8 at a time.
      const after = to + size;
      let at = to;
      const pattern = to - distance;
      while (at - pattern < 8 && at < after) {
        store<u64>(at, load<u64>(pattern));
        at += at - pattern;
      }
      const period = at - pattern;
      while (at < after) {
        store<u64>(at, load<u64>(at - period));
        at += 8;
      }
    }
    to += size;
  }
  return to === stop ? <i32>plain : -1;
}
