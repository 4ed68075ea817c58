import type { EngineErrorCode } from '../engine/errors.ts';
import type { EngineSnapshot, LinkSnapshot } from '../engine/snapshot.ts';
import type { Diagnosis, LikelyCause } from '../../shared/diagnosis.ts';
import type { SessionSnapshot, Trouble } from '../../shared/snapshot.ts';

type Down = Extract<LinkSnapshot, { kind: 'down' }>;

/** Why none of a client's links is up, or null where it is too early to say. */
export function ofDown(links: readonly Down[], snapshot: EngineSnapshot): Diagnosis | null {
  const failed = links.find(({ cause }) => cause && cause.code !== 'keepalive-timeout');
  if (failed) return ofError(failed.cause!.code, failed.cause!.message, failed.remote);
  const heard = links.map(({ heardAt }) => heardAt).filter((at) => at !== null);
  const quiet = links.find(({ cause }) => cause);
  if (quiet && heard.length > 0) {
    const understood = links.some((link) => link.understood);
    return wentQuiet(quiet.remote, Math.max(...heard), understood);
  }
  const silent = links.filter(({ unanswered, refused }) => unanswered || refused);
  return silent.length > 0 ? noAnswer(silent, snapshot) : null;
}

/** The server is there, and what it sends means nothing here. */
export const ofMisread = ({ remote, misread }: Extract<LinkSnapshot, { kind: 'up' }>): Diagnosis =>
  ofError(misread!.code, misread!.message, remote);

/**
 * A kcptun server drops what it cannot decipher without a word, so a wrong key, a wrong crypt, a blocked port and a
 * server that is down all look the same from here. What tells them apart: datagrams that come and fail their checksum,
 * and a network that says that nobody listens.
 */
function noAnswer(links: readonly Down[], { counters }: EngineSnapshot): Diagnosis {
  const checksumErrors = counters.InCsumErrors;
  const likely: LikelyCause[] =
    checksumErrors > 0
      ? ['wrong-key', 'wrong-crypt']
      : links.some(({ refused }) => refused)
        ? ['server-down', 'wrong-address']
        : ['wrong-key', 'wrong-crypt', 'wrong-address', 'server-down', 'udp-blocked'];
  const since = Math.min(...links.map((link) => link.since));
  return { code: 'no-answer', remote: links[0].remote, since, checksumErrors, likely };
}

/**
 * A server that cannot read smux ends the session without a word, having acknowledged it by KCP.
 * @param heardAt when the server was last heard, in milliseconds since 1970
 * @param understood whether a smux frame of it was ever read
 */
const wentQuiet = (remote: string, heardAt: number, understood: boolean): Diagnosis => ({
  code: 'went-quiet',
  remote,
  since: heardAt,
  likely: [
    ...(understood ? [] : (['wrong-smuxver', 'wrong-compression', 'wrong-qpp'] as const)),
    'server-down',
    'offline',
    'udp-blocked',
  ],
});

/** Why a session ended for another reason than silence, or the engine did not start. */
export function ofError(code: EngineErrorCode | 'internal', detail: string, subject: string): Diagnosis {
  switch (code) {
    case 'port-in-use':
      return { code: 'port-in-use', address: subject, likely: ['same-port-twice'] };
    case 'listen-failed':
      return { code: 'listen-failed', address: subject, detail, likely: [] };
    case 'resolve-failed':
      return { code: 'resolve-failed', remote: subject, detail, likely: ['offline', 'wrong-address'] };
    case 'smux-version':
      return wrongSmuxVersion(subject);
    case 'smux-protocol':
    case 'snappy-corrupt':
      return { code: 'other', detail, likely: ['wrong-compression', 'wrong-smuxver', 'wrong-qpp'] };
    case 'socket-failed':
      return { code: 'network-down', detail, likely: ['offline'] };
    case 'bad-option':
    case 'unsupported':
      return { code: 'bad-option', detail, likely: [] };
    default:
      return { code: 'other', detail, likely: [] };
  }
}

const wrongSmuxVersion = (remote: string): Diagnosis => ({
  code: 'wrong-smux-version',
  remote,
  likely: ['wrong-smuxver', 'wrong-compression', 'wrong-qpp'],
});

/** The trouble of a session that takes new streams, the worst first. */
export function ofTroubles({ troubles }: SessionSnapshot, { counters }: EngineSnapshot): Diagnosis {
  const has = (trouble: Trouble): boolean => troubles.includes(trouble);
  if (has('checksum-errors')) {
    return {
      code: 'checksum-errors',
      checksumErrors: counters.InCsumErrors,
      likely: ['wrong-key', 'wrong-crypt'],
    };
  }
  const { RetransSegs, OutSegs } = counters;
  const percent = OutSegs > 0 ? Math.round((100 * RetransSegs) / OutSegs) : 0;
  return { code: 'heavy-loss', percent, likely: ['more-parity-needed', 'windows-too-large'] };
}
