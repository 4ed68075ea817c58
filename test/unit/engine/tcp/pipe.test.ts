import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { SystemWorld } from '../../../../src-main/engine/runtime/system-world.ts';
import { Pipe } from '../../../../src-main/engine/tcp/pipe.ts';
import { smuxSide } from '../../../support/smux-link.ts';

it('gathers a flood of tiny pieces for a socket that is busy, and keeps their order', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const { port } = server.address() as AddressInfo;
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const [peer] = await accepted;
  await once(socket, 'connect');

  // more than the system takes of somebody who does not read
  const before = Buffer.alloc(16 << 20);
  socket.write(before);
  const side = smuxSide(1);
  let writes = 0;
  const write = socket.write.bind(socket);
  socket.write = ((chunk: Uint8Array, done: () => void) => {
    writes++;
    return write(chunk, done);
  }) as typeof socket.write;
  side.onAccept = (stream) =>
    new Pipe(socket, stream, { world: new SystemWorld(), closeWaitMs: 0, onClose: () => {} });
  const syn = Buffer.from([1, 0, 0, 0, 3, 0, 0, 0]);
  side.session.input(syn, 0, syn.length);
  const COUNT = 60_000;
  for (let i = 0; i < COUNT; i++) {
    const frame = Buffer.from([1, 2, 1, 0, 3, 0, 0, 0, i % 251]);
    side.session.input(frame, 0, frame.length);
    side.session.flush();
  }
  expect(writes).toBeLessThan(10);

  const fin = Buffer.from([1, 1, 0, 0, 3, 0, 0, 0]);
  side.session.input(fin, 0, fin.length);
  side.session.flush();
  const got: Buffer[] = [];
  for await (const piece of peer) got.push(piece as Buffer);
  const pieces = Buffer.concat(got).subarray(before.length);
  expect(pieces.equals(Buffer.from(Uint8Array.from({ length: COUNT }, (_, i) => i % 251)))).toBe(true);
  expect(side.session.unread).toBe(0);
  side.session.close();
  peer.destroy();
  socket.destroy();
  server.close();
  await once(server, 'close');
});
