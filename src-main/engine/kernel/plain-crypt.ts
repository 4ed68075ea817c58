import type { CryptKernel } from './crypt-kernel.ts';
import { plainCrc } from './plain-crc.ts';
import type { KernelMemory } from './plain.ts';
import { rotl32 } from './words.ts';

/** The polynomial of IEEE 802.3, bits reversed. */
const IEEE = 0xedb88320;

export function plainCrypt(memory: KernelMemory): CryptKernel {
  const { bytes, words, view } = memory;
  const state = new Uint32Array(16);
  const block = new Uint32Array(16);
  const keystream = new Uint8Array(block.buffer);

  function xor(to: number, a: number, b: number, length: number): void {
    let i = 0;
    if (((to | a | b) & 3) === 0) {
      const w = length >> 2;
      for (let k = 0; k < w; k++) words[(to >> 2) + k] = words[(a >> 2) + k] ^ words[(b >> 2) + k];
      i = w << 2;
    }
    for (; i < length; i++) bytes[to + i] = bytes[a + i] ^ bytes[b + i];
  }

  function salsa20(key: number, datagrams: number, count: number): void {
    state[0] = 0x61707865;
    state[5] = 0x3320646e;
    state[10] = 0x79622d32;
    state[15] = 0x6b206574;
    for (let i = 0; i < 4; i++) {
      state[1 + i] = view.getUint32(key + 4 * i, true);
      state[11 + i] = view.getUint32(key + 16 + 4 * i, true);
    }
    for (let datagram = datagrams >> 2; count > 0; count--, datagram += 2) {
      const nonce = words[datagram];
      state[6] = view.getUint32(nonce, true);
      state[7] = view.getUint32(nonce + 4, true);
      state[8] = state[9] = 0;
      for (let at = nonce + 8, end = nonce + words[datagram + 1]; at < end; at += 64) {
        salsa20Block(state, block);
        const size = Math.min(64, end - at);
        for (let i = 0; i < size; i++) bytes[at + i] ^= keystream[i];
        state[8]++;
      }
    }
  }

  function counters(to: number, nonce: number, blocks: number): void {
    const n0 = view.getUint32(nonce, true);
    const n1 = view.getUint32(nonce + 4, true);
    const n2 = view.getUint32(nonce + 8, true);
    for (let i = 1, word = to >> 2; i <= blocks; i++, word += 4) {
      words[word] = n0;
      words[word + 1] = n1;
      words[word + 2] = n2;
      view.setUint32(4 * word + 12, i);
    }
  }

  function ghash(to: number, table: number, from: number, length: number): void {
    // Big-endian words, as GCM counts bits from the most significant of byte 0: a shift to the right is times x.
    const y = new DataView(new ArrayBuffer(16));
    /** Horner's rule over the bytes of y, with the products of H, the first table. */
    const multiply = (): void => {
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      for (let i = 15; i >= 0; i--) {
        // Times x^8; what is shifted out comes back times x^128 = 1 + x + x^2 + x^7.
        const over = (d & 255) << 8;
        const at = table + 16 * y.getUint8(i);
        d = ((d >>> 8) | (c << 24)) ^ view.getInt32(at + 12);
        c = ((c >>> 8) | (b << 24)) ^ view.getInt32(at + 8);
        b = ((b >>> 8) | (a << 24)) ^ view.getInt32(at + 4);
        a = (a >>> 8) ^ ((over ^ (over >> 1) ^ (over >> 2) ^ (over >> 7)) << 16) ^ view.getInt32(at);
      }
      y.setInt32(0, a);
      y.setInt32(4, b);
      y.setInt32(8, c);
      y.setInt32(12, d);
    };
    for (const end = from + length; from < end; from += 16) {
      const count = Math.min(16, end - from);
      for (let i = 0; i < count; i++) y.setUint8(i, y.getUint8(i) ^ bytes[from + i]);
      multiply();
    }
    // 64 bits of the additional data's length, which is 0, and of the data's, in bits.
    y.setInt32(12, y.getInt32(12) ^ (length << 3));
    multiply();
    for (let i = 0; i < 16; i += 4) view.setInt32(to + i, y.getInt32(i));
  }

  return { xor, crc32: plainCrc(memory, IEEE), salsa20, counters, ghash };
}

/** One block of Salsa20/20 (Bernstein, "Salsa20 specification", section 8), from the words of `state` into `out`. */
function salsa20Block(state: Uint32Array, out: Uint32Array): void {
  let x0 = state[0] | 0;
  let x1 = state[1] | 0;
  let x2 = state[2] | 0;
  let x3 = state[3] | 0;
  let x4 = state[4] | 0;
  let x5 = state[5] | 0;
  let x6 = state[6] | 0;
  let x7 = state[7] | 0;
  let x8 = state[8] | 0;
  let x9 = state[9] | 0;
  let x10 = state[10] | 0;
  let x11 = state[11] | 0;
  let x12 = state[12] | 0;
  let x13 = state[13] | 0;
  let x14 = state[14] | 0;
  let x15 = state[15] | 0;
  for (let round = 0; round < 10; round++) {
    x4 ^= rotl32((x0 + x12) | 0, 7);
    x8 ^= rotl32((x4 + x0) | 0, 9);
    x12 ^= rotl32((x8 + x4) | 0, 13);
    x0 ^= rotl32((x12 + x8) | 0, 18);
    x9 ^= rotl32((x5 + x1) | 0, 7);
    x13 ^= rotl32((x9 + x5) | 0, 9);
    x1 ^= rotl32((x13 + x9) | 0, 13);
    x5 ^= rotl32((x1 + x13) | 0, 18);
    x14 ^= rotl32((x10 + x6) | 0, 7);
    x2 ^= rotl32((x14 + x10) | 0, 9);
    x6 ^= rotl32((x2 + x14) | 0, 13);
    x10 ^= rotl32((x6 + x2) | 0, 18);
    x3 ^= rotl32((x15 + x11) | 0, 7);
    x7 ^= rotl32((x3 + x15) | 0, 9);
    x11 ^= rotl32((x7 + x3) | 0, 13);
    x15 ^= rotl32((x11 + x7) | 0, 18);
    x1 ^= rotl32((x0 + x3) | 0, 7);
    x2 ^= rotl32((x1 + x0) | 0, 9);
    x3 ^= rotl32((x2 + x1) | 0, 13);
    x0 ^= rotl32((x3 + x2) | 0, 18);
    x6 ^= rotl32((x5 + x4) | 0, 7);
    x7 ^= rotl32((x6 + x5) | 0, 9);
    x4 ^= rotl32((x7 + x6) | 0, 13);
    x5 ^= rotl32((x4 + x7) | 0, 18);
    x11 ^= rotl32((x10 + x9) | 0, 7);
    x8 ^= rotl32((x11 + x10) | 0, 9);
    x9 ^= rotl32((x8 + x11) | 0, 13);
    x10 ^= rotl32((x9 + x8) | 0, 18);
    x12 ^= rotl32((x15 + x14) | 0, 7);
    x13 ^= rotl32((x12 + x15) | 0, 9);
    x14 ^= rotl32((x13 + x12) | 0, 13);
    x15 ^= rotl32((x14 + x13) | 0, 18);
  }
  out[0] = x0 + state[0];
  out[1] = x1 + state[1];
  out[2] = x2 + state[2];
  out[3] = x3 + state[3];
  out[4] = x4 + state[4];
  out[5] = x5 + state[5];
  out[6] = x6 + state[6];
  out[7] = x7 + state[7];
  out[8] = x8 + state[8];
  out[9] = x9 + state[9];
  out[10] = x10 + state[10];
  out[11] = x11 + state[11];
  out[12] = x12 + state[12];
  out[13] = x13 + state[13];
  out[14] = x14 + state[14];
  out[15] = x15 + state[15];
}
