/** What bounds a line's goodput: Mbit/s, share of 1, bytes of a datagram, FEC packets a group. */
export interface Carried {
  rate: number;
  loss?: number;
  mtu: number;
  datashard: number;
  parityshard: number;
}

/** nonce and checksum, what FEC puts before each data packet, and KCP's header */
const CRYPT_BYTES = 20;
const FEC_BYTES = 8;
const KCP_BYTES = 24;

/**
 * Mbit/s that the line can carry less the headers, with the parity that its loss needs, or with all of it where the
 * sender always sends all.
 */
export function idealGoodput(
  { rate, loss = 0, mtu, datashard, parityshard }: Carried,
  sent: 'needed' | 'full' = 'needed',
): number {
  const fec = datashard > 0 && parityshard > 0;
  const parity = !fec ? 0 : sent === 'full' ? parityshard : parityFor(loss, datashard, parityshard);
  const left = fec ? failures(loss, datashard + parity, parity) * loss : loss;
  const data = (mtu - CRYPT_BYTES - (fec ? FEC_BYTES : 0) - KCP_BYTES) / mtu;
  return rate * data * (fec ? datashard / (datashard + parity) : 1) * (1 - left);
}

/** Parity that leaves under 2.5 % of the groups not to be rebuilt where losses are independent. */
function parityFor(loss: number, data: number, most: number): number {
  if (loss < 0.01) return 0;
  for (let parity = 0; parity < most; parity++)
    if (failures(loss, data + parity, parity) < 0.025) return parity;
  return most;
}

/** The share of groups of n that lose more than m. */
function failures(loss: number, n: number, m: number): number {
  let share = (1 - loss) ** n;
  let within = share;
  for (let k = 1; k <= m; k++) {
    share *= ((n - k + 1) / k) * (loss / (1 - loss));
    within += share;
  }
  return 1 - within;
}
