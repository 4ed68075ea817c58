import { type Counters, zeroCounters } from '../../shared/counters.ts';
import { type ClientOptions, type ServerOptions, SMUX_AUTO } from '../../shared/options.ts';
import type { ProbeProgress } from '../../shared/probe.ts';
import { optionsOfServers, type SpareOptions } from '../../shared/servers.ts';
import { Client } from './client.ts';
import { EngineError } from './errors.ts';
import type { EngineListener } from './events.ts';
import { learnSmux } from './learn-smux.ts';
import { readAddress, readOptions } from './options.ts';
import { probeServer, type ProbeTarget } from './probe/index.ts';
import { createQpp } from './qpp/qpp.ts';
import { missingInternals } from './runtime/node-internals.ts';
import { SystemWorld } from './runtime/system-world.ts';
import type { World } from './runtime/world.ts';
import { Server } from './server.ts';
import { type EngineContext, engineContext } from './session/context.ts';
import { dial } from './session/dial.ts';
import { listen } from './session/listen.ts';
import { Route } from './session/route.ts';
import { type OneServer, Servers } from './session/servers.ts';
import type { SmuxVersion } from './smux/frame.ts';
import type { EngineSnapshot } from './snapshot.ts';
import type { StreamCipher } from './tcp/pipe.ts';
import { dscpSupported } from './transport/dscp.ts';
import { type Network, systemNetwork, type TransportKind } from './transport/network.ts';

export type { ClientOptions, ServerOptions } from '../../shared/options.ts';
export type { Counters } from '../../shared/counters.ts';
export type { SpareOptions } from '../../shared/servers.ts';
export type { Refusals, SessionSnapshot, StreamSnapshot, Trouble } from '../../shared/snapshot.ts';
export { EngineError, type EngineErrorCode, OptionError } from './errors.ts';
export { describeEvent, type EngineEvent, type EngineListener } from './events.ts';
export type { EngineSnapshot, LinkCause, LinkSnapshot } from './snapshot.ts';
export type { TransportKind } from './transport/network.ts';

export interface EngineSetup {
  /** told of everything from before the start on */
  onEvent?: EngineListener;
  /** how datagrams are moved; `auto` by default */
  udp?: TransportKind;
  /** told of every datagram: a line with the time, the way, and the headers in it, never what it carries */
  trace?: (line: string) => void;
}

/** A client or a server that runs. */
export interface Engine extends AsyncDisposable {
  /** where it listens, with the real port or ports */
  readonly address: string;
  /** Calls `listener` with every event from now on; answers with the way to stop. */
  onEvent(listener: EngineListener): () => void;
  snapshot(): EngineSnapshot;
  /** Gives every session of a client a fresh one: after a sleep, or when the network has changed. */
  redialAll(): void;
  /** Ends everything; nothing of it is left in the event loop when the promise resolves. */
  close(): Promise<void>;
}

export interface ClientEngineSetup extends EngineSetup {
  /** servers to go to where the first does not answer, in their order, and what differs there */
  spares?: readonly SpareOptions[];
  /** for `smuxver auto`: versions that were learned before, by remoteaddr */
  learned?: Readonly<Record<string, SmuxVersion>>;
}

/**
 * A running kcptun client on the system's network. That its server cannot be reached is no error: it is dialled again
 * and again.
 * @param given options by kcptun's names; those that are absent are at kcptun's defaults
 * @throws {OptionError} for an option that is wrong, or none of a client
 * @throws {EngineError} port-in-use, listen-failed
 */
export async function startClient(
  given: Readonly<Partial<ClientOptions>>,
  setup: ClientEngineSetup = {},
): Promise<Engine> {
  const { options, spares, warnings } = readOptions('client', given, setup.spares);
  for (const problem of warnings) setup.onEvent?.({ kind: 'warning', problem });
  return start(options, setup, (parts) => {
    const [one, ...others] = optionsOfServers(options, spares).map((own) =>
      oneServer(own, parts, setup.learned?.[own.remoteaddr]),
    );
    const server = others.length > 0 ? new Servers([one, ...others], options.prefer, parts.world) : one;
    return new Client({ ...parts, options, server });
  });
}

/** The way to one server, all of whose options these are. */
function oneServer(
  options: ClientOptions,
  { network, contextOf }: Parts,
  known: SmuxVersion | undefined,
): OneServer {
  const { remoteaddr, key, crypt } = options;
  const remote = readAddress('remoteaddr', remoteaddr);
  const context = contextOf(options);
  const route = new Route([remote], network, (server) => dial(context, server, network));
  const cipher = streamCipher(options);
  const target: ProbeTarget = { remote, key, crypts: [crypt], depth: 'ping' };
  return {
    remote: remoteaddr,
    dial: route.dial,
    ...(options.smuxver === SMUX_AUTO &&
      learnSmux(remoteaddr, target, { context, network, dial: route.dial }, known)),
    answered: route.answered,
    cipher: () => cipher?.(),
    ask: async (heard, signal) => {
      const onProgress = ({ report }: ProbeProgress): void => {
        if (report.answered !== null) heard();
      };
      try {
        const { line } = await probeServer(target, { signal, onProgress });
        return line.rtt && { rtt: line.rtt.median, loss: line.loss ?? 0 };
      } catch (cause) {
        if (cause instanceof EngineError) return null;
        throw cause;
      }
    },
  };
}

/**
 * A running kcptun server on the system's network.
 * @param given options by kcptun's names; those that are absent are at kcptun's defaults
 * @throws {OptionError} for an option that is wrong, or none of a server
 * @throws {EngineError} port-in-use, listen-failed, resolve-failed
 */
export async function startServer(
  given: Readonly<Partial<ServerOptions>>,
  setup: EngineSetup = {},
): Promise<Engine> {
  const { options, warnings } = readOptions('server', given);
  for (const problem of warnings) setup.onEvent?.({ kind: 'warning', problem });
  const local = readAddress('listen', options.listen);
  return start(options, setup, ({ contextOf, network, ...parts }) => {
    const context = contextOf(options);
    return new Server({
      ...parts,
      options,
      cipher: streamCipher(options),
      listen: (accept, tell) => listen(context, local, network, accept, tell),
    });
  });
}

/** What a client and a server are made of alike. */
interface Parts {
  world: World;
  counters: Counters;
  network: Network;
  contextOf(options: ClientOptions | ServerOptions): EngineContext;
}

async function start(
  options: ClientOptions | ServerOptions,
  { onEvent, udp, trace }: EngineSetup,
  make: (parts: Parts) => Client | Server,
): Promise<Engine> {
  const note = (text: string): void => onEvent?.({ kind: 'note', text });
  const world = new SystemWorld();
  const counters = zeroCounters();
  const engine = make({
    world,
    counters,
    network: systemNetwork(udp, note),
    contextOf: (own) => engineContext(own, world, counters, trace),
  });
  if (onEvent) engine.onEvent(onEvent);
  if (options.dscp > 0 && !dscpSupported())
    note(`dscp cannot be set on ${process.platform}: it is left alone`);
  missingInternals().forEach((text) => note(text));
  await engine.start();
  return engine;
}

/** QPP's pads are costly: they are made once, and each stream gets a state for each direction. */
function streamCipher(options: ClientOptions | ServerOptions): (() => StreamCipher) | undefined {
  if (!options.qpp) return undefined;
  const qpp = createQpp(options.key, options['qpp-count']);
  return () => {
    const [out, back] = [qpp.cipher(), qpp.cipher()];
    return {
      encrypt: (bytes, offset, length) => out.encrypt(bytes, offset, length),
      decrypt: (bytes, offset, length) => back.decrypt(bytes, offset, length),
    };
  };
}
