/** A timer that can be stopped; stopping twice is harmless. */
export interface Timer {
  stop(): void;
}

/**
 * Everything the engine wants of the outside world, handed in, so that a simulated world can drive it
 * in virtual time, reproducibly (see test/support/simulation.ts).
 */
export interface World {
  /** Milliseconds from any start, monotonic, with fraction. */
  now(): number;
  /** Milliseconds since 1970, for what people read. */
  wallClock(): number;
  after(ms: number, run: () => void): Timer;
  /** Runs once at the end of this event-loop turn: after every socket that is ready now has been read. */
  endOfTurn(run: () => void): void;
  /** Fills with unpredictable bytes. */
  randomFill(bytes: Uint8Array): void;
  /** A float in [0, 1), for jitter. */
  random(): number;
}
