import { PacketBatch } from '../kernel/batch.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { type Libc, loadLibc } from '../runtime/libc.ts';
import { MessageTables } from './mmsg.ts';
import { encodeSockaddr } from './sockaddr.ts';

/** One call sends or receives at most so many datagrams. */
const MESSAGES = 64;
const AF_INET = 2;
const SOCK_DGRAM = 2;
/** A mixed batch: a run of equal lengths with a shorter end, a longer one, small ones. */
const LENGTHS = [1350, 1350, 1350, 700, 1400, 52, 52, 76, 1350, 1350];

export interface LinuxProbe {
  tables?: MessageTables;
  /** why there are none */
  why?: string;
}

const probes = new WeakMap<Kernel, LinuxProbe>();

/** Whether the batched system calls work here: tried once a thread, on two loopback sockets. */
export function probeLinux(kernel: Kernel): LinuxProbe {
  let probe = probes.get(kernel);
  if (!probe) probes.set(kernel, (probe = run(kernel)));
  return probe;
}

function run(kernel: Kernel): LinuxProbe {
  const libc = loadLibc();
  if (!libc) return { why: 'batched system calls need 64-bit Linux and the koffi library' };
  const tables = new MessageTables(kernel, libc, MESSAGES);
  const [sender, receiver] = [0, 0].map(() => libc.socket(AF_INET, SOCK_DGRAM, 0));
  try {
    return selfTest(kernel, libc, tables, sender, receiver)
      ? { tables }
      : { why: 'batched system calls failed their self-test' };
  } finally {
    libc.close(sender);
    libc.close(receiver);
  }
}

function selfTest(
  kernel: Kernel,
  libc: Libc,
  tables: MessageTables,
  sender: number,
  receiver: number,
): boolean {
  const loopback = Buffer.from(encodeSockaddr('127.0.0.1', 0));
  if (libc.bind(receiver, loopback, loopback.length) !== 0) return false;
  if (libc.getsockname(receiver, loopback, Buffer.from([loopback.length, 0, 0, 0])) !== 0) return false;
  if (libc.connect(sender, loopback, loopback.length) !== 0) return false;
  const out = new PacketBatch(kernel, LENGTHS.length);
  const back = new PacketBatch(kernel, MESSAGES);
  try {
    for (const [i, length] of LENGTHS.entries()) {
      kernel.bytes.fill(i + 1, out.next, out.next + length);
      out.push(length);
    }
    const [sent, error] = tables.send(sender, out, 0, true, 0, 0);
    if (error !== 0 || sent !== LENGTHS.length) return false;
    // Loopback delivers before the sending call returns.
    while (back.count < LENGTHS.length) {
      const before = back.count;
      tables.receive(receiver, back, false, () => {});
      if (back.count === before) return false;
    }
    return LENGTHS.every((length, i) => {
      const at = back.offsets[i];
      return (
        back.lengths[i] === length && kernel.bytes[at] === i + 1 && kernel.bytes[at + length - 1] === i + 1
      );
    });
  } finally {
    out.dispose();
    back.dispose();
  }
}
