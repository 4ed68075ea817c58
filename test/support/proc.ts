import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What Linux knows about a process: proc(5). */

/** USER_HZ, which is 100 on every architecture Node runs on. */
const TICKS_PER_SECOND = 100;

/** User and system seconds of all threads so far. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // fields are counted from the closing parenthesis, for the name may hold spaces; utime and stime are 14 and 15
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident memory now and at its highest, in bytes. */
export function residentBytes(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const kilobytes = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
  return { now: kilobytes('VmRSS') * 1024, peak: kilobytes('VmHWM') * 1024 };
}

/** How often its threads have gone to sleep of themselves, and so been woken, so far. */
export const wakeups = (pid: number): number =>
  readdirSync(`/proc/${pid}/task`).reduce((sum, task) => {
    const status = readFileSync(`/proc/${pid}/task/${task}/status`, 'latin1');
    return sum + Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1]);
  }, 0);

export const openFiles = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

/** Whether somebody listens on the unix socket: its file is there a moment earlier. `__SO_ACCEPTCON` is 1 << 16. */
export const isListening = (path: string): boolean =>
  readFileSync('/proc/net/unix', 'latin1')
    .split('\n')
    .some((line) => line.endsWith(` ${path}`) && line.includes(' 00010000 '));

/** TCP_LISTEN; and the state of a UDP socket that is bound, not connected (include/net/tcp_states.h). */
const STATE = { tcp: '0A', udp: '07' };

/** The text behind a path of /proc; empty when the process, or the thing in it, is gone. */
function readIfThere(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

/** The rows of its sockets in /proc/PID/net/`table`, split into fields. */
function socketRows(pid: number, table: string): string[][] {
  const inodes = new Set<string>();
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    const link = readIfThere(() => readlinkSync(`/proc/${pid}/fd/${fd}`));
    const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1];
    if (inode) inodes.add(inode);
  }
  const rows = readIfThere(() => readFileSync(`/proc/${pid}/net/${table}`, 'latin1'))
    .split('\n')
    .slice(1);
  return rows.map((row) => row.trim().split(/\s+/)).filter((fields) => inodes.has(fields[9]));
}

/** The local ports on which the process listens (tcp) or has unconnected sockets (udp), in growing order. */
export function boundPorts(pid: number, protocol: 'tcp' | 'udp'): number[] {
  const ports = new Set<number>();
  for (const table of [protocol, `${protocol}6`])
    for (const [, local, , state] of socketRows(pid, table))
      if (state === STATE[protocol]) ports.add(parseInt(local.split(':')[1], 16));
  return [...ports].sort((a, b) => a - b);
}

/** Datagrams that its open sockets had no room for. */
export const overrunDatagrams = (pid: number): number =>
  [...socketRows(pid, 'udp'), ...socketRows(pid, 'udp6')].reduce(
    (sum, fields) => sum + Number(fields[12]),
    0,
  );
