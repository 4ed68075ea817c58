/**
 * Prints what each crypt costs a datagram of 1350 bytes, seal / open, in microseconds of CPU, for batches of 1, 8 and 32.
 * `npx tsx test/bench/crypt.ts [crypt ...]`
 */
import { randomBytes, randomFillSync } from 'node:crypto';
import { createServer } from 'vite';
import { cpuMicroseconds } from './cpu.ts';
import { machine, table } from './report.ts';

const DATAGRAM = 1350;
const BATCHES = [1, 8, 32];

const vite = await createServer({
  server: { middlewareMode: true, hmr: false },
  appType: 'custom',
  logLevel: 'error',
});
try {
  const load = (path: string): Promise<unknown> =>
    vite.ssrLoadModule(new URL(`../../${path}`, import.meta.url).pathname);
  type Batch = typeof import('../../src-main/engine/batch.ts');
  type Kernels = typeof import('../../src-main/engine/kernel/load.ts');
  type Registry = typeof import('../../src-main/engine/crypt/registry.ts');
  type Crypts = typeof import('../../shared/crypts.ts');
  const { PacketBatch } = (await load('src-main/engine/batch.ts')) as Batch;
  const { createKernel } = (await load('src-main/engine/kernel/load.ts')) as Kernels;
  const { createCrypt } = (await load('src-main/engine/crypt/registry.ts')) as Registry;
  const { CRYPTS } = (await load('shared/crypts.ts')) as Crypts;

  const wanted = process.argv.slice(2);
  const pass = randomBytes(32);
  const body = randomBytes(DATAGRAM);

  const costs = (name: string, kind: 'wasm' | 'plain', native: boolean): string[] => {
    const kernel = createKernel(kind);
    const crypt = createCrypt(name, pass, { kernel, native, randomFill: randomFillSync });
    return BATCHES.map((size) => {
      const batch = new PacketBatch(kernel, size);
      while (!batch.full) {
        kernel.bytes.set(body, batch.next);
        batch.push(DATAGRAM);
      }
      const seal = cpuMicroseconds(size, () => crypt.seal(batch));
      crypt.seal(batch);
      const sealed = kernel.bytes.slice(batch.start, batch.next);
      const receive = (): void => kernel.bytes.set(sealed, batch.start);
      const open = cpuMicroseconds(size, () => {
        receive();
        crypt.open(batch);
      });
      if (!batch.ok.every((ok) => ok === 1)) throw new Error(`${name}: does not open what it sealed`);
      const received = cpuMicroseconds(size, receive);
      return `${seal.toFixed(2)} / ${(open - received).toFixed(2)}`;
    });
  };

  console.log(machine());
  console.log(
    table(
      ['seal / open, us', ...BATCHES.map((size) => `x ${size}`), 'no native, x 32', 'nor WebAssembly, x 32'],
      CRYPTS.filter((name) => wanted.length === 0 || wanted.includes(name)).map((name) => [
        name,
        ...costs(name, 'wasm', true),
        costs(name, 'wasm', false)[2],
        costs(name, 'plain', false)[2],
      ]),
    ),
  );
} finally {
  await vite.close();
}
