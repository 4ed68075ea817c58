import type { Refusals } from '../../../shared/snapshot.ts';
import { EngineError } from '../errors.ts';
import type { Timer, World } from '../runtime/world.ts';
import { KEEPALIVE_TIMEOUT_MS } from './context.ts';
import { Openings } from './openings.ts';
import { Trial } from './trial.ts';

/** Sessions on trial: in all, and of one address. */
const IN_ALL = 1024;
const OF_ADDRESS = 256;
/** Bytes that peers on trial may have sent, over all; beyond it each gets no more than its opening. */
const BYTES_IN_ALL = 8 << 20;
const OPENING_BYTES = 4096;
const LOOK_MS = 2_000;

/** What an admission needs of a session on trial. */
interface Candidate {
  close(reason: EngineError): void;
}

/**
 * Who may begin a session, and how many may be on trial at once. There is always room for another: the oldest on trial
 * makes way, of the same address where that has more than its share, so that no address takes the room of the others.
 * An opening that was seen before is a recording of it.
 */
export class Admission {
  readonly refusals: Refusals = { replayed: 0, crowded: 0, overfull: 0 };
  readonly #openings: Openings;
  /** oldest first */
  readonly #onTrial = new Map<Candidate, Trial>();
  readonly #ofAddress = new Map<string, Set<Candidate>>();
  #bytes = 0;
  #timer: Timer | undefined;

  constructor(private readonly world: World) {
    this.#openings = new Openings(world, KEEPALIVE_TIMEOUT_MS);
  }

  /** Sessions on trial now. */
  get onTrial(): number {
    return this.#onTrial.size;
  }

  /** @param opening tells the datagram from every other. @returns whether it was never seen */
  isNew(opening: number): boolean {
    if (this.#openings.add(opening)) return true;
    this.refusals.replayed++;
    return false;
  }

  /** Makes room for a session of this address and puts it on trial. */
  add(session: Candidate, address: string, trial: Trial): void {
    const own = this.#ofAddress.get(address);
    const full = this.#onTrial.size >= IN_ALL;
    if (own && (full || own.size >= OF_ADDRESS)) this.dismiss(own.keys().next().value!);
    else if (full) this.dismiss(this.#onTrial.keys().next().value!);
    trial.since = Math.floor(this.world.now());
    trial.address = address;
    this.#onTrial.set(session, trial);
    this.#timer ??= this.world.after(LOOK_MS, this.#look);
    const set = this.#ofAddress.get(address);
    if (set) set.add(session);
    else this.#ofAddress.set(address, new Set([session]));
  }

  /** The session has proved itself, or has ended. */
  delete(session: Candidate): void {
    const trial = this.#onTrial.get(session);
    if (!trial) return;
    this.#onTrial.delete(session);
    this.#bytes -= trial.received;
    const set = this.#ofAddress.get(trial.address)!;
    set.delete(session);
    if (this.#onTrial.size === 0) {
      this.#timer?.stop();
      this.#timer = undefined;
    }
    if (set.size === 0) this.#ofAddress.delete(trial.address);
  }

  /** A datagram of so many bytes came for a session on trial. */
  take(trial: Trial, bytes: number): void {
    this.#bytes += bytes;
    trial.take(bytes, this.#bytes < BYTES_IN_ALL ? undefined : OPENING_BYTES);
    if (trial.full) this.refusals.overfull++;
  }

  /** Ends a session on trial to make room. */
  dismiss(session: Candidate): void {
    this.refusals.crowded++;
    session.close(new EngineError('closed', 'made way on trial for a newer one'));
  }

  /** Ends those that have proved nothing for as long as a session may be silent. */
  readonly #look = (): void => {
    this.#timer = undefined;
    const latest = this.world.now() - KEEPALIVE_TIMEOUT_MS;
    for (const [session, { since }] of this.#onTrial) {
      if (since > latest) break;
      session.close(new EngineError('keepalive-timeout', 'the peer has answered nothing'));
    }
    if (this.#onTrial.size > 0) this.#timer ??= this.world.after(LOOK_MS, this.#look);
  };
}

/** What counts as one address: an IPv4 one, or the 64 bits that a network with IPv6 has in common. */
export function networkOf(address: string): string {
  const [, v4] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address) ?? [];
  if (v4 || !address.includes(':')) return v4 ?? address;
  const [left, right] = address.split('%')[0].split('::');
  const groups = left === '' ? [] : left.split(':');
  const rest = right ? right.split(':') : [];
  const zeros = right === undefined ? 0 : 8 - groups.length - rest.length;
  return [...groups, ...new Array<string>(zeros).fill('0'), ...rest].slice(0, 4).join(':');
}
