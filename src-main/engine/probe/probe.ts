import type { HostPorts } from '../../../shared/address.ts';
import type { CryptName } from '../../../shared/crypts.ts';
import type {
  ProbeDepth,
  ProbedEndpoint,
  ProbeProgress,
  ProbeReport,
  ProbeStage,
} from '../../../shared/probe.ts';
import { deriveKey } from '../crypt/key.ts';
import { createCrypt } from '../crypt/registry.ts';
import { EngineError } from '../errors.ts';
import { BatchPool } from '../kernel/batch.ts';
import { sharedKernel } from '../kernel/load.ts';
import type { World } from '../runtime/world.ts';
import type { Network, ResolvedHost } from '../transport/network.ts';
import { Asker, type Candidate } from './asker.ts';
import { ProbeConversation } from './conversation.ts';
import { randomConv } from './random-conv.ts';

export interface ProbeOptions {
  remote: HostPorts;
  key: string;
  /** what is asked for, the likeliest first */
  crypts: readonly CryptName[];
  depth: ProbeDepth;
  world: World;
  network: Network;
  /** told as something is learned */
  onProgress?: (progress: ProbeProgress) => void;
  /** ends the probe early, with what is known by then */
  signal?: AbortSignal;
}

/** A probe sends no more datagrams than these, whatever it still does not know; the first figure is for asking alone. */
const MOST_ASKED = 120;
export const MOST_SENT = 200;
/** So many addresses and ports are asked. */
const MOST_ENDPOINTS = 8;
/** Questions go out in small bursts, so many each so often. */
const BURST = 4;
const BURST_MS = 2;
/** When everything unanswered is asked again, and when silence is taken for an answer, in ms. */
const WAVES_MS = [0, 120, 400, 1000, 1800];
const SILENCE_MS = 3000;
/** Refusals need no more waiting than this. */
const REFUSED_MS = 400;
/** traceroute's ports, on which nobody listens */
const UNUSED_PORT = 33_434;
const UNUSED_PORTS = 100;

/** Batches for all probes of this thread: kernel memory is not given back. */
let sharedPool: BatchPool | undefined;

/**
 * Asks a server what it is, without opening a stream. First every candidate is asked for at once, in both framings (see
 * `asker.ts` and `question.ts`); what answers first is then asked the rest (see `conversation.ts`).
 * @throws {EngineError} `resolve-failed`, `socket-failed`
 */
export function probe(options: ProbeOptions): Promise<ProbeReport> {
  return new Probe(options).run();
}

class Probe {
  readonly #o: ProbeOptions;
  readonly #pool = (sharedPool ??= new BatchPool(sharedKernel(), 16));
  readonly #startedAt: number;
  readonly #askers: Asker[] = [];
  /** questions that wait for their burst */
  #queue: (() => void)[] = [];
  #draining = false;
  /** asked so far, of each candidate's conversation */
  readonly #asked = new Map<number, number>();
  #other: Asker | undefined;
  #conversation: ProbeConversation | undefined;
  #stage: ProbeStage = 'resolving';
  readonly #report: ProbeReport = {
    endpoints: [],
    answered: null,
    found: {},
    line: { rtt: null, loss: null, mtu: null },
    family: null,
    refusesOthers: false,
    sent: 0,
    unopened: 0,
    answeredMs: null,
    tookMs: 0,
  };
  #finish: () => void = () => {};

  constructor(options: ProbeOptions) {
    this.#o = options;
    this.#startedAt = options.world.now();
  }

  async run(): Promise<ProbeReport> {
    const { network, remote, signal } = this.#o;
    this.#tell('resolving');
    const hosts = await network.resolve(remote.host);
    const finish = (): void => this.#finish();
    try {
      await this.#open(hosts);
      await new Promise<void>((resolve) => {
        this.#finish = resolve;
        if (signal?.aborted) return resolve();
        signal?.addEventListener('abort', finish);
        this.#tell('asking');
        this.#wave(0);
      });
    } finally {
      signal?.removeEventListener('abort', finish);
      this.#close();
    }
    this.#tell('done');
    return this.#snapshot();
  }

  async #open(hosts: readonly ResolvedHost[]): Promise<void> {
    const { network, world, key, crypts, remote } = this.#o;
    const pass = deriveKey(key);
    const made = crypts.map((name) =>
      createCrypt(name, pass, { kernel: this.#pool.kernel, randomFill: (bytes) => world.randomFill(bytes) }),
    );
    let trouble: unknown;
    const open = async (asker: Asker, family: 4 | 6): Promise<Asker | undefined> => {
      try {
        await asker.open(network, family);
        return asker;
      } catch (cause) {
        trouble = cause;
        return undefined;
      }
    };
    const opened = await Promise.all(
      endpointsOf(hosts, remote).map(async ({ address, family, port }) => {
        const endpoint: ProbedEndpoint = { address, port, heard: 'silent' };
        const both = (['plain', 'fec'] as const).map((framing) =>
          open(new Asker(endpoint, framing, world, this.#pool), family),
        );
        return Promise.all(both);
      }),
    );
    for (const [plain, fec] of opened) {
      if (!plain || !fec) {
        (plain ?? fec)?.close();
        continue;
      }
      this.#report.endpoints.push(plain.endpoint);
      for (const asker of [plain, fec]) {
        this.#askers.push(asker);
        for (const crypt of made) asker.candidates.push({ crypt, conv: randomConv(world) });
        asker.listener = this.#listen(asker);
      }
    }
    if (this.#report.endpoints.length > 0) return;
    throw new EngineError('socket-failed', `cannot open a UDP socket: ${String(trouble)}`, {
      cause: trouble,
    });
  }

  /** Until an answer has come; then the conversation listens. */
  #listen(asker: Asker): Asker['listener'] {
    return {
      heard: (candidate) => this.#heard(asker, candidate),
      window() {},
      shard() {},
      answered() {},
      pushed() {},
    };
  }

  /**
   * Where one endpoint is asked, every candidate is asked for in each wave. Of several, each is first asked for the
   * likeliest, and those that refuse are left out of what follows.
   */
  #wave(n: number): void {
    if (this.#conversation || this.#stage === 'done') return;
    const { world, crypts } = this.#o;
    const { endpoints } = this.#report;
    const now = world.now() - this.#startedAt;
    if (now >= SILENCE_MS || (now >= REFUSED_MS && endpoints.every(({ heard }) => heard === 'refused')))
      return this.#finish();
    if (n === 2) void this.#askUnused();
    if (n < WAVES_MS.length) {
      const wide = endpoints.length === 1 || n >= 2;
      for (let c = 0; c < (wide ? crypts.length : 1); c++)
        for (const asker of this.#askers) {
          const candidate = asker.candidates[c];
          if (asker.endpoint.heard === 'silent' || n === 0)
            this.#queue.push(() => this.#ask(asker, candidate));
        }
      this.#drain();
    }
    const next = WAVES_MS[n + 1] ?? SILENCE_MS;
    world.after(next - WAVES_MS[Math.min(n, WAVES_MS.length - 1)], () => this.#wave(n + 1));
  }

  #drain(): void {
    if (this.#draining || this.#queue.length === 0) return;
    this.#draining = true;
    for (const send of this.#queue.splice(0, BURST)) send();
    this.#o.world.after(BURST_MS, () => {
      this.#draining = false;
      this.#drain();
    });
  }

  #ask(asker: Asker, candidate: Candidate): void {
    if (this.#sent >= MOST_ASKED) return;
    this.#asked.set(candidate.conv, (this.#asked.get(candidate.conv) ?? 0) + 1);
    candidate.askedAt ??= this.#o.world.now();
    asker.ask(candidate);
  }

  /** A port on which nobody listens: what the network says of it puts silence in its place. */
  async #askUnused(): Promise<void> {
    const { network, world } = this.#o;
    const silent = this.#askers.find(({ endpoint }) => endpoint.heard === 'silent');
    if (!silent || this.#conversation) return;
    const port = UNUSED_PORT + Math.floor(world.random() * UNUSED_PORTS);
    const endpoint: ProbedEndpoint = { ...silent.endpoint, port, heard: 'silent' };
    const asker = new Asker(endpoint, 'plain', world, this.#pool);
    asker.onRefused = () => (this.#report.refusesOthers = true);
    this.#other = asker;
    try {
      await asker.open(network, endpoint.address.includes(':') ? 6 : 4);
    } catch {
      return;
    }
    this.#ask(asker, silent.candidates[0]);
  }

  #heard(asker: Asker, candidate: Candidate): void {
    if (this.#conversation) {
      if (asker.endpoint === this.#conversation.main.endpoint) this.#conversation.heardToo(asker);
      return;
    }
    const { world, network, depth } = this.#o;
    const report = this.#report;
    this.#queue = [];
    report.answered = report.endpoints.indexOf(asker.endpoint);
    report.answeredMs = world.now() - this.#startedAt;
    report.found.crypt = candidate.crypt.name as CryptName;
    const second = this.#askers.find((one) => one !== asker && one.endpoint === asker.endpoint)!;
    const twin = second.candidates[asker.candidates.indexOf(candidate)];
    const opened = (this.#asked.get(candidate.conv) ?? 0) + (this.#asked.get(twin.conv) ?? 0);
    report.unopened = this.#sent - opened;
    this.#conversation = new ProbeConversation({
      world,
      depth,
      report,
      kernel: this.#pool.kernel,
      whole: network.whole ?? false,
      allowance: () => MOST_SENT - this.#sent,
      main: asker,
      candidate,
      second,
      twin,
      changed: (stage) => this.#tell(stage),
      done: () => this.#finish(),
    });
    this.#conversation.start();
  }

  get #sent(): number {
    return this.#askers.reduce((sum, { sent }) => sum + sent, this.#other?.sent ?? 0);
  }

  #close(): void {
    this.#queue = [];
    this.#conversation?.stop();
    this.#other?.close();
    for (const asker of this.#askers) asker.close();
    if (this.#report.answered === null) this.#report.unopened = this.#sent;
  }

  #tell(stage: ProbeStage): void {
    this.#stage = stage;
    this.#report.tookMs = this.#o.world.now() - this.#startedAt;
    this.#report.sent = this.#sent;
    this.#o.onProgress?.({ stage, report: this.#snapshot() });
  }

  #snapshot(): ProbeReport {
    return structuredClone(this.#report);
  }
}

/** What is asked of a host's addresses and a range's ports: of a long range some, its first and its last among them. */
function endpointsOf(
  hosts: readonly ResolvedHost[],
  { minPort, maxPort }: HostPorts,
): (ResolvedHost & { port: number })[] {
  const count = Math.min(maxPort - minPort + 1, Math.max(1, Math.floor(MOST_ENDPOINTS / hosts.length)));
  const step = count > 1 ? (maxPort - minPort) / (count - 1) : 0;
  const ports = Array.from({ length: count }, (_, i) => Math.round(minPort + i * step));
  return hosts.slice(0, MOST_ENDPOINTS).flatMap((host) => ports.map((port) => ({ ...host, port })));
}
