import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

const gc = runInNewContext('gc') as () => void;

/** Collects all garbage at once; V8 of Node 24 may free the buffers that it has found only when it is asked again. */
export function collect(): void {
  gc();
  gc();
}
