/** Undoes a subscription; once more does nothing. */
export type Unsubscribe = () => void;

/** Who listens to one thing, each until it undoes that. */
export class Listeners<A extends unknown[] = []> {
  readonly #listeners = new Set<{ call: (...args: A) => void }>();

  get size(): number {
    return this.#listeners.size;
  }

  readonly add = (listener: (...args: A) => void): Unsubscribe => {
    // the same function given twice is two subscriptions
    const entry = { call: listener };
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  };

  readonly call = (...args: A): void => {
    for (const { call } of [...this.#listeners]) call(...args);
  };
}
