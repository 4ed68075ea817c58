import type { PacketBatch } from '../kernel/batch.ts';
import type { DatagramSocket } from '../transport/datagram-socket.ts';
import type { EngineContext } from './context.ts';

/** A session, as what comes in sees it. */
export interface Receiving {
  /** Datagrams [from, to) of a batch that was opened, all of one peer. */
  input(batch: PacketBatch, from: number, to: number): void;
}

/**
 * Opens all that a socket has received, a batch at a time, and gives each session its datagrams, a run at a time.
 * @param route whose datagram `i` of the batch is, if it is anybody's; asked for each in turn, opened or not
 */
export function receive(
  { crypt, counters }: EngineContext,
  socket: DatagramSocket,
  route: (batch: PacketBatch, i: number) => Receiving | undefined,
): void {
  for (let batch = socket.receive(); batch; batch = socket.receive()) {
    crypt.open(batch);
    counters.InPkts += batch.count;
    let from = 0;
    let session: Receiving | undefined;
    for (let i = 0; i < batch.count; i++) {
      counters.InBytes += batch.lengths[i];
      if (!batch.ok[i]) counters.InCsumErrors++;
      const next = route(batch, i);
      if (next === session) continue;
      session?.input(batch, from, i);
      session = next;
      from = i;
    }
    session?.input(batch, from, batch.count);
  }
}
