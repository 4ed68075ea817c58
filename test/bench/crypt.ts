/**
 * Prints what each crypt costs a datagram of 1350 bytes, in microseconds, for batches of 1, 8 and 32.
 * `npx tsx test/bench/crypt.ts [crypt ...]`
 */
import { randomBytes, randomFillSync } from 'node:crypto';
import { cpus } from 'node:os';
import { createServer } from 'vite';

const engine = (path: string): string => new URL(`../../src-main/engine/${path}`, import.meta.url).pathname;

const DATAGRAM = 1350;
const BATCHES = [1, 8, 32];
const SAMPLES = 7;
const SAMPLE_MS = 30;

const vite = await createServer({
  server: { middlewareMode: true, hmr: false },
  appType: 'custom',
  logLevel: 'error',
});
try {
  const { PacketBatch } = (await vite.ssrLoadModule(
    engine('batch.ts'),
  )) as typeof import('../../src-main/engine/batch.ts');
  const { createKernel } = (await vite.ssrLoadModule(
    engine('kernel/load.ts'),
  )) as typeof import('../../src-main/engine/kernel/load.ts');
  const { createCrypt } = (await vite.ssrLoadModule(
    engine('crypt/registry.ts'),
  )) as typeof import('../../src-main/engine/crypt/registry.ts');
  const { CRYPTS } = (await vite.ssrLoadModule(
    new URL('../../shared/crypts.ts', import.meta.url).pathname,
  )) as typeof import('../../shared/crypts.ts');

  const wanted = process.argv.slice(2);
  const pass = randomBytes(32);
  const kernel = createKernel();

  /** The median time of one datagram, in microseconds. */
  const measure = (size: number, run: () => void): number => {
    const samples = Array.from({ length: SAMPLES }, () => {
      let rounds = 0;
      const start = process.cpuUsage();
      const until = performance.now() + SAMPLE_MS;
      do {
        for (let i = 0; i < 16; i++) run();
        rounds += 16;
      } while (performance.now() < until);
      const { user, system } = process.cpuUsage(start);
      return (user + system) / (rounds * size);
    });
    return samples.sort((a, b) => a - b)[SAMPLES >> 1];
  };

  console.log(`node ${process.version}, ${cpus()[0].model}, ${kernel.name} kernel`);
  console.log('us per datagram'.padEnd(24), ...BATCHES.map((size) => `seal/open x${size}`.padStart(16)));
  for (const name of CRYPTS) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    for (const native of [true, false]) {
      const crypt = createCrypt(name, pass, { kernel, native, randomFill: randomFillSync });
      const cells = BATCHES.map((size) => {
        const batch = new PacketBatch(kernel, size);
        const body = randomBytes(DATAGRAM);
        while (!batch.full) {
          kernel.bytes.set(body, batch.next);
          batch.push(DATAGRAM);
        }
        crypt.seal(batch);
        const sealed = kernel.bytes.slice(batch.start, batch.next);
        crypt.open(batch);
        if (!batch.ok.every((ok) => ok === 1)) throw new Error(`${name}: does not open what it sealed`);
        const seal = measure(size, () => crypt.seal(batch));
        const open = measure(size, () => crypt.open(batch));
        const restore = measure(size, () => kernel.bytes.set(sealed, batch.start));
        batch.dispose();
        return `${seal.toFixed(2)} /${open.toFixed(2).padStart(6)}`.padStart(16) + (restore < 0 ? '!' : '');
      });
      console.log(`${name}${native ? '' : ' (own)'}`.padEnd(24), ...cells);
    }
  }
} finally {
  await vite.close();
}
