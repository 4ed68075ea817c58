import { CRYPT_INFO, CRYPTS } from '../../shared/crypts.ts';
import { type Flags, Tunnel } from '../support/peers.ts';
import { transfer, TransferTarget } from '../support/traffic.ts';
import { everyRow, pairwiseRows } from './pairwise.ts';

const CHOICES = {
  /** those that release 20210922 has */
  crypt: CRYPTS.filter((name) => CRYPT_INFO[name].since !== 'newest'),
  smuxver: [1, 2],
  fec: ['10+3', '5+5', '0+0', '3+2'],
  nocomp: [false, true],
  mode: ['fast3', 'fast2', 'fast', 'normal', 'manual'],
} as const;

/** Which end is ours when the other is release 20210922. */
const AGAINST_REFERENCE = { ...CHOICES, ours: ['client', 'server'] } as const;
/** How our end moves its datagrams: by the fastest way there is, or by the one that is there everywhere. */
const TRANSPORTS = { transport: ['auto', 'dgram'] } as const;
/** Ours at both ends also knows what came after 20210922. */
const OURS_ALONE = {
  ...CHOICES,
  crypt: CRYPTS,
  QPP: [false, true],
  ...TRANSPORTS,
  ours: ['both'],
} as const;

export interface Combination {
  crypt: string;
  smuxver: number;
  fec: string;
  nocomp: boolean;
  mode: string;
  QPP?: boolean;
  transport?: 'auto' | 'dgram';
  ours: 'client' | 'server' | 'both';
}

export const coveringCombinations = (): Combination[] =>
  pairwiseRows({ ...AGAINST_REFERENCE, ...TRANSPORTS });
export const everyCombination = (): Combination[] => everyRow(AGAINST_REFERENCE);
export const ourCoveringCombinations = (): Combination[] => pairwiseRows(OURS_ALONE);

export const nameOf = ({ ours, crypt, smuxver, fec, nocomp, mode, QPP, transport }: Combination): string =>
  `${ours} ours, ${crypt}, smux ${smuxver}, FEC ${fec}, ${nocomp ? 'nocomp' : 'comp'}, ${mode}${QPP ? ', QPP' : ''}${transport === 'dgram' ? ', dgram' : ''}`;

function flagsOf({ crypt, smuxver, fec, nocomp, mode, QPP }: Combination): Flags {
  const [datashard, parityshard] = fec.split('+');
  const manual = mode === 'manual' && { nodelay: 1, interval: 20, resend: 2, nc: 1 };
  const windows = { sndwnd: 1024, rcvwnd: 1024 };
  return { crypt, smuxver, nocomp, mode, datashard, parityshard, QPP, ...windows, ...manual };
}

/** Moves `bytes` of random and of compressible data at the same time, both ways at once, and checks every SHA-256. */
export async function tryCombination(
  combination: Combination,
  bytes: number,
  timeout?: number,
): Promise<void> {
  await using target = await new TransferTarget().listen();
  await using tunnel = await Tunnel.open({
    client: combination.ours === 'server' ? 'debian' : 'ours',
    server: combination.ours === 'client' ? 'debian' : 'ours',
    target: target.address,
    flags: flagsOf(combination),
    env: combination.transport && { KCPTUN_TRANSPORT: combination.transport },
  });
  await Promise.all(
    (['random', 'compressible'] as const).map((content) =>
      transfer(tunnel.client.address, target, { up: bytes, down: bytes, content, timeout }),
    ),
  );
}
