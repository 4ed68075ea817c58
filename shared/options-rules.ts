import { AddressError, isEveryInterface, parseAddress } from './address.ts';
import { CRYPT_INFO, type CryptName } from './crypts.ts';
import type { Problem, ProblemFields } from './options-problem.ts';
import {
  type ClientOptions,
  DEFAULT_KEY,
  type OptionKey,
  type ServerOptions,
  type Side,
  SMUX_AUTO,
  specOf,
} from './options.ts';
import type { Variant } from './variant.ts';
import { FEC_HEADER_BYTES, MAX_GROUP, QPP_KEY_BYTES, QPP_PADS } from './wire.ts';

/** Forward error correction is sent only where both counts are above 0. */
export const fecIsOn = ({ datashard, parityshard }: { datashard: number; parityshard: number }): boolean =>
  datashard > 0 && parityshard > 0;

/** Bytes of a KCP datagram inside cipher and FEC: what kcp-go calls its mtu. */
export function kcpMtu(options: {
  mtu: number;
  crypt: CryptName;
  datashard: number;
  parityshard: number;
}): number {
  const { head, tail } = CRYPT_INFO[options.crypt];
  return options.mtu - head - tail - (fecIsOn(options) ? FEC_HEADER_BYTES : 0);
}

/** kcp-go refuses a smaller one, of which a segment's header takes about half. */
const LEAST_KCP_MTU = 50;

/** The rules between options: those kcp-go, smux and QPP check, and what a user would want to be told. */
export function checkOptions(side: Side, all: ClientOptions | ServerOptions): Problem[] {
  const problems: Problem[] = [];
  // every rule but the client's own reads options that both sides have
  const options = all as ClientOptions & ServerOptions;
  const add = (
    severity: Problem['severity'],
    key: OptionKey,
    problem: Variant<ProblemFields>,
    text: string,
  ): void => {
    const value = specOf(key).kind === 'secret' ? '' : JSON.stringify(options[key]);
    problems.push({ ...problem, severity, key, value, text });
  };
  const error = add.bind(null, 'error');
  const warn = add.bind(null, 'warning');

  const { datashard, parityshard, crypt, smuxbuf, streambuf } = options;
  if (datashard + parityshard > MAX_GROUP)
    error(
      'parityshard',
      { code: 'too-many-shards', shards: datashard + parityshard },
      `datashard + parityshard of at most ${MAX_GROUP}, not ${datashard + parityshard}`,
    );
  const least = options.mtu - kcpMtu(options) + LEAST_KCP_MTU;
  if (options.mtu < least)
    error(
      'mtu',
      { code: 'mtu-too-small', least },
      `at least ${least} with crypt ${crypt} and this FEC, so that data fits in`,
    );
  if (streambuf > smuxbuf)
    error(
      'streambuf',
      { code: 'streambuf-over-smuxbuf', smuxbuf },
      `at most smuxbuf, which is ${smuxbuf}, as smux demands`,
    );
  if (options.tcp)
    error(
      'tcp',
      { code: 'raw-sockets' },
      'false: packets that look like TCP need raw sockets, which Node does not have',
    );

  if (options.key === DEFAULT_KEY)
    warn('key', { code: 'default-key' }, "this is kcptun's default key, which everybody knows");
  const { security } = CRYPT_INFO[crypt];
  if (security === 'none')
    warn('crypt', { code: 'no-secrecy' }, 'this protects nothing: anybody on the way can read the data');
  if (security === 'weak')
    warn('crypt', { code: 'no-secrecy' }, 'this keeps nobody out who wants in; aes-128 is the least to use');
  if (security === 'forgeable')
    warn(
      'crypt',
      { code: 'forgeable-crypt' },
      'one captured datagram is enough to forge others with chosen text; aes-128-gcm prevents that',
    );
  if (datashard > 0 !== parityshard > 0)
    warn(
      datashard > 0 ? 'parityshard' : 'datashard',
      { code: 'fec-off' },
      'with one of the two at 0 there is no FEC',
    );
  const ignored = (['nodelay', 'interval', 'resend', 'nc'] as const).filter(
    (key) => options.mode !== 'manual' && options[key] !== specOf(key).default[side],
  );
  if (ignored.length > 0)
    warn(
      ignored[0],
      { code: 'manual-ignored' },
      `${ignored.join(', ')} only count in mode manual, the mode is ${options.mode}`,
    );
  if (options.qpp) {
    const weak = [
      new TextEncoder().encode(options.key).length < QPP_KEY_BYTES &&
        `the key has less than ${QPP_KEY_BYTES} bytes`,
      options['qpp-count'] < QPP_PADS && `there are less than ${QPP_PADS} pads`,
      options['qpp-count'] % 2 === 0 && 'the number of pads is not coprime to 8',
    ].filter((reason) => reason !== false);
    if (weak.length > 0)
      warn('qpp-count', { code: 'qpp-weak' }, `QPP is weaker than meant: ${weak.join(', ')}`);
  }
  if (options.pprof) warn('pprof', { code: 'pprof-ignored' }, "ignored, as Go's profiler means nothing here");

  if (side === 'server' && options.smuxver === SMUX_AUTO)
    error('smuxver', { code: 'integer', min: 1, max: 2 }, '1 or 2: a server cannot learn it');

  if (side === 'client') {
    if (options.autoexpire > 0 && (options.scavengettl < 0 || options.scavengettl > options.autoexpire))
      warn(
        'scavengettl',
        { code: 'scavenge-race' },
        'longer than autoexpire: old and new sessions compete for the line',
      );
    if (listensEverywhere(options.localaddr))
      warn(
        'localaddr',
        { code: 'every-interface' },
        'other machines can use the tunnel too; 127.0.0.1 keeps it to this one',
      );
  }
  return problems;
}

function listensEverywhere(localaddr: string): boolean {
  try {
    return isEveryInterface(parseAddress(localaddr, { use: 'listen', unix: true }));
  } catch (error) {
    if (error instanceof AddressError) return false;
    throw error;
  }
}

/** kcptun takes 65535; each is a socket, a replacement beside it, and timers of its own. */
const MOST_SESSIONS = 64;
/** Segments of 1.5 KB in the windows of all sessions of a tunnel: 390 MB, when they are full. */
const MOST_SEGMENTS = 1 << 18;

/** The same over all tunnels that are on: 256 sockets, and 780 MB when all windows are full. */
const MOST_SESSIONS_ON = 256;
const MOST_SEGMENTS_ON = 1 << 19;

/** What kcptun would try, and an app that has other tunnels to keep does not. */
export function checkBounds({ conn, sndwnd, rcvwnd }: ClientOptions): Problem[] {
  const conns = { severity: 'error', key: 'conn', value: String(conn) } as const;
  if (conn > MOST_SESSIONS)
    return [{ ...conns, code: 'too-many-sessions', most: MOST_SESSIONS, text: `at most ${MOST_SESSIONS}` }];
  const most = Math.floor(MOST_SEGMENTS / (sndwnd + rcvwnd));
  if (conn <= most) return [];
  return [
    {
      ...conns,
      code: 'windows-too-large',
      most,
      text: `at most ${most} with windows of ${sndwnd} and ${rcvwnd}`,
    },
  ];
}

/** Whether one more tunnel can be on beside others. @returns what was expected of them together, where not */
export function checkLoad(
  on: readonly Pick<ClientOptions, 'conn' | 'sndwnd' | 'rcvwnd'>[],
): string | undefined {
  const sum = (of: (options: (typeof on)[number]) => number): number =>
    on.reduce((total, options) => total + of(options), 0);
  const sessions = sum(({ conn }) => conn);
  if (sessions > MOST_SESSIONS_ON)
    return `at most ${MOST_SESSIONS_ON} sessions in all tunnels that are on, not ${sessions}`;
  const segments = sum(({ conn, sndwnd, rcvwnd }) => conn * (sndwnd + rcvwnd));
  if (segments > MOST_SEGMENTS_ON)
    return `windows of at most ${MOST_SEGMENTS_ON} packets in all tunnels that are on, not ${segments}`;
  return undefined;
}
