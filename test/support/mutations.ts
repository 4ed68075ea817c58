import { readFileSync } from 'node:fs';
import type { CryptName } from '../../shared/crypts.ts';
import { DEFAULT_KEY } from '../../shared/options.ts';
import { deriveKey } from '../../src-main/engine/crypt/key.ts';
import { createCrypt } from '../../src-main/engine/crypt/registry.ts';
import { PacketBatch } from '../../src-main/engine/kernel/batch.ts';
import type { Kernel } from '../../src-main/engine/kernel/kernel.ts';
import { seededRandom } from './random.ts';

/** A file of test/vectors. */
export const vectors = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8'));

/** A whole number from 0 up to and without the limit. */
export type Below = (limit: number) => number;

export function seededBelow(seed: number): Below {
  const random = seededRandom(seed);
  return (limit) => Math.floor(random() * limit);
}

type Mutation = (bytes: Buffer, below: Below, all: readonly Uint8Array[]) => Buffer;

/** Numbers at which parsers turn. */
const EDGES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

const MUTATIONS: Mutation[] = [
  (bytes) => bytes,
  (bytes, below) => {
    for (let n = 1 + below(4); n > 0 && bytes.length > 0; n--) bytes[below(bytes.length)] ^= 1 << below(8);
    return bytes;
  },
  (bytes, below) => {
    if (bytes.length > 0) bytes[below(bytes.length)] = EDGES[below(5)];
    return bytes;
  },
  // a length, a number, a timestamp, wherever one may stand
  (bytes, below) => {
    if (bytes.length >= 4)
      bytes.writeUInt32LE(below(2) ? EDGES[below(EDGES.length)] : below(70_000), below(bytes.length - 3));
    return bytes;
  },
  (bytes, below) => {
    if (bytes.length >= 2)
      bytes.writeUInt16LE(below(2) ? EDGES[below(7)] : below(2 ** 16), below(bytes.length - 1));
    return bytes;
  },
  (bytes, below) => bytes.subarray(0, below(bytes.length + 1)),
  (bytes, below) => bytes.subarray(below(bytes.length + 1)),
  // its beginning, and the end of another
  (bytes, below, all) => {
    const other = all[below(all.length)];
    const from = below(Math.min(bytes.length, other.length) + 1);
    return Buffer.concat([bytes.subarray(0, from), other.subarray(from)]);
  },
  // a piece of it twice, or not at all
  (bytes, below) => {
    const from = below(bytes.length + 1);
    const to = from + below(bytes.length + 1 - from);
    return below(2)
      ? Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)])
      : Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  (bytes, below) => Buffer.from(Uint8Array.from({ length: below(bytes.length + 20) }, () => below(256))),
];

/** A copy of some bytes of a corpus, changed in one to three ways; one in ten is as it was. */
export function mutated(all: readonly Uint8Array[], below: Below): Buffer {
  let bytes: Buffer = Buffer.from(all[below(all.length)]);
  for (let n = 1 + below(3); n > 0; n--) bytes = MUTATIONS[below(MUTATIONS.length)](bytes, below, all);
  return bytes;
}

/** What was recorded between a client and a server of kcptun 20210922, opened: FEC's or KCP's bytes of each datagram. */
export function recorded(
  kernel: Kernel,
  name: string,
  cryptName: CryptName,
): { fromServer: Buffer[]; fromClient: Buffer[] } {
  const { datagrams } = vectors(name) as { datagrams: { dir: string; hex: string }[] };
  const crypt = createCrypt(cryptName, deriveKey(DEFAULT_KEY), { kernel, randomFill: () => {} });
  const batch = new PacketBatch(kernel, 1);
  const open = (hex: string): Buffer => {
    const wire = Buffer.from(hex, 'hex');
    batch.clear();
    kernel.bytes.set(wire, batch.next);
    batch.push(wire.length);
    crypt.open(batch);
    if (batch.ok[0] !== 1) throw new Error(`${name}: a datagram does not open with ${cryptName}`);
    const at = batch.offsets[0] + crypt.head;
    return Buffer.from(kernel.bytes.slice(at, at + wire.length - crypt.head - crypt.tail));
  };
  const of = (dir: string): Buffer[] =>
    datagrams.filter((each) => each.dir === dir).map(({ hex }) => open(hex));
  const both = { fromServer: of('server>client'), fromClient: of('client>server') };
  batch.dispose();
  return both;
}
