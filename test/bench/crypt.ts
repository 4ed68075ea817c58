/**
 * Prints what each crypt costs a datagram of 1350 bytes, seal / open, in microseconds of CPU, for batches of 1, 8 and 32.
 * `npx tsx test/bench/crypt.ts [crypt ...]`
 */
import { randomBytes, randomFillSync } from 'node:crypto';
import { bundleEngine } from './bundle.ts';
import { cpuMicroseconds } from './cpu.ts';
import { machine, table } from './report.ts';

const DATAGRAM = 1350;
const BATCHES = [1, 8, 32];

const load = await bundleEngine();
const pass = randomBytes(32);
const body = randomBytes(DATAGRAM);

/** `seal / open` for each size of batch. */
async function costs(
  name: string,
  kind: 'wasm' | 'plain',
  native: boolean,
  sizes = BATCHES,
): Promise<string[]> {
  const { createCrypt, createKernel, PacketBatch } = await load();
  const kernel = createKernel(kind);
  const crypt = createCrypt(name, pass, { kernel, native, randomFill: randomFillSync });
  return sizes.map((size) => {
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
    return `${seal.toFixed(2)} / ${(open - cpuMicroseconds(size, receive)).toFixed(2)}`;
  });
}

const wanted = process.argv.slice(2);
const rows: string[][] = [];
for (const name of (await load()).CRYPTS) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  rows.push([
    name,
    ...(await costs(name, 'wasm', true)),
    ...(await costs(name, 'wasm', false, [32])),
    ...(await costs(name, 'plain', false, [32])),
  ]);
}
console.log(machine());
console.log(
  table(
    ['seal / open, us', ...BATCHES.map((size) => `x ${size}`), 'no native, x 32', 'nor WebAssembly, x 32'],
    rows,
  ),
);
