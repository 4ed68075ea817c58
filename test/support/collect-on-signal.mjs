// Preloaded into a process whose memory is measured: collects all garbage at SIGUSR2, and says so.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

process.on('SIGUSR2', () => {
  for (let i = 0; i < 3; i++) collect();
  process.stderr.write('collected\n');
});
