import { type HostPorts, parseAddress } from '../../shared/address.ts';
import { zeroCounters } from '../../shared/counters.ts';
import type { ClientOptions, ServerOptions } from '../../shared/options.ts';
import { Client } from './client.ts';
import { dial } from './session/dial.ts';
import type { EngineListener } from './events.ts';
import { listen } from './session/listen.ts';
import { Route } from './session/route.ts';
import type { StreamCipher } from './tcp/pipe.ts';
import { createQpp } from './qpp/qpp.ts';
import { Server } from './server.ts';
import { engineContext } from './session/context.ts';
import { missingInternals } from './runtime/node-internals.ts';
import { SystemWorld } from './runtime/system-world.ts';
import { dscpSupported } from './transport/dscp.ts';
import { systemNetwork, type TransportKind } from './transport/network.ts';

export { Client } from './client.ts';
export { Server } from './server.ts';

export interface EngineSetup {
  /** told of everything from before the start on */
  onEvent?: EngineListener;
  /** how datagrams are moved; `auto` by default */
  udp?: TransportKind;
  /** told of every datagram: a line with the time, the way, and the headers in it, never what it carries */
  trace?: (line: string) => void;
}

/**
 * A running kcptun client on the system's network.
 * @throws {EngineError} bad-option, port-in-use, listen-failed
 */
export async function startClient(options: ClientOptions, setup: EngineSetup = {}): Promise<Client> {
  const world = new SystemWorld();
  const counters = zeroCounters();
  const remote = parseAddress(options.remoteaddr, { use: 'dial', portRange: true }) as HostPorts;
  const config = engineContext(options, world, counters, setup.trace);
  const network = systemNetwork(setup.udp, (text) => setup.onEvent?.({ kind: 'note', text }));
  const route = new Route([remote], network, (server) => dial(config, server, network));
  const client = new Client({
    options,
    world,
    counters,
    dial: route.dial,
    answered: route.answered,
    cipher: streamCipher(options, setup),
  });
  return start(client, options, setup);
}

/**
 * A running kcptun server on the system's network.
 * @throws {EngineError} bad-option, port-in-use, listen-failed, resolve-failed
 */
export async function startServer(options: ServerOptions, setup: EngineSetup = {}): Promise<Server> {
  const world = new SystemWorld();
  const counters = zeroCounters();
  const local = parseAddress(options.listen, { use: 'listen', portRange: true }) as HostPorts;
  const config = engineContext(options, world, counters, setup.trace);
  const network = systemNetwork(setup.udp, (text) => setup.onEvent?.({ kind: 'note', text }));
  const server = new Server({
    options,
    world,
    counters,
    listen: (accept, tell) => listen(config, local, network, accept, tell),
    cipher: streamCipher(options, setup),
  });
  return start(server, options, setup);
}

async function start<E extends Client | Server>(
  engine: E,
  options: ClientOptions | ServerOptions,
  setup: EngineSetup,
): Promise<E> {
  if (setup.onEvent) engine.onEvent(setup.onEvent);
  if (options.dscp > 0 && !dscpSupported()) {
    setup.onEvent?.({ kind: 'note', text: `dscp cannot be set on ${process.platform}: it is left alone` });
  }
  for (const text of missingInternals()) setup.onEvent?.({ kind: 'note', text });
  await engine.start();
  return engine;
}

/** QPP's pads are costly: they are made once, and each stream gets a state for each direction. */
function streamCipher(
  options: ClientOptions | ServerOptions,
  setup: EngineSetup,
): (() => StreamCipher) | undefined {
  if (!options.qpp) return undefined;
  const qpp = createQpp(options.key, options['qpp-count']);
  for (const text of qpp.warnings) setup.onEvent?.({ kind: 'note', text });
  return () => {
    const [out, back] = [qpp.cipher(), qpp.cipher()];
    return {
      encrypt: (bytes, offset, length) => out.encrypt(bytes, offset, length),
      decrypt: (bytes, offset, length) => back.decrypt(bytes, offset, length),
    };
  };
}
