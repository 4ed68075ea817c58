import { createWriteStream } from 'node:fs';

/** A trace is for minutes, not for days. */
const MOST_BYTES = 256 << 20;

/**
 * Where KCPTUN_TRACE asks for a trace of every datagram: appends lines to that file, until it has grown by MOST_BYTES.
 * @returns undefined where it does not
 */
export function openTrace(
  env: NodeJS.ProcessEnv,
  report: (text: string) => void,
): ((line: string) => void) | undefined {
  const path = env.KCPTUN_TRACE;
  if (!path) return undefined;
  const file = createWriteStream(path, { flags: 'a', mode: 0o600 });
  let left = MOST_BYTES;
  const end = (why: string): void => {
    left = 0;
    report(`KCPTUN_TRACE ${path}: ${why}`);
  };
  file.on('error', (error) => end(error.message));
  return (line) => {
    if (left === 0) return;
    left -= line.length + 1;
    if (left > 0) file.write(`${line}\n`);
    else end(`ended after ${MOST_BYTES >> 20} MiB`);
  };
}
