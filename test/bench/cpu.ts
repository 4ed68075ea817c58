import { median } from './report.ts';

const SAMPLES = 9;
const SAMPLE_MS = 30;

/** The median CPU time of one of the `count` things that `run` does, in microseconds. */
export function cpuMicroseconds(count: number, run: () => void): number {
  const sample = (): number => {
    let rounds = 0;
    const start = process.cpuUsage();
    const until = performance.now() + SAMPLE_MS;
    for (; performance.now() < until; rounds += 16) for (let i = 0; i < 16; i++) run();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / (rounds * count);
  };
  sample();
  return median(Array.from({ length: SAMPLES }, sample));
}
