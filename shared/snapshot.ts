/**
 * - idle: made, nothing sent yet
 * - dialling: sent something, the peer has acknowledged nothing yet
 * - up: the peer has acknowledged something
 * - degraded: up, but in trouble (see `Trouble`)
 * - dead: closed, and about to leave the list
 */
export type SessionState = 'idle' | 'dialling' | 'up' | 'degraded' | 'dead';

/** What can be wrong with a session that is not closed. */
export type Trouble =
  /** datagrams arrive whose checksum or tag does not match: key or crypt differ, or noise */
  | 'checksum-errors'
  /** nothing heard for longer than a few round trips although something is outstanding */
  | 'nothing-heard'
  /** the network says that nobody listens at the server's port (ICMP port unreachable) */
  | 'refused'
  /** a large share of the segments has to be sent again */
  | 'heavy-loss';

/** One UDP session at one moment. Times are milliseconds, windows and queues are segments, bytes are totals. */
export interface SessionSnapshot {
  /** conversation id, as in the KCP header */
  conv: number;
  /** host:port or [v6]:port of the peer, as dialled or as seen */
  remote: string;
  state: SessionState;
  troubles: Trouble[];
  /** milliseconds since 1970 */
  openedAt: number;
  /** milliseconds since anything valid was last received, or null when nothing ever was */
  heardAgo: number | null;
  /** expired by `autoexpire`: takes no new streams */
  expired: boolean;
  /** null until the first sample */
  srtt: number | null;
  rttvar: number | null;
  rto: number;
  sndWnd: number;
  rcvWnd: number;
  rmtWnd: number;
  cwnd: number;
  /** segments sent and not acknowledged */
  inFlight: number;
  /** segments waiting to enter the send window */
  sndQueue: number;
  /** segments received in order and not read */
  rcvQueue: number;
  /** data shards of FEC expected from the peer by its seqids, and those that came; null where the peer sends no FEC */
  shardsExpected: number | null;
  shardsReceived: number | null;
  /** bytes of parity datagrams sent */
  paritySent: number;
  streams: number;
  /** null where kcptun's own timing holds, and until the first round trip */
  line: LineSnapshot | null;
  /** null where kcptun's own timing holds, and until enough has come to know anything */
  download: DownloadSnapshot | null;
}

/** What a sender knows of its line. Rates are bytes of datagrams a second, times ms, sizes bytes. */
export interface LineSnapshot {
  state: 'start-up' | 'fill' | 'drain' | 'cruise' | 'probe-round-trip';
  /** what the line carries */
  rate: number;
  /** the round trip of the empty line, and how much longer what is sent waits in its queue */
  propagation: number;
  queue: number;
  inFlight: number;
  /** what may be in flight */
  window: number;
  pace: number;
  /** share of what is sent that is lost, before any repair; null where it is not known */
  loss: number | null;
  /** parity packets a group; null without FEC */
  parity: number | null;
}

/** What a receiver knows of the line that its peer sends by. Units as in `LineSnapshot`. */
export interface DownloadSnapshot {
  /** the most that came lately */
  rate: number;
  propagation: number;
  queue: number;
  /** what the peer may have on the way: what it is told while it is braked, the receive window where it is not */
  window: number;
  /** the peer fills the line's queue by itself, and is held to `window` */
  braked: boolean;
}

/** One TCP connection (at the client) or stream (at the server). */
export interface StreamSnapshot {
  /** unique within the tunnel: `${conv}:${stream id}` */
  id: string;
  /** where the connection comes from (client) or goes to (server) */
  source: string;
  /** milliseconds since 1970 */
  openedAt: number;
  /** bytes from the connection into the tunnel, and out of it */
  sent: number;
  received: number;
}

/** What a server has not let in, since it started. */
export interface Refusals {
  /** datagrams that would have opened a session, and were seen before: recordings */
  replayed: number;
  /** sessions that had proved nothing, and made way for newer ones */
  crowded: number;
  /** datagrams of a session that had proved nothing, beyond what is held for one */
  overfull: number;
}
