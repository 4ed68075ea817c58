import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProgram } from './debian.ts';
import { boundPorts, isListening } from './proc.ts';
import { type Ending, Process } from './process.ts';
import { type Impairment, RelayProcess } from './relay-process.ts';

/** `go`: the `client` and `server` in the folder that KCPTUN_GO names, built of any release. */
export type Kind = 'debian' | 'ours' | 'go';
export type Role = 'client' | 'server';
/** Flags without their dashes; a list is one flag several times, true is a bare flag, false and undefined are left out. */
export type Flags = Readonly<Record<string, string | number | boolean | undefined | readonly string[]>>;

/** The pre-shared key of every peer: long enough for QPP, and looked for in everything a peer prints. */
export const KEY = 'the key of the tests, which nobody may ever print '.repeat(5).trim();

/** For every peer unless a test says otherwise: the releases differ in the version of smux they begin with. */
const COMMON: Flags = { key: KEY, smuxver: 1 };

/**
 * The environment variable OURS puts something else in our place: a bundle's path tests that bundle and builds
 * nothing; `debian` runs every test with the reference alone, to tell a fault of the harness from one of ours.
 */
export const { OURS } = process.env;
export const oursIsStoodIn = OURS === 'debian';
export const BUNDLE = OURS ?? fileURLToPath(new URL('../../dist/node/kcptun.js', import.meta.url));

export const debianIsHere =
  findProgram('kcptun-client') !== undefined && findProgram('kcptun-server') !== undefined;

/** What to spawn for a peer. */
export function peerCommand(kind: Kind, role: Role, flags: Flags): [string, string[]] {
  const args = Object.entries(flags).flatMap(([name, value]) =>
    value === true
      ? [`--${name}`]
      : value === false || value === undefined
        ? []
        : [value].flat().flatMap((one) => [`--${name}`, String(one)]),
  );
  if (kind === 'go') {
    const { KCPTUN_GO } = process.env;
    if (!KCPTUN_GO)
      throw new Error('KCPTUN_GO names no folder with the client and the server of a Go release');
    return [join(KCPTUN_GO, role), args];
  }
  return kind === 'debian' || oursIsStoodIn
    ? [`kcptun-${role}`, args]
    : [process.execPath, [BUNDLE, role, ...args]];
}

/** A running kcptun. Disposing it checks that it ends as it should and that its output never held the key. */
export class Peer extends Process {
  /** Where it listens: TCP port or unix path (client), UDP port (server, the lowest of a range). */
  address: string | number = 0;
  /** that it ends is no surprise any more */
  #asked = false;

  constructor(
    readonly kind: Kind,
    readonly role: Role,
    readonly flags: Flags,
    env?: NodeJS.ProcessEnv,
  ) {
    super(...peerCommand(kind, role, flags), env);
  }

  get port(): number {
    return Number(this.address);
  }

  override async stop(signal?: NodeJS.Signals): Promise<Ending> {
    const endedBefore = this.#asked ? undefined : this.ending;
    this.#asked = true;
    const ending = await super.stop(signal);
    if (this.output.includes(KEY)) throw new Error(`${this.kind} ${this.role} printed the key`);
    if (endedBefore && ending.signal !== 'SIGKILL')
      throw new Error(`${this.kind} ${this.role} ended by itself: ${JSON.stringify(ending)}\n${this.output}`);
    // Go's kcptun has no handler for SIGTERM; ours leaves with status 0
    if (this.kind === 'ours' && !oursIsStoodIn && (signal ?? 'SIGTERM') === 'SIGTERM' && ending.code !== 0)
      throw new Error(`our ${this.role} left with ${JSON.stringify(ending)} on SIGTERM:\n${this.output}`);
    return ending;
  }

  /** Without the key, for messages. */
  override toString(): string {
    return `${this.kind} ${this.role} ${JSON.stringify({ ...this.flags, key: undefined })}`;
  }
}

async function ready(peer: Peer, find: () => string | number | undefined): Promise<Peer> {
  try {
    peer.address = await peer.until(`the ${peer.role} to listen`, find);
    return peer;
  } catch (error) {
    if (!peer.ending) await Process.prototype.stop.call(peer, 'SIGKILL');
    throw error;
  }
}

/** A UDP port of 127.0.0.1 that is free now: later Go releases do not take 0 for one. */
async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

/**
 * Starts a server on a free port of 127.0.0.1 (or on `flags.listen`) and waits until it listens.
 * Ours says which port it got; Go's says what it was asked for, so there any bound port is the one.
 * (Ours may open other sockets for a moment, to try what the system can do.)
 */
export async function startServer(
  kind: Kind,
  flags: Flags & { target: string },
  env?: NodeJS.ProcessEnv,
): Promise<Peer> {
  const listen = `127.0.0.1:${kind === 'go' ? await freeUdpPort() : 0}`;
  const peer = new Peer(kind, 'server', { listen, ...COMMON, ...flags }, env);
  const says = kind === 'ours' && !oursIsStoodIn;
  return ready(peer, () =>
    boundPorts(peer.pid, 'udp').find((port) => !says || new RegExp(`:${port}\\b`).test(peer.output)),
  );
}

/** Starts a client on a free port of 127.0.0.1 (or on `flags.localaddr`, a unix path too) and waits until it listens. */
export function startClient(
  kind: Kind,
  flags: Flags & { remoteaddr: string | readonly string[] },
  env?: NodeJS.ProcessEnv,
): Promise<Peer> {
  const peer = new Peer(kind, 'client', { localaddr: '127.0.0.1:0', ...COMMON, ...flags }, env);
  const path = /^[./].*/.exec(String(peer.flags.localaddr))?.[0];
  return ready(peer, () =>
    path === undefined ? boundPorts(peer.pid, 'tcp')[0] : isListening(path) ? path : undefined,
  );
}

export interface TunnelPlan {
  client: Kind;
  server: Kind;
  /** host:port or unix path the server connects to */
  target: string;
  /** for both ends */
  flags?: Flags;
  clientFlags?: Flags;
  serverFlags?: Flags;
  /** added to the environment of both ends */
  env?: NodeJS.ProcessEnv;
  /** puts a relay with this line between the two */
  line?: Impairment;
  seed?: number;
}

/** A client and a server, with or without a bad line between them. */
export class Tunnel implements AsyncDisposable {
  private constructor(
    readonly client: Peer,
    readonly server: Peer,
    readonly relay: RelayProcess | undefined,
  ) {}

  static async open(plan: TunnelPlan): Promise<Tunnel> {
    const started: AsyncDisposable[] = [];
    const keep = <T extends AsyncDisposable>(thing: T): T => (started.unshift(thing), thing);
    try {
      const server = keep(
        await startServer(plan.server, { ...plan.flags, ...plan.serverFlags, target: plan.target }, plan.env),
      );
      const relay = plan.line && keep(await RelayProcess.start(server.port, plan.line, plan.seed));
      const remoteaddr = `127.0.0.1:${relay?.port ?? server.port}`;
      const client = keep(
        await startClient(plan.client, { remoteaddr, ...plan.flags, ...plan.clientFlags }, plan.env),
      );
      return new Tunnel(client, server, relay);
    } catch (error) {
      for (const thing of started) await thing[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const endings = await Promise.allSettled([
      this.client.stop(),
      this.server.stop(),
      this.relay?.[Symbol.asyncDispose](),
    ]);
    for (const ending of endings) if (ending.status === 'rejected') throw ending.reason;
  }
}
