import { createSubscriber } from 'svelte/reactivity';

/** The time, in whole seconds of the window's own clock; it ticks only while something shown reads it. */
class Clock {
  readonly #subscribe = createSubscriber((update) => {
    const timer = setInterval(update, 1000);
    return () => clearInterval(timer);
  });

  /** milliseconds since 1970 */
  get now(): number {
    this.#subscribe();
    return Date.now();
  }
}

export const clock = new Clock();
