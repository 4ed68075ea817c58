import { MAX_DATAGRAM, type PacketBatch } from '../kernel/batch.ts';
import { CFB_LANES, type CfbStep, type LaneCipher } from '../kernel/crypt-kernel.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { BlockCipher } from './block-cipher.ts';
import { Cfb } from './cfb.ts';
import type { DatagramCipher } from './datagram-cipher.ts';
import { type Scratch, scratchOf } from './scratch.ts';

/**
 * What `Cfb` does, several blocks at a time in the kernel, each in a lane of its own. Both directions are the same step,
 * block XOR E(the ciphertext block before it), in another order:
 *
 * - seal: a block waits for the one before it, so each lane has a datagram, from its second block upwards, and takes the
 *   next datagram when it is done.
 * - open: the blocks of the whole batch, from the last downwards, so that the ciphertext before a block is still there.
 *   The first block of a datagram comes out as garbage: it is part of the nonce, which nobody reads.
 */
export class LaneCfb implements DatagramCipher {
  readonly #step: CfbStep;
  readonly #lanes: number;
  readonly #blockBytes: number;
  readonly #schedule: Uint8Array;
  readonly #own: Cfb;
  readonly #scratch: Scratch;
  /** How many blocks of its datagram a lane has still to seal. */
  readonly #left: Int32Array;

  constructor(kernel: Kernel, step: CfbStep, name: LaneCipher, cipher: BlockCipher, blockBytes: number) {
    this.#step = step;
    this.#lanes = CFB_LANES[name];
    this.#blockBytes = blockBytes;
    const { buffer, byteOffset, byteLength } = cipher.schedule;
    this.#schedule = new Uint8Array(buffer, byteOffset, byteLength);
    this.#own = new Cfb(cipher.encrypt, blockBytes);
    this.#scratch = scratchOf(kernel);
    this.#left = new Int32Array(this.#lanes);
  }

  seal(batch: PacketBatch): void {
    // One lane alone takes longer than the TypeScript twin (measured).
    if (batch.count < 2) return this.#own.seal(batch);
    const { words } = batch.kernel;
    const left = this.#left;
    const block = this.#blockBytes;
    const key = this.#scratch.load(this.#schedule);
    const lanes = this.#takeLanes();
    const at = lanes >> 2;
    for (let next = 0; ;) {
      let count = 0;
      for (let n = 0; n < left.length; n++) {
        for (; left[n] === 0 && next < batch.count; next++) {
          const blocks = Math.ceil(batch.lengths[next] / block);
          if (blocks === 0) continue;
          this.#own.sealFirst(words, batch.offsets[next]);
          words[at + n] = batch.offsets[next] + block;
          left[n] = blocks - 1;
        }
        if (left[n] === 0) words[at + n] = this.#spare(lanes);
        else if (count === 0 || left[n] < count) count = left[n];
      }
      if (count === 0) return;
      this.#step(key, lanes, block, count);
      for (let n = 0; n < left.length; n++) {
        if (left[n] === 0) continue;
        left[n] -= count;
        words[at + n] += count * block;
      }
    }
  }

  open(batch: PacketBatch): void {
    const { words } = batch.kernel;
    const block = this.#blockBytes;
    const key = this.#scratch.load(this.#schedule);
    const lanes = this.#takeLanes();
    const at = lanes >> 2;
    // All blocks but the very first.
    const blocks = (batch.next - batch.start) / block - 1;
    const steps = Math.floor(blocks / this.#lanes);
    for (let n = 0; n < this.#lanes; n++) words[at + n] = batch.next - (n + 1) * block;
    if (steps > 0) this.#step(key, lanes, -block * this.#lanes, steps);
    const rest = blocks - steps * this.#lanes;
    if (rest <= 0) return;
    for (let n = 0; n < this.#lanes; n++) {
      words[at + n] = n < rest ? batch.start + (rest - n) * block : this.#spare(lanes);
    }
    this.#step(key, lanes, 0, 1);
  }

  /** @returns the offset of the lanes' words, before room in which a lane without a datagram can run as long as another */
  #takeLanes(): number {
    return this.#scratch.take(4 * this.#lanes + 16 + 16 + MAX_DATAGRAM);
  }

  #spare(lanes: number): number {
    return lanes + 4 * this.#lanes + 16;
  }
}
