import {
  KEEPALIVE_TIMEOUT,
  LEAST_INTERVAL,
  MOST_DSCP,
  MOST_INTERVAL,
  RTO_MIN,
  RTO_MIN_NODELAY,
} from '../../wire.ts';
import type { OptionTexts } from '../option-texts.ts';

export const options: OptionTexts = {
  localaddr: {
    label: 'Local address',
    help: 'Where your programs connect to. Without a host it listens on every interface.',
  },
  prefer: {
    label: 'Prefer',
    help: 'Of several servers: the first in the order that works, or the one with the least latency.',
  },
  remoteaddr: {
    label: 'Server',
    help: 'Where the kcptun server listens. A port range takes a random port for each new session.',
  },
  key: { label: 'Key', help: 'The secret you share with the server.' },
  crypt: { label: 'Cipher', help: 'How each packet is encrypted.' },
  mode: {
    label: 'Mode',
    help: 'How eagerly packets are sent again. Faster modes answer sooner and send more.',
  },
  qpp: {
    label: 'Quantum permutation pads',
    help: 'A second cipher over each connection, inside the first. Newest release only.',
  },
  'qpp-count': { label: 'Number of pads', help: 'A prime is best.' },
  conn: { label: 'Sessions', help: 'UDP sessions that the connections are spread over.' },
  autoexpire: {
    label: 'Replace a session after',
    help: 'An older session takes no new connections, and a fresh one opens beside it. 0 is never.',
  },
  scavengettl: {
    label: 'Keep a replaced session for',
    help: 'For the connections it still carries. -1 is for as long as they last.',
  },
  mtu: {
    label: 'Packet size',
    help: 'Largest UDP payload (mtu). Lower it when large packets get lost on the way.',
  },
  ratelimit: { label: 'Send at most', help: 'For each session. 0 is no limit.' },
  sndwnd: {
    label: 'Send window',
    help: 'Packets under way to the server before it has to acknowledge (sndwnd).',
  },
  rcvwnd: { label: 'Receive window', help: 'Packets the server may have under way to here (rcvwnd).' },
  datashard: {
    label: 'Data packets',
    help: 'Packets of yours in each group (datashard). 0 switches FEC off.',
  },
  parityshard: {
    label: 'Parity packets',
    help: 'Packets added to each group (parityshard): as many lost ones can be rebuilt.',
  },
  pace: {
    label: 'Pace',
    help: 'auto measures what the line carries and sends that and no more, whatever the windows. off is kcptun’s own timing.',
  },
  parity: {
    label: 'Parity',
    help: 'auto sends as many parity packets as the measured loss calls for, full always sends all.',
  },
  dscp: { label: 'DSCP', help: `Marks the packets for routers that sort by it, 0 to ${MOST_DSCP}.` },
  nocomp: {
    label: 'No compression',
    help: 'Saves work and delay. Most traffic today is encrypted and cannot be compressed anyway.',
  },
  acknodelay: { label: 'Acknowledge at once', help: 'A little less delay for more packets.' },
  nodelay: {
    label: 'nodelay',
    help: `1 lowers the least timeout from ${RTO_MIN} to ${RTO_MIN_NODELAY} ms, and lets it grow by half only.`,
  },
  interval: {
    label: 'interval',
    help: `Time between two looks at what is to be sent, ${LEAST_INTERVAL} to ${MOST_INTERVAL}.`,
  },
  resend: { label: 'resend', help: 'Send again after so many later packets were acknowledged. 0 is off.' },
  nc: { label: 'nc', help: '1 switches the congestion window off.' },
  sockbuf: { label: 'Socket buffers', help: 'Receive and send buffer of each UDP socket.' },
  smuxver: {
    label: 'smux version',
    help: 'Up to release 20210922 the default was 1; the newest uses 2, which treats connections more fairly.',
  },
  smuxbuf: {
    label: 'Session buffer',
    help: 'Unread bytes of all connections of a session before it stops reading.',
  },
  framesize: { label: 'Frame size', help: 'Largest smux frame.' },
  streambuf: {
    label: 'Connection buffer',
    help: 'Unread bytes of one connection (smux 2). Not more than the session buffer.',
  },
  keepalive: {
    label: 'Heartbeat every',
    help: `A session that hears nothing for ${KEEPALIVE_TIMEOUT} seconds is closed.`,
  },
  closewait: {
    label: 'Close after',
    help: 'Time between the end of one side of a connection and the closing of both.',
  },
  snmplog: {
    label: 'Counters to a CSV file',
    help: "A file's name, in the folder counters beside the app's settings. It may be one of Go's time layouts, such as snmp-20060102.csv.",
  },
  snmpperiod: { label: 'A line every', help: '0 writes none.' },
  log: { label: 'Log to a file', help: 'Means nothing here, where the app keeps the log; kept for export.' },
  quiet: { label: 'Quiet log', help: "No 'stream opened' and 'stream closed' lines." },
  tcp: {
    label: 'Fake TCP',
    help: 'Packets that look like TCP. Needs raw sockets, which are not to be had here.',
  },
  pprof: { label: "Go's profiler", help: 'Means nothing here; kept for exports.' },
};
