import { afterEach, describe, expect, it, vi } from 'vitest';
import { type UdpHandle, udpHandleOf } from '../../../../src-main/engine/runtime/node-internals.ts';
import { BatchPool, type PacketBatch } from '../../../../src-main/engine/kernel/batch.ts';
import { createKernel } from '../../../../src-main/engine/kernel/load.ts';
import type {
  DatagramSocket,
  Peer,
  SocketOptions,
  SocketOwner,
} from '../../../../src-main/engine/transport/datagram-socket.ts';
import { DgramSocket, openUdp } from '../../../../src-main/engine/transport/dgram-socket.ts';
import { dscpSupported } from '../../../../src-main/engine/transport/dscp.ts';
import { probeLinux } from '../../../../src-main/engine/transport/linux-probe.ts';
import { LinuxSocket } from '../../../../src-main/engine/transport/linux-socket.ts';
import { systemNetwork } from '../../../../src-main/engine/transport/network.ts';

const kernel = createKernel();
const pool = new BatchPool(kernel);
const open: DatagramSocket[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.close();
});

/** Collects what a socket receives, as its owner would at the end of each turn. */
class Owner implements SocketOwner {
  socket!: DatagramSocket;
  readonly got: { data: Buffer; from: Peer | undefined }[] = [];
  refusals = 0;
  #waiting: { count: number; resolve: () => void } | undefined;

  readable(full: boolean): void {
    if (full) this.#take();
    else setImmediate(() => this.#take());
  }
  drained(): void {}
  refused(): void {
    this.refusals++;
  }
  failed(): void {}

  /** Resolves when so many datagrams have come. */
  async until(count: number): Promise<void> {
    if (this.got.length >= count) return;
    await new Promise<void>((resolve) => (this.#waiting = { count, resolve }));
  }

  #take(): void {
    for (let batch = this.socket.receive(); batch; batch = this.socket.receive()) {
      for (let i = 0; i < batch.count; i++) {
        const offset = batch.offsets[i];
        const data = Buffer.from(kernel.bytes.slice(offset, offset + batch.lengths[i]));
        this.got.push({ data, from: this.socket.peer(i) });
      }
    }
    if (this.#waiting && this.got.length >= this.#waiting.count) this.#waiting.resolve();
  }
}

const SOCKBUF = 1 << 20;

async function openOn(transport: 'dgram' | 'linux', options: Partial<SocketOptions>): Promise<Owner> {
  const owner = new Owner();
  owner.socket = await systemNetwork(transport).open(
    { family: 4, sockbuf: SOCKBUF, dscp: 0, local: { address: '127.0.0.1', port: 0 }, ...options },
    pool,
    owner,
  );
  open.push(owner.socket);
  return owner;
}

function batchOf(lengths: number[], fill = 0): PacketBatch {
  const batch = pool.take();
  for (const [i, length] of lengths.entries()) {
    kernel.bytes.fill((fill + i + 1) & 255, batch.next, batch.next + length);
    batch.push(length);
  }
  return batch;
}

const give = (sent: boolean, batch: PacketBatch): void => void (sent && pool.give(batch));

describe.each(['dgram', 'linux'] as const)('the %s socket', (transport) => {
  const supported = transport === 'dgram' || probeLinux(kernel).tables !== undefined;

  it('is there on Linux', () => {
    expect(supported).toBe(transport === 'dgram' || process.platform === 'linux');
  });

  it.runIf(supported)('is what was asked for', async () => {
    expect((await openOn(transport, {})).socket.kind).toBe(transport);
  });

  const lengths = [1350, 1350, 1350, 700, 1400, 52, 52, 1500, 1, 1350, 1350, 76];
  it.runIf(supported).each([
    ['IPv4', 4, '127.0.0.1'],
    ['IPv6', 6, '::1'],
  ] as const)('moves mixed batches both ways over %s', async (_name, family, address) => {
    const server = await openOn(transport, { family, local: { address, port: 0 } });
    const remote = { address, port: server.socket.localPort };
    const client = await openOn(transport, { family, local: { address, port: 0 }, remote });
    const batch = batchOf(lengths);
    give(client.socket.send(batch), batch);
    await server.until(lengths.length);
    expect(server.got.map(({ data }) => data.length)).toEqual(lengths);
    for (const [i, { data, from }] of server.got.entries()) {
      expect(data.every((byte) => byte === i + 1)).toBe(true);
      expect(from).toMatchObject({ address, port: client.socket.localPort });
      expect(from!.key).toBe(server.got[0].from!.key);
    }
    const answer = batchOf(lengths, 100);
    give(server.socket.send(answer, server.got[0].from), answer);
    await client.until(lengths.length);
    expect(client.got.map(({ data }) => [data.length, data[0]])).toEqual(lengths.map((l, i) => [l, 101 + i]));
  });

  it.runIf(supported)('tells two peers apart, on a socket of both families', async () => {
    const server = await openOn(transport, { family: 6, local: { address: '::', port: 0 } });
    const port = server.socket.localPort;
    const four = await openOn(transport, { remote: { address: '127.0.0.1', port } });
    const six = await openOn(transport, {
      family: 6,
      local: { address: '::1', port: 0 },
      remote: { address: '::1', port },
    });
    for (const client of [four, six, four, six]) {
      const batch = batchOf([100, 100]);
      give(client.socket.send(batch), batch);
    }
    await server.until(8);
    expect(new Set(server.got.map(({ from }) => from!.key)).size).toBe(2);
    expect(new Set(server.got.map(({ from }) => from!.address))).toEqual(
      new Set(['::ffff:127.0.0.1', '::1']),
    );
    for (const { from } of server.got) {
      const batch = batchOf([10]);
      give(server.socket.send(batch, from), batch);
    }
    await four.until(4);
    await six.until(4);
  });

  it.runIf(supported)('takes more than a batch at once, and needs none of it afterwards', async () => {
    const server = await openOn(transport, {});
    const client = await openOn(transport, {
      remote: { address: '127.0.0.1', port: server.socket.localPort },
    });
    const expected = Array.from({ length: 256 }, (_, i) => (i + 1) & 255);
    const sendAll = (from: Owner, to?: Peer): void => {
      for (let n = 0; n < 4; n++) {
        // the batch goes back to the pool, and the next is written over it
        const batch = batchOf(new Array<number>(64).fill(1000), n * 64);
        give(from.socket.send(batch, to), batch);
      }
    };
    sendAll(client);
    await server.until(256);
    expect(server.got.map(({ data }) => data[0])).toEqual(expected);
    sendAll(server, server.got[0].from);
    await client.until(256);
    expect(client.got.map(({ data }) => data[0])).toEqual(expected);
  });

  it.runIf(supported)('drops datagrams that are longer than any of ours', async () => {
    const server = await openOn(transport, {});
    const client = await openUdp({
      family: 4,
      sockbuf: SOCKBUF,
      dscp: 0,
      remote: { address: '127.0.0.1', port: server.socket.localPort },
    });
    for (const length of [3000, 20, 1501, 1504, 1505, 30]) client.send(Buffer.alloc(length));
    await server.until(2);
    expect(server.got.map(({ data }) => data.length)).toEqual([20, 30]);
    client.close();
  });

  it.runIf(supported)('says that nobody listens there', async () => {
    const gone = await openOn(transport, {});
    const remote = { address: '127.0.0.1', port: gone.socket.localPort };
    gone.socket.close();
    const client = await openOn(transport, { remote });
    const batch = batchOf([50]);
    give(client.socket.send(batch), batch);
    await vi.waitUntil(() => client.refusals > 0);
    expect(client.refusals).toBeGreaterThan(0);
  });

  it.runIf(supported)('names the error of a port in use', async () => {
    const server = await openOn(transport, {});
    await expect(
      openOn(transport, { local: { address: '127.0.0.1', port: server.socket.localPort } }),
    ).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it.runIf(supported && dscpSupported())('takes a DSCP', async () => {
    await openOn(transport, { dscp: 46 });
    await openOn(transport, { dscp: 46, family: 6, local: { address: '::1', port: 0 } });
  });
});

describe('KCPTUN_TRANSPORT', () => {
  afterEach(() => void delete process.env.KCPTUN_TRANSPORT);

  it('goes before the setting', async () => {
    process.env.KCPTUN_TRANSPORT = 'dgram';
    const { socket } = await openOn('linux', {});
    expect(socket).toBeInstanceOf(DgramSocket);
    expect(socket).not.toBeInstanceOf(LinuxSocket);
  });
});

describe.skipIf(process.platform === 'win32')('where Node does not show what lies under a socket', () => {
  const withoutWaiting = (socket: object): UdpHandle | undefined => {
    const handle = udpHandleOf(socket);
    return handle && { ...handle, waiting: undefined };
  };

  it.each([
    ['no handle', 'dgram', () => undefined, 'dgram', 1],
    ['no handle', 'linux', () => undefined, 'dgram', 2],
    ['no way to stop receiving', 'dgram', withoutWaiting, 'dgram', 1],
    ['no way to stop receiving', 'auto', withoutWaiting, undefined, undefined],
  ] as const)('with %s, %s says so once and carries a flood', async (_what, wanted, shown, kind, lines) => {
    const told: string[] = [];
    const network = systemNetwork(wanted, (why) => told.push(why), shown);
    const openOne = async (remote?: SocketOptions['remote']): Promise<Owner> => {
      const owner = new Owner();
      const local = { address: '127.0.0.1', port: 0 };
      owner.socket = await network.open({ family: 4, sockbuf: SOCKBUF, dscp: 0, local, remote }, pool, owner);
      open.push(owner.socket);
      return owner;
    };
    const server = await openOne();
    const client = await openOne({ address: '127.0.0.1', port: server.socket.localPort });
    if (kind) expect([server.socket.kind, client.socket.kind]).toEqual([kind, kind]);
    expect(told.filter((why) => why.includes('gather unread'))).toHaveLength(1);
    if (lines) expect(told).toHaveLength(lines);
    // so much, so fast, that a socket that could would stop waiting for each
    for (let round = 1; round <= 40; round++) {
      const batch = batchOf(new Array<number>(20).fill(1350));
      give(client.socket.send(batch), batch);
      await server.until(round * 20);
    }
    expect(server.got).toHaveLength(800);
  });
});
