import type { GroupLog } from './group-log.ts';

/** The share of groups that may be left with more loss than parity. */
const UNREPAIRED = 0.025;
/** Below this share of loss sending again is cheaper than any parity. */
const LEAST_LOSS = 0.01;
/** Transmissions from which the loss of a line is taken to be known. */
const FIRST_SAMPLES = 80;
const SAMPLES = 150;
/** One group in so many goes without parity, so that its loss can be seen: at first, and at low and high loss. */
const FIRST_PROBES = 4;
const BUSY_PROBES = 2;
const PROBES = 12;
const RARE_PROBES = 32;
const HIGH_LOSS = 0.05;
/** Groups after which more parity is added for more failures than expected, or taken back. */
const REVIEW_GROUPS = 64;

/**
 * How many parity packets the groups of a session get, by the loss that is measured. Receivers take parity that never
 * comes for lost, so any number up to the configured one will do. FEC hides loss from the sender: only in groups without
 * parity does every lost packet show. Elsewhere what shows is that a group could not be repaired.
 */
export class ParityPlan {
  /** share of transmissions lost */
  loss = 0;
  /** parity packets a group, but for the probes */
  parity: number;
  #samples = 0;
  #group = 0;
  #extra = 0;
  #reviewed = 0;
  #failed = 0;
  #lastFailed = -1;

  constructor(
    private readonly dataShards: number,
    private readonly most: number,
    private readonly groups: GroupLog,
  ) {
    this.parity = most;
  }

  /** Whether `loss` is measured. */
  get known(): boolean {
    return this.#samples >= FIRST_SAMPLES;
  }

  /** A transmission that was in this group has left the line. */
  readonly resolved = (group: number, lost: boolean): void => {
    if (group < 0 || group >= this.groups.open) return;
    if (this.groups.parity(group) > 0) {
      if (lost && group !== this.#lastFailed) {
        this.#lastFailed = group;
        this.#failed++;
      }
      return;
    }
    this.#samples++;
    this.loss += (Number(lost) - this.loss) / Math.min(this.#samples, SAMPLES);
  };

  /**
   * Parity packets of the next group.
   * @param quiet whether the line's queue is short; while it is not, what it drops must be seen
   */
  next(quiet: boolean): number {
    this.#group++;
    if (!quiet && this.#group % BUSY_PROBES === 0) return 0;
    if (!this.known) return this.#group % FIRST_PROBES === 0 ? 0 : this.most;
    if (++this.#reviewed >= REVIEW_GROUPS) this.#review();
    this.parity = this.#needed();
    if (this.parity === 0) return 0;
    const every = this.loss > HIGH_LOSS && this.#failed > 0 ? RARE_PROBES : PROBES;
    return this.#group % every === 0 ? 0 : this.parity;
  }

  #review(): void {
    const share = this.#failed / this.#reviewed;
    if (share > 2 * UNREPAIRED) this.#extra++;
    else if (this.#failed === 0 && this.#extra > 0) this.#extra--;
    this.#extra = Math.min(this.#extra, this.most);
    this.#reviewed = this.#failed = 0;
  }

  #needed(): number {
    const { loss, dataShards, most } = this;
    // A little sticky, so that what is measured may waver.
    if (loss < (this.parity > 0 ? LEAST_LOSS * 0.7 : LEAST_LOSS)) return 0;
    let parity = 0;
    while (parity < most && failing(loss, dataShards + parity, parity) >= UNREPAIRED) parity++;
    return Math.min(parity + this.#extra, most);
  }
}

/** The share of groups of `size` that lose more than `parity` packets, where losses are independent. */
function failing(loss: number, size: number, parity: number): number {
  if (loss >= 1) return 1;
  let exactly = (1 - loss) ** size;
  let within = exactly;
  for (let k = 1; k <= parity; k++) {
    exactly *= ((size - k + 1) / k) * (loss / (1 - loss));
    within += exactly;
  }
  return 1 - within;
}
