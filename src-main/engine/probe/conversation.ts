import { CRYPT_INFO } from '../../../shared/crypts.ts';
import type { ProbeDepth, ProbeReport, ProbeStage } from '../../../shared/probe.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Timer, World } from '../runtime/world.ts';
import type { Asker, AskerListener, Candidate } from './asker.ts';
import { FamilyTest } from './family.ts';
import { streamFormat } from './heartbeat.ts';
import { SizeSearch } from './sizes.ts';
import { ShapeSearch } from './shape.ts';
import { Train } from './train.ts';

export interface ConversationSetup {
  world: World;
  depth: ProbeDepth;
  /** what is learned goes in here */
  report: ProbeReport;
  kernel: Kernel;
  /** sizes can be told */
  whole: boolean;
  /** datagrams that may still be sent */
  allowance(): number;
  /** what has answered, and the same endpoint in the other framing, with the candidate of the same crypt */
  main: Asker;
  candidate: Candidate;
  second: Asker;
  twin: Candidate;
  changed(stage: ProbeStage): void;
  done(): void;
}

/** Time between two questions: longer than the interval of kcptun's modes, so that each has an answer of its own. */
export const SPACING_MS = 45;
const QUESTIONS: Record<ProbeDepth, number> = { all: 20, ping: 5 };
/** So often the other framing is asked again: one that stays silent then is not understood. */
const SECOND_QUESTIONS = 5;
/** Left of the allowance for sizes, the family and the heartbeats' acknowledgements while a shape is searched for. */
const RESERVE = 60;
/** Left for acknowledging heartbeats. */
const HEARTBEATS = 8;
const SETTLE_LEAST_MS = 300;
/** smux gives up a session that has been silent for so long, and no keepalive is longer. */
const HEARTBEAT_LIMIT_MS = 31_000;
/** The heartbeat of the second session may tell the interval better. */
const SECOND_HEARTBEAT_MS = 250;
/** What has not been learned so long after the heartbeat stays unknown. */
const LAST_MS = 1500;
/** A heartbeat and the question that began the session may come late, by a repeat or two; neither comes early. */
const EARLY_SECONDS = 0.15;

/** What a server that has answered is asked: the line, the shape of its groups, sizes, and its first heartbeat. */
export class ProbeConversation {
  readonly main: Asker;
  readonly #o: ConversationSetup;
  readonly #shape = new ShapeSearch();
  readonly #train: Train;
  readonly #sizes: SizeSearch | undefined;
  #family: FamilyTest | undefined;
  #questions = 0;
  #trainEnded = false;
  #number = 0;
  #windows = 0;
  #secondHeard = false;
  #heartbeatSeen = false;
  #stopped = false;
  /** ends it where nothing else does */
  #limit: Timer | undefined;

  constructor(setup: ConversationSetup) {
    this.#o = setup;
    this.main = setup.main;
    this.#train = new Train(setup.world);
    if (setup.depth === 'all' && setup.whole)
      this.#sizes = new SizeSearch({
        world: setup.world,
        settleMs: () => this.#settleMs,
        ask: (size) => this.#askSize(size),
        found: (mtu) => {
          setup.report.line.mtu = mtu;
          this.#changed();
        },
        ended: () => this.#next(),
      });
  }

  start(): void {
    const { main, candidate, second } = this.#o;
    main.listener = this.#listen(candidate);
    second.listener = this.#listen(this.#o.twin, true);
    this.#o.changed('measuring');
    if (this.#o.depth === 'all') this.#endAfter(HEARTBEAT_LIMIT_MS);
    this.#tick();
  }

  /** The other framing is understood, too. */
  heardToo(asker: Asker): void {
    if (asker === this.#o.second) this.#secondHeard = true;
  }

  stop(): void {
    this.#stopped = true;
    this.#limit?.stop();
  }

  #endAfter(ms: number): void {
    this.#limit?.stop();
    this.#limit = this.#o.world.after(ms, () => this.#end());
  }

  #listen(candidate: Candidate, isSecond = false): AskerListener {
    const { report } = this.#o;
    const stream: Uint8Array[] = [];
    return {
      heard: () => (this.#secondHeard ||= isSecond),
      window: (segments) => {
        if (isSecond || ++this.#windows === 1) return;
        // kcp-go's first answer may be older than the option
        report.found.rcvwnd = segments;
      },
      shard: (seqid, isData) => {
        if (!isSecond) this.#shape.add(seqid, isData);
      },
      answered: (number) => {
        if (isSecond) return;
        if (this.#sizes?.answered(number)) return;
        if (!this.#train.answered(number)) return;
        report.line.rtt = this.#train.rtt;
        this.#learnShape();
        this.#changed();
      },
      pushed: (sn, _ts, bytes) => {
        if (!isSecond) this.#family?.disturb();
        stream[sn] = bytes.slice();
        this.#heartbeat(candidate, stream);
      },
    };
  }

  get #settleMs(): number {
    return Math.max(SETTLE_LEAST_MS, 2 * (this.#train.slowest ?? 0));
  }

  /** One question of the train, and while it is new, one in the other framing. */
  #tick(): void {
    if (this.#stopped) return;
    const { depth, world, second, twin, allowance } = this.#o;
    const searching = this.#fecSeen && !this.#shape.find() && allowance() > RESERVE;
    if (this.#questions >= QUESTIONS[depth] && !(depth === 'all' && searching)) {
      world.after(this.#settleMs, () => this.#endTrain());
      return;
    }
    this.#questions++;
    this.#train.asked(this.#ask());
    if (depth === 'all' && !this.#secondHeard && this.#questions <= SECOND_QUESTIONS)
      this.#send(second, twin);
    if (this.#questions === 4) this.#sizes?.start();
    world.after(SPACING_MS, () => this.#tick());
  }

  /** Sends a question with a number. @returns the number */
  #ask(filling = 0): number {
    const number = ++this.#number;
    this.#send(this.main, this.#o.candidate, number, filling);
    return number;
  }

  #send(asker: Asker, candidate: Candidate, number: number | null = null, filling = 0): void {
    if (this.#o.allowance() <= 0) return;
    candidate.askedAt ??= this.#o.world.now();
    asker.ask(candidate, number, filling);
  }

  /** @returns its number, or undefined where the allowance is used up */
  #askSize(size: number): number | undefined {
    if (this.#stopped || this.#o.allowance() <= HEARTBEATS) return undefined;
    return this.#ask(Math.max(0, size - this.main.questionBytes));
  }

  get #fecSeen(): boolean {
    return this.#shape.seen > 0;
  }

  #learnShape(): void {
    const { found } = this.#o.report;
    if (!this.#fecSeen) {
      found.datashard = found.parityshard = 0;
      return;
    }
    const shape = this.#shape.find();
    if (!shape) return;
    found.datashard = shape.dataShards;
    found.parityshard = shape.parityShards;
  }

  #endTrain(): void {
    if (this.#stopped) return;
    const { report, depth } = this.#o;
    report.line.loss = this.#train.loss;
    this.#learnShape();
    if (depth === 'ping') return this.#end();
    if (!this.#secondHeard) report.family = '2017';
    else if (isNewest(report)) report.family = 'newest';
    this.#trainEnded = true;
    this.#changed();
    this.#next();
  }

  /** The family's test wants to be alone with the server. */
  #next(): void {
    if (!this.#trainEnded || this.#sizes?.busy || this.#stopped) return;
    const { report, world, allowance } = this.#o;
    const shape = this.#shape.find();
    if (report.family === null && shape && !this.#family) {
      this.#family = new FamilyTest({
        world,
        shape,
        seen: this.#shape,
        settleMs: () => this.#settleMs,
        loss: report.line.loss ?? 0,
        allowance: () => allowance() - HEARTBEATS,
        ask: () => this.#ask(),
        ended: (family) => {
          report.family = family;
          this.#changed();
          this.#check();
        },
      });
      this.#family.start();
    }
    this.#check();
  }

  /** The server's stream begins `keepalive` seconds after its session. */
  #heartbeat(candidate: Candidate, stream: readonly Uint8Array[]): void {
    const { report, kernel, world } = this.#o;
    const whole: Uint8Array[] = [];
    for (let sn = 0; stream[sn]; sn++) whole.push(stream[sn]);
    const format = streamFormat(kernel, Buffer.concat(whole));
    if (!format) return;
    const seconds = (world.now() - candidate.askedAt! - (report.line.rtt?.min ?? 0)) / 1000;
    const keepalive = Math.max(1, Math.floor(seconds + EARLY_SECONDS));
    const { found } = report;
    found.keepalive = Math.min(found.keepalive ?? Infinity, keepalive);
    found.nocomp = format.nocomp;
    if (format.smuxver !== null) found.smuxver = format.smuxver;
    this.#changed();
    if (this.#heartbeatSeen || this.#stopped) return;
    world.after(this.#secondHeard ? SECOND_HEARTBEAT_MS : 0, () => {
      this.#heartbeatSeen = true;
      this.#check();
    });
    this.#endAfter(LAST_MS);
  }

  #changed(): void {
    if (this.#stopped) return;
    this.#o.changed(this.#trainEnded && !this.#heartbeatSeen ? 'waiting' : 'measuring');
  }

  /** Ends when there is nothing more to learn. */
  #check(): void {
    if (!this.#trainEnded || !this.#heartbeatSeen) return;
    if (this.#sizes?.busy || this.#family?.busy) return;
    this.#end();
  }

  #end(): void {
    if (this.#stopped) return;
    this.stop();
    this.#o.done();
  }
}

/** These ciphers came with the newest releases. */
const isNewest = ({ found: { crypt } }: ProbeReport): boolean =>
  crypt !== undefined && CRYPT_INFO[crypt].since === 'newest';
