/** Transmissions from which the loss of a line is told, while its queue is short and while it is long. */
const QUIET_SAMPLES = 250;
const BUSY_SAMPLES = 60;
const BUSY_LEAST = 15;

/** What of its transmissions a line loses at random, and what its queue drops. */
export class LossMeter {
  /** share of transmissions that are neither answered nor rebuilt, while the queue is short */
  unrepaired = 0;
  #unrepairedSamples = 0;
  #quietLoss = 0;
  #quietSamples = 0;
  #busyLoss = 0;
  #busySamples = 0;

  /** The share of what is sent that the queue drops: what is lost while it is long beyond what is lost while it is not. */
  get dropped(): number {
    if (this.#busySamples < BUSY_LEAST) return 0;
    return Math.max(0, this.#busyLoss - this.#quietLoss);
  }

  /**
   * A transmission has left the line.
   * @param repaired whether FEC would hide it if it was lost
   * @param quiet whether the line's queue is short
   */
  add(lost: boolean, repaired: boolean, quiet: boolean): void {
    if (quiet) {
      this.#unrepairedSamples = Math.min(this.#unrepairedSamples + 1, QUIET_SAMPLES);
      this.unrepaired += (Number(lost) - this.unrepaired) / this.#unrepairedSamples;
    }
    if (repaired) return;
    if (quiet) {
      this.#busySamples = 0;
      this.#quietSamples = Math.min(this.#quietSamples + 1, QUIET_SAMPLES);
      this.#quietLoss += (Number(lost) - this.#quietLoss) / this.#quietSamples;
    } else {
      this.#busySamples = Math.min(this.#busySamples + 1, BUSY_SAMPLES);
      this.#busyLoss += (Number(lost) - this.#busyLoss) / this.#busySamples;
    }
  }
}
