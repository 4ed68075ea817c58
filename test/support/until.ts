/**
 * Waits for something that can only be seen by looking (another process's sockets, a file, a counter).
 *
 * @param look gives what is awaited, or undefined (or false) while it is not there; an error it throws ends the wait
 * @throws Error naming `what` when `ms` milliseconds have passed
 */
export async function until<T>(what: string, look: () => T | undefined | false, ms = 10_000): Promise<T> {
  const end = performance.now() + ms;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`waited ${ms} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
