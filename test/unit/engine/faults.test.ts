import { Socket as UdpSocket } from 'node:dgram';
import { connect } from 'node:net';
import { afterEach, expect, vi } from 'vitest';
import { zeroCounters } from '../../../shared/counters.ts';
import { defaultOptions } from '../../../shared/options.ts';
import { Client } from '../../../src-main/engine/client.ts';
import { describeEvent, type EngineEvent } from '../../../src-main/engine/events.ts';
import { Server } from '../../../src-main/engine/server.ts';
import { engineContext } from '../../../src-main/engine/session/context.ts';
import { dial } from '../../../src-main/engine/session/dial.ts';
import { SessionKeeper } from '../../../src-main/engine/session/keeper.ts';
import { listen } from '../../../src-main/engine/session/listen.ts';
import { BatchPool } from '../../../src-main/engine/kernel/batch.ts';
import { sharedKernel } from '../../../src-main/engine/kernel/load.ts';
import { systemNetwork } from '../../../src-main/engine/transport/network.ts';
import { type Fault, fault, tcpServers, testFaults } from '../../support/faults.ts';
import { MemoryLine, SocketWorld } from '../../support/memory-session.ts';
import { SimulatedNetwork } from '../../support/simulated-network.ts';
import { Simulation } from '../../support/simulation.ts';
import { until } from '../../support/until.ts';

const PORTS = { host: '', minPort: 29900, maxPort: 29901 };

const toClose: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
  vi.restoreAllMocks();
});

/** A server on two simulated ports, with a client's keeper for each. */
async function serverOfTwoPorts() {
  const world = new Simulation(1);
  const network = new SimulatedNetwork(world);
  const events: EngineEvent[] = [];
  const server = new Server({
    options: { listen: ':29900-29901', target: '127.0.0.1:9', closewait: 0 },
    world,
    counters: zeroCounters(),
    listen: (accept, tell) =>
      listen(engineContext(defaultOptions('server'), world, zeroCounters()), PORTS, network, accept, tell),
  });
  server.onEvent((event) => void events.push(event));
  await server.start();
  const lost: string[] = [];
  const keepers = [29900, 29901].map((port) => {
    const config = engineContext(defaultOptions('client'), world, zeroCounters());
    const keeper = new SessionKeeper({
      world,
      remote: `10.0.0.1:${port}`,
      dial: () => dial(config, { host: '10.0.0.1', minPort: port, maxPort: port }, network),
      autoExpireMs: 0,
      scavengeMs: 0,
      wanted: () => false,
      emit: (event) => event.kind === 'session-closed' && lost.push(event.remote),
      onUsable: () => {},
    });
    keeper.start();
    return keeper;
  });
  const up = () => keepers.map((keeper) => keeper.usable !== undefined);
  await world.run(2000);
  expect(up()).toEqual([true, true]);
  events.length = 0;
  const told = (kind: EngineEvent['kind']) =>
    events.filter((event) => event.kind === kind).map(describeEvent);
  return { world, network, server, events, keepers, up, told, lost };
}

const FAULTS: Fault[] = [
  ...(['auto', 'dgram'] as const).map((kind): Fault => ({
    what: `what the system says of a socket and of a datagram, ${kind}`,
    told: ['refused', 'failed EBADF: injected', 'failed ENOTCONN: injected'],
    goesOn: 'the process',
    async inject() {
      const opened: UdpSocket[] = [];
      const bind = UdpSocket.prototype.bind as (...args: unknown[]) => UdpSocket;
      vi.spyOn(UdpSocket.prototype, 'bind').mockImplementation(function (
        this: UdpSocket,
        ...args: unknown[]
      ) {
        opened.push(this);
        return bind.apply(this, args);
      });
      const told: string[] = [];
      const socket = await systemNetwork(kind).open(
        { family: 4, local: { address: '127.0.0.1', port: 0 }, sockbuf: 65_536, dscp: 0 },
        BatchPool.of(sharedKernel()),
        {
          readable: () => {},
          drained: () => {},
          refused: () => void told.push('refused'),
          failed: ({ message }) => void told.push(`failed ${message}`),
        },
      );
      toClose.push(() => socket.close());
      for (const code of ['ECONNREFUSED', 'ENETUNREACH', 'EMSGSIZE', 'EBADF', 'ENOTCONN'])
        opened[0].emit('error', fault(code));
      return { told, goesOn: 'the process' };
    },
  })),
  {
    what: "a server's socket, late",
    told: {
      failed: ['not listening on: :29900 the UDP socket failed: EBADF: injected, again in 1.0 s'],
      sessions: ['socket-failed'],
      back: ['listening on: :29900'],
    },
    goesOn: { meanwhile: true, afterwards: [true, true], ports: [29900, 29901] },
    async inject() {
      const { world, network, server, events, up, keepers, told } = await serverOfTwoPorts();
      const other = keepers[1].usable;
      network.fail(29900, fault('EBADF'));
      await world.run(500);
      const meanwhile = keepers[1].usable === other && server.snapshot().address === ':29900-29901';
      await world.run(60_000);
      const sessions = events.flatMap((event) => (event.kind === 'session-closed' ? [event.error.code] : []));
      return {
        told: { failed: told('listener-failed'), sessions, back: told('listening') },
        goesOn: {
          meanwhile: meanwhile && keepers[1].usable === other,
          afterwards: up(),
          ports: [...server.ports],
        },
      };
    },
  },
  {
    what: "a server's socket, late, and EMFILE when it is opened again",
    told: ['1.0 s', '2.0 s', '4.0 s', '8.0 s', 'listening on: :29901'],
    goesOn: [true, true],
    async inject() {
      const { world, network, up, told } = await serverOfTwoPorts();
      network.fail(29901, fault('EBADF'));
      network.noSocket = fault('EMFILE');
      await world.run(10_000);
      network.noSocket = undefined;
      await world.run(60_000);
      const pauses = told('listener-failed').map((line) => /[\d.]+ s$/.exec(line)![0]);
      return { told: [...pauses, ...told('listening')], goesOn: up() };
    },
  },
  {
    what: "EMFILE when a client's session dials",
    told: true,
    goesOn: [true, true],
    async inject() {
      const { world, network, keepers, up, lost } = await serverOfTwoPorts();
      network.noSocket = fault('EMFILE');
      for (const keeper of keepers) keeper.redial();
      await world.run(5000);
      const told = lost.length > 0;
      network.noSocket = undefined;
      await world.run(60_000);
      return { told, goesOn: up() };
    },
  },
  {
    what: "EMFILE when a client's listener accepts, again and again",
    told: ['EMFILE: injected'],
    goesOn: 'carried',
    async inject() {
      const servers = tcpServers();
      const world = new SocketWorld();
      const client = new Client({
        options: {
          ...{ localaddr: '127.0.0.1:0', conn: 1 },
          ...{ autoexpire: 0, scavengettl: 600, closewait: 0 },
        },
        world,
        counters: zeroCounters(),
        server: { remote: 'server:29900', dial: new MemoryLine(world, 2).dial },
      });
      toClose.push(() => client.close());
      const events: EngineEvent[] = [];
      client.onEvent((event) => void events.push(event));
      await client.start();
      for (let i = 0; i < 100; i++) servers[0].emit('error', fault('EMFILE'));
      const told = events.flatMap((event) => (event.kind === 'refused' ? [event.reason] : []));
      const [host, port] = client.address.split(':');
      const socket = connect(Number(port), host);
      toClose.push(() => socket.destroy());
      await until('a stream', () => events.some(({ kind }) => kind === 'stream-opened'));
      return { told, goesOn: 'carried' };
    },
  },
];

testFaults(FAULTS);
