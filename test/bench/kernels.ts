/**
 * Prints what FEC, Snappy and QPP cost, in microseconds of CPU, with either kernel.
 * `npx tsx test/bench/kernels.ts`
 */
import { randomBytes } from 'node:crypto';
import { bundleEngine } from './bundle.ts';
import { cpuMicroseconds } from './cpu.ts';
import { digits, machine, table } from './report.ts';

const DATAGRAM = 1350;
const FRAME = 4096;

function expectSame(what: string, got: Uint8Array, wanted: Uint8Array): void {
  if (Buffer.compare(got, wanted) !== 0) throw new Error(`${what}: the result is wrong`);
}

const vocabulary = randomBytes(8000)
  .toString('base64')
  .match(/.{3,9}/g)!;
const word = (): string => vocabulary[Math.floor(Math.random() ** 3 * vocabulary.length)];
const FRAMES = 16;
const text = Buffer.from(Array.from({ length: FRAMES * FRAME }, word).join(' ')).subarray(0, FRAMES * FRAME);

const load = await bundleEngine();

async function costs(kind: 'wasm' | 'plain'): Promise<[string, number][]> {
  const {
    createKernel,
    FecDecoder,
    FecEncoder,
    SNAPPY_MAX_CHUNK,
    SnappyDecoder,
    SnappyEncoder,
    zeroCounters,
  } = await load();
  const kernel = createKernel(kind);
  const { bytes, arena } = kernel;
  const rows: [string, number][] = [];

  const [ds, ps] = [10, 3];
  const slot = 1504;
  const room = arena.alloc((ds + ps) * slot);
  const encoder = new FecEncoder(kernel, ds, ps);
  const payload = randomBytes(DATAGRAM);
  let now = 0;
  const group = (): void => {
    let at = room + ds * slot;
    for (let i = 0; i < ds; i++) {
      const due = encoder.sealData(room + i * slot, DATAGRAM, now);
      for (let p = 0; p < due; p++, at += slot) encoder.writeParity(p, at);
    }
    now++;
  };
  for (let i = 0; i < ds; i++) bytes.set(payload, room + i * slot);
  rows.push(['FEC 10+3: seal, per data packet', cpuMicroseconds(ds, group)]);

  let seqid = 0;
  let recovered = 0;
  let last: Uint8Array = new Uint8Array();
  const decoder = new FecDecoder(kernel, ds, ps, zeroCounters(), (from, offset, length) => {
    recovered++;
    last = from.subarray(offset, offset + length);
  });
  const receive = (lost: number): void => {
    for (let i = 0; i < ds + ps; i++) {
      kernel.view.setUint32(room + i * slot, seqid + i, true);
      if (i >= lost) decoder.input(room + i * slot, DATAGRAM);
    }
    seqid += ds + ps;
  };
  receive(3);
  if (recovered !== 3) throw new Error(`FEC: ${recovered} of 3 packets recovered`);
  expectSame('FEC', last, payload.subarray(8));
  const whole = cpuMicroseconds(ds, () => receive(0));
  rows.push(['FEC 10+3: receive with nothing lost, per data packet', whole]);
  for (const lost of [1, 3]) {
    rows.push([
      `FEC 10+3: the same, ${lost} of 10 lost and made again`,
      cpuMicroseconds(ds, () => receive(lost)),
    ]);
  }

  const plain = arena.alloc(65536);
  // Not always the same frame, which the processor would learn by heart.
  let turn = 0;
  const next = (): number => plain + (turn++ % FRAMES) * FRAME;
  const chunk = arena.alloc(SNAPPY_MAX_CHUNK);
  for (const [name, data] of [
    ['text', text],
    ['random', randomBytes(FRAMES * FRAME)],
  ] as const) {
    bytes.set(data, plain);
    const block = arena.alloc(8192);
    const length = kernel.snappyCompress(plain, FRAME, block);
    if (kernel.snappyUncompress(block, length, chunk, 65536) !== FRAME)
      throw new Error('snappy: wrong length');
    expectSame('snappy', bytes.subarray(chunk, chunk + FRAME), data.subarray(0, FRAME));
    rows.push([
      `snappy block, 4 KB ${name} to ${length}`,
      cpuMicroseconds(1, () => kernel.snappyCompress(next(), FRAME, block)),
    ]);
    rows.push([
      `snappy block back, 4 KB ${name}`,
      cpuMicroseconds(1, () => kernel.snappyUncompress(block, length, chunk, 65536)),
    ]);

    const snappy = new SnappyEncoder(kernel);
    const begin = snappy.encode(plain, FRAME, chunk);
    const stream = Buffer.from(bytes.slice(chunk, chunk + begin));
    const reader = new SnappyDecoder(kernel);
    let read: Uint8Array = new Uint8Array();
    const sink = (from: Uint8Array, offset: number, size: number): void => {
      read = from.subarray(offset, offset + size);
    };
    reader.input(stream, 0, stream.length, sink);
    expectSame('snappy framing', read, data.subarray(0, FRAME));
    rows.push([`snappy chunk, 4 KB ${name}`, cpuMicroseconds(1, () => snappy.encode(next(), FRAME, chunk))]);
    rows.push([
      `snappy chunk back, 4 KB ${name}`,
      cpuMicroseconds(1, () => reader.input(stream, 10, stream.length - 10, sink)),
    ]);
  }
  rows.push(['CRC-32C, 4 KB', cpuMicroseconds(1, () => kernel.crc32c(plain, FRAME))]);
  return rows;
}

const wasm = await costs('wasm');
const plain = await costs('plain');
const { createQpp } = await load();
const qpp = createQpp('a key', 61);
const cipher = qpp.cipher();
const frame = randomBytes(FRAME);
console.log(machine());
console.log(
  table(
    ['microseconds', 'WebAssembly', 'TypeScript'],
    [
      ...wasm.map(([name, cost], i) => [name, digits(cost), digits(plain[i][1])]),
      ['QPP, 4 KB', '', digits(cpuMicroseconds(1, () => cipher.encrypt(frame, 0, FRAME)))],
      ['QPP, 61 pads, once a tunnel', '', digits(cpuMicroseconds(1, () => createQpp('a key', 61)))],
    ],
  ),
);
