import type { Kernel } from '../kernel/kernel.ts';
import { Store } from '../kernel/store.ts';
import { Group } from './group.ts';
import { wrapOf } from './packet.ts';

/**
 * The groups of so many packets may still be filled. kcp-go keeps four groups (older releases: three groups' worth of
 * packets, of groups that are not whole), which a line at 60 Mbit/s that holds some packets back for 10 ms is past: with
 * more, downloads are 3 to 10 % faster there (measured).
 */
const PACKETS = 256;
/** At least the newest group and three behind it (kcp-go's maxShardSets); what is older is counted. */
const GROUPS = 4;
/** A jump ahead by more groups is not taken for loss. */
const FARTHEST = 256;
/** So many packets in a row from one place far away: the peer has started again, or we have missed very much. */
const STRAYS = 8;

/**
 * The groups that may still be filled, as a ring that ends with the newest.
 *
 * A packet far away from them is set aside, so that a stray or hostile seqid moves nothing; several in a row from one
 * place move the window there. (kcp-go moves at any seqid ahead and at none behind, and so waits for good for a peer
 * that has started again.)
 */
export class GroupWindow {
  /** Data shards the peer sent by its seqids, and those of them that came, of all but the newest GROUPS groups. */
  expected = 0;
  received = 0;
  /** the newest group's number, -1 before there is one */
  newest = -1;
  /** how many groups are held */
  held = 0;
  /** each made when its place is first needed */
  #ring: (Group | undefined)[] = [];
  #store: Store;
  /** the place of the newest in the ring */
  #head = 0;
  #dataShards = 0;
  #groupSize = 0;
  /** group numbers wrap here */
  #numbers = 0;
  #strayAt = 0;
  #strays = 0;

  constructor(private readonly kernel: Kernel) {
    this.#store = new Store(kernel, 0);
  }

  /** Forgets all groups; those to come have this shape. */
  reshape(dataShards: number, parityShards: number): void {
    this.close();
    this.#dataShards = dataShards;
    this.#groupSize = dataShards + parityShards;
    this.#numbers = wrapOf(this.#groupSize) / this.#groupSize;
    const groups = Math.max(GROUPS, Math.ceil(PACKETS / this.#groupSize));
    this.#ring = Array.from({ length: groups });
    this.#store = new Store(this.kernel, groups * this.#groupSize);
    this.#head = 0;
    this.newest = -1;
    this.#strays = 0;
  }

  /** The group of that number, opened if need be; undefined where it is too old or too far away. */
  take(number: number): Group | undefined {
    if (this.newest < 0) this.#moveTo(number);
    const ahead = this.#distance(number, this.newest);
    if (ahead <= -this.#ring.length || ahead > FARTHEST) {
      const near = Math.abs(this.#distance(number, this.#strayAt)) < GROUPS;
      this.#strays = near ? this.#strays + 1 : 1;
      this.#strayAt = number;
      if (this.#strays < STRAYS) return undefined;
      this.#moveTo(number);
      return this.#behind(0);
    }
    this.#strays = 0;
    if (ahead > 0) this.#advance(ahead);
    const group = this.#behind(Math.max(-ahead, 0));
    if (group.number !== number) this.#open(group, number);
    return group;
  }

  close(): void {
    for (const group of this.#ring) group?.close();
    this.held = 0;
  }

  #open(group: Group, number: number): void {
    if (group.number < 0) this.held++;
    group.open(number);
  }

  #moveTo(number: number): void {
    this.close();
    this.newest = number;
    this.#strays = 0;
    this.#open(this.#behind(0), number);
  }

  #advance(groups: number): void {
    const size = this.#ring.length;
    // Those that are neither in the window now nor will be: nothing of them came.
    this.expected += Math.max(0, groups - size) * this.#dataShards;
    for (let left = Math.min(groups, size); left-- > 0;) {
      this.#count(this.#behind(GROUPS - 1));
      this.#head = (this.#head + 1) % size;
      this.#open(this.#behind(0), (this.newest + groups - left) % this.#numbers);
    }
    this.newest = (this.newest + groups) % this.#numbers;
  }

  /** The group so many places behind the newest one. */
  #behind(places: number): Group {
    const size = this.#ring.length;
    return (this.#ring[(this.#head - places + size) % size] ??= new Group(
      this.kernel,
      this.#store,
      this.#groupSize,
    ));
  }

  /** Only data: how much parity a group gets is the sender's to choose, and what was never sent has not been lost. */
  #count({ number, data }: Group): void {
    if (number < 0) return;
    this.expected += this.#dataShards;
    this.received += data;
  }

  /** a - b, the shorter way round. */
  #distance(a: number, b: number): number {
    const half = this.#numbers / 2;
    const distance = a - b;
    if (distance > half) return distance - this.#numbers;
    return distance < -half ? distance + this.#numbers : distance;
  }
}
