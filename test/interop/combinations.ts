import { type Flags, type Role, Tunnel } from '../support/peers.ts';
import { transfer, TransferTarget } from '../support/traffic.ts';
import { everyRow, pairwiseRows } from './pairwise.ts';

/** What has to be tried against release 20210922, whose ciphers these are. */
const CHOICES = {
  crypt: [
    'aes',
    'aes-128',
    'aes-192',
    'salsa20',
    'blowfish',
    'twofish',
    'cast5',
    '3des',
    'tea',
    'xtea',
    'xor',
    'sm4',
    'none',
  ],
  smuxver: [1, 2],
  fec: ['10+3', '5+5', '0+0', '3+2'],
  nocomp: [false, true],
  mode: ['fast3', 'fast2', 'fast', 'normal', 'manual'],
  /** which end is ours */
  ours: ['client', 'server'],
} as const;

export interface Combination {
  crypt: string;
  smuxver: number;
  fec: string;
  nocomp: boolean;
  mode: string;
  ours: Role;
}

export const coveringCombinations = (): Combination[] => pairwiseRows(CHOICES);
export const everyCombination = (): Combination[] => everyRow(CHOICES);

export const nameOf = ({ ours, crypt, smuxver, fec, nocomp, mode }: Combination): string =>
  `our ${ours}, ${crypt}, smux ${smuxver}, FEC ${fec}, ${nocomp ? 'nocomp' : 'comp'}, ${mode}`;

export function flagsOf({ crypt, smuxver, fec, nocomp, mode }: Combination): Flags {
  const [datashard, parityshard] = fec.split('+');
  const manual = mode === 'manual' && { nodelay: 1, interval: 20, resend: 2, nc: 1 };
  return { crypt, smuxver, nocomp, mode, datashard, parityshard, sndwnd: 1024, rcvwnd: 1024, ...manual };
}

/** Moves `bytes` of random and of compressible data at the same time, both ways at once, and checks every SHA-256. */
export async function tryCombination(
  combination: Combination,
  bytes: number,
  timeout?: number,
): Promise<void> {
  await using target = await new TransferTarget().listen();
  await using tunnel = await Tunnel.open({
    client: combination.ours === 'client' ? 'ours' : 'debian',
    server: combination.ours === 'server' ? 'ours' : 'debian',
    target: target.address,
    flags: flagsOf(combination),
  });
  await Promise.all(
    (['random', 'compressible'] as const).map((content) =>
      transfer(tunnel.client.address, target, { up: bytes, down: bytes, content, timeout }),
    ),
  );
}
