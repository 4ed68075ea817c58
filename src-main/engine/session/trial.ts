/** What is sent to who has proved nothing, for what came from there (RFC 9000, section 8.1). */
const FACTOR = 3;
/** What is held of a peer on trial: its first window of 32 segments fits, with as much parity. */
const MOST_BYTES = 128 * 1024;

/**
 * A session whose peer has proved nothing: it may be a recording, or speak for an address that is not its own. Until
 * it has answered something of ours, it is sent little, and what it says is held and not acted on.
 */
export class Trial {
  /** bytes of datagrams, both ways */
  received = 0;
  /** nothing more is held; what the peer answers still counts */
  full = false;
  #sent = 0;
  /** ms of the engine's clock at which it began, and the address that it counts for */
  since = 0;
  address = '';

  /** @param passed called once the peer has proved itself */
  constructor(readonly passed: () => void) {}

  /** Whether a datagram may go. */
  get credit(): boolean {
    return this.#sent < FACTOR * this.received;
  }

  /** @returns whether so many bytes may go; then they count as sent */
  spend(bytes: number): boolean {
    if (this.#sent + bytes > FACTOR * this.received) return false;
    this.#sent += bytes;
    return true;
  }

  /** @param most bytes that are held */
  take(bytes: number, most = MOST_BYTES): void {
    this.received += bytes;
    this.full = this.received > Math.min(most, MOST_BYTES);
  }
}
