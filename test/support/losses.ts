/**
 * Random losses of a line, in bursts by Gilbert's model: a run of losses ends with 1 / burst, and begins so often that
 * the share comes out. With a burst of 1 each is lost for itself.
 */
export class Losses {
  #losing = false;

  constructor(private readonly random: () => number) {}

  /** Whether the next datagram is lost. @param loss share of 1 @param burst datagrams lost in a row, in the mean */
  next(loss: number, burst: number): boolean {
    if (loss === 0) return (this.#losing = false);
    const toss = this.random();
    if (burst <= 1) this.#losing = toss < loss;
    else this.#losing = this.#losing ? toss >= 1 / burst : toss < loss / (burst * (1 - loss));
    return this.#losing;
  }
}
