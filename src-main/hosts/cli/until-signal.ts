/**
 * One request to end may come twice: a terminal's Ctrl+C reaches npm, which passes it on, and this process too; and
 * when-exit, which conf's atomic writes bring along, sends the signal to its own process once more.
 */
const ECHO_MS = 500;

/** Resolves with the first SIGINT or SIGTERM; a later one does not wait for an orderly end. */
export function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked: number | undefined;
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.on(signal, () => {
        if (asked === undefined) asked = performance.now();
        else if (performance.now() - asked >= ECHO_MS) process.exit(1);
        resolve(signal);
      });
  });
}
