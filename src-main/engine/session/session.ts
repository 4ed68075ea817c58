import type { SessionSnapshot, SessionState } from '../../../shared/snapshot.ts';
import type { PacketBatch } from '../kernel/batch.ts';
import { EngineError } from '../errors.ts';
import { Kcp } from '../kcp/kcp.ts';
import { Brake } from '../line/brake.ts';
import { Line } from '../line/line.ts';
import { SmuxSession } from '../smux/session.ts';
import type { SmuxStream } from '../smux/stream.ts';
import { LoopDelay } from '../runtime/loop-delay.ts';
import { sessionEnded } from '../runtime/collector.ts';
import type { Timer } from '../runtime/world.ts';
import type { EngineContext } from './context.ts';
import { Downlink } from './downlink.ts';
import { Health } from './health.ts';
import { Packer } from './packer.ts';
import type { Receiving } from './receiver.ts';
import type { Trial } from './trial.ts';
import type { Session } from './types.ts';
import { type Channel, Uplink } from './uplink.ts';

const HEALTH_MS = 1_000;
/** A round trip, until one was measured. */
const ROUND_TRIP_MS = 100;
const ignore = (): void => {};

/**
 * One conversation: stream bytes in, datagrams out, and back.
 *
 *     smux - packer (snappy) - KCP - uplink, downlink (FEC, crypt) - channel
 *
 * All its work is done in turns, one at the end of an event-loop turn in which something happened: take in what has
 * come, write what smux has, flush KCP, and send the datagrams of all that together.
 */
export class KcpSession implements Session, Receiving {
  expired = false;
  onStream: (stream: SmuxStream) => void = ignore;
  onClose: Session['onClose'] = ignore;
  onState: Session['onState'] = ignore;
  /** holds a server that does not pace itself */
  readonly #brake: Brake | undefined;
  /** made when there is first something to send */
  #line: Line | undefined;
  #mux: SmuxSession | undefined;
  readonly #packer: Packer;
  readonly #kcp: Kcp;
  readonly #uplink: Uplink;
  readonly #downlink: Downlink;
  readonly #health = new Health();
  readonly #loop = new LoopDelay();
  /** closing: what has come is handed on and nothing more is taken */
  #life: 'open' | 'closing' | 'closed' = 'open';
  #trial: Trial | undefined;
  #state: SessionState = 'idle';
  #scheduled = false;
  #timer: Timer | undefined;
  #timerAt = Infinity;
  #heartbeat: Timer | undefined;
  #flushAt = Infinity;
  #healthAt = 0;
  readonly #openedAt: number;
  #refusedAt = -Infinity;
  /** since when something of ours has been waiting for the peer */
  #outstandingSince: number | undefined;
  #segmentsOut = 0;
  #retransmitted = 0;

  /** @param trial what the peer has to pass before anything it says counts; without it, it is believed */
  constructor(
    private readonly role: 'client' | 'server',
    readonly conv: number,
    private readonly context: EngineContext,
    private readonly channel: Channel,
    trial?: Trial,
  ) {
    const { counters, pool, world } = context;
    this.#openedAt = world.wallClock();
    const epoch = new Uint32Array(1);
    if (trial) world.randomFill(new Uint8Array(epoch.buffer));
    this.#trial = trial;
    this.#uplink = new Uplink(context, channel);
    this.#uplink.trial = trial;
    this.#packer = new Packer(context, (error) => this.close(error));
    const conversation = { conv, epoch: epoch[0] };
    this.#kcp = new Kcp(context.kcp, conversation, this.#uplink, this.#packer, counters, pool.kernel);
    this.#packer.kcp = this.#kcp;
    if (role === 'client' && context.line) {
      this.#brake = new Brake(context.kcp.interval);
      this.#kcp.brakedBy(this.#brake);
    }
    this.#downlink = new Downlink(context, this.#kcp);
    this.#downlink.brake = this.#brake;
    this.#downlink.trial = trial;
    if (!trial) this.#establish();
  }

  get mux(): SmuxSession {
    return (this.#mux ??= this.#newMux());
  }

  /** There while the peer has proved nothing. */
  get trial(): Trial | undefined {
    return this.#trial;
  }

  get remote(): string {
    return this.channel.remote;
  }

  get closed(): boolean {
    return this.#life !== 'open';
  }

  get backlog(): number {
    return this.#kcp.send.waiting;
  }

  get state(): SessionState {
    return this.closed ? 'dead' : this.#state;
  }

  /** Sends something that the peer must acknowledge: how a dial is proved. */
  probe(): void {
    this.mux.ping();
  }

  schedule(): void {
    if (this.#scheduled || this.closed) return;
    this.#scheduled = true;
    this.context.world.endOfTurn(this.#turn);
  }

  input(batch: PacketBatch, from: number, to: number): void {
    if (this.closed) return;
    const now = this.context.world.now();
    if (this.#loop.exceeds(now - this.#timerAt)) this.#kcp.slept(now);
    if (this.#downlink.input(batch, from, to, now)) this.#outstandingSince = undefined;
    if (this.#trial) this.#try(this.#trial);
    this.#packer.deliver();
  }

  /** The network said that nobody listens at the peer's port. */
  refused(): void {
    const first = this.#refusedAt <= this.#downlink.heardAt;
    this.#refusedAt = this.context.world.now();
    if (first) this.#readHealth(this.#refusedAt);
  }

  close(error = new EngineError('closed', 'closed here')): void {
    if (this.closed) return;
    this.#life = 'closing';
    this.#packer.deliver();
    this.#packer.stop();
    this.#mux?.close(error);
    this.#life = 'closed';
    this.#timer?.stop();
    this.#heartbeat?.stop();
    this.#kcp.dispose();
    this.#uplink.dispose();
    this.#downlink.dispose();
    this.channel.close();
    if (!this.#trial) this.context.counters.CurrEstab--;
    sessionEnded();
    this.onClose(error);
  }

  snapshot(): SessionSnapshot {
    const { world } = this.context;
    this.#readHealth(world.now());
    const { send, receive, rtt, rmtWnd, cwnd } = this.#kcp;
    const { heardAt, shardsExpected, shardsReceived } = this.#downlink;
    return {
      conv: this.conv,
      remote: this.remote,
      state: this.state,
      troubles: this.#health.troubles,
      openedAt: this.#openedAt,
      heardAgo: heardAt === -Infinity ? null : world.now() - heardAt,
      expired: this.expired,
      srtt: rtt.srtt > 0 ? rtt.srtt : null,
      rttvar: rtt.srtt > 0 ? rtt.rttvar : null,
      rto: rtt.rto,
      sndWnd: send.size,
      rcvWnd: receive.size,
      rmtWnd,
      cwnd,
      inFlight: send.inFlight,
      sndQueue: send.queued,
      rcvQueue: receive.queued,
      shardsExpected,
      shardsReceived,
      paritySent: this.#uplink.paritySent,
      streams: this.#mux?.streams ?? 0,
      line: this.#line?.snapshot() ?? null,
      download: this.#brake?.snapshot() ?? null,
    };
  }

  #ask(): void {
    if (this.closed || !this.#trial || this.#kcp.send.waiting > 0) return;
    this.#packer.ask();
    this.schedule();
  }

  /** Ends the trial of a peer that has answered; asks one that may have answered in vain again. */
  #try(trial: Trial): void {
    if (this.closed) return;
    if (!this.#kcp.proved) {
      const { keepAliveMs } = this.context.smux;
      if (this.#kcp.receive.nxt !== 0) this.#ask();
      // Who only asks for our window is told what a session without a trial tells: our keepalive.
      else if (keepAliveMs > 0) this.#heartbeat ??= this.context.world.after(keepAliveMs, () => this.#ask());
      return;
    }
    this.#trial = this.#uplink.trial = this.#downlink.trial = undefined;
    this.#establish();
    this.#become('up');
    trial.passed();
  }

  #establish(): void {
    this.#packer.mux = this.mux;
    const { counters } = this.context;
    if (this.role === 'client') counters.ActiveOpens++;
    else counters.PassiveOpens++;
    // Not to who has proved nothing: that is sent little.
    if (this.role === 'server' && this.context.line) this.#kcp.showsPace();
    counters.MaxConn = Math.max(counters.MaxConn, ++counters.CurrEstab);
  }

  readonly #turn = (): void => {
    this.#scheduled = false;
    if (this.closed) return;
    const { world, counters } = this.context;
    this.channel.receive();
    if (this.closed) return;
    const kcp = this.#kcp;
    kcp.drain();
    this.#packer.deliver();
    this.#mux?.flush();
    if (this.closed) return;
    const now = world.now();
    if (this.#brake) this.#hold(this.#brake, now);
    if (!this.#line && this.#mux?.pending) this.#learnLine(now);
    this.#uplink.turn(now);
    if (this.#line && this.#mux) this.#mux.frameLimit = this.#line.frameLimit;
    this.#packer.pump();
    const wants = kcp.settle(now);
    if (wants === 'all' || kcp.starved || now >= this.#flushAt) {
      const { OutSegs, RetransSegs } = counters;
      kcp.more = this.#line !== undefined && this.#mux?.pending === true;
      kcp.flush(now);
      this.#refill(now);
      this.#segmentsOut += counters.OutSegs - OutSegs;
      this.#retransmitted += counters.RetransSegs - RetransSegs;
    } else if (wants === 'acks') kcp.flush(now, true);
    this.#uplink.ship();
    if (this.closed) return;
    if (this.#uplink.begun && this.#state === 'idle') this.#become('dialling');
    if (kcp.send.inFlight > 0) this.#outstandingSince ??= now;
    else this.#outstandingSince = undefined;
    if (kcp.acknowledged && !this.#trial && (this.#state === 'idle' || this.#state === 'dialling'))
      this.#become('up');
    if (now >= this.#healthAt && !this.#trial) this.#readHealth(now);
    this.#arm(now);
  };

  /** Keeps what the peer may be ahead to what its line carries. */
  #hold(brake: Brake, now: number): void {
    const propagation = this.#line?.propagation ?? ROUND_TRIP_MS;
    brake.shardsExpected = this.#downlink.shardsExpected ?? 0;
    brake.shardsReceived = this.#downlink.shardsReceived ?? 0;
    if (!brake.turn(propagation, this.#kcp.receive.ahead, now)) return;
    this.#mux?.limitAhead(brake.ahead * this.#kcp.mss * this.#packer.expansion());
  }

  /** There is something to send, for the first time. */
  #learnLine(now: number): void {
    const { line } = this.context;
    if (!line) return;
    this.#line = this.#uplink.line = new Line(line, now);
    this.#kcp.timedBy(this.#line.flight);
  }

  /** Little waits in KCP for the line, so that whose turn it is is decided late: what has left is replaced at once. */
  #refill(now: number): void {
    const kcp = this.#kcp;
    while (kcp.more && kcp.hungry) {
      const any = this.#packer.pump();
      kcp.more = any && this.mux.pending;
      kcp.flush(now);
    }
  }

  #newMux(): SmuxSession {
    const { smux, world } = this.context;
    const mux = new SmuxSession({
      ...smux,
      role: this.role,
      world,
      onPending: () => this.schedule(),
      onResume: () => this.schedule(),
      onStream: (stream) => this.onStream(stream),
      onClose: (error) => this.close(error),
    });
    if (this.context.line) mux.limitAhead(this.#brake ? this.#brake.ahead * this.#kcp.mss : Infinity);
    return mux;
  }

  /** One timer, moved only when it would come too late: a turn that comes too early just asks again. */
  #arm(now: number): void {
    // On trial and in debt, nothing goes before something comes.
    if (this.closed || this.#trial?.credit === false) return;
    this.#flushAt = this.#kcp.nextFlush(now);
    let at = this.#flushAt;
    if (this.#kcp.starved && this.#uplink.wait > 0) at = Math.min(at, now + this.#uplink.wait);
    if (at >= this.#timerAt) return;
    this.#timer?.stop();
    this.#timerAt = at;
    this.#timer = this.context.world.after(Math.max(0, at - now), () => {
      const ran = this.context.world.now();
      if (this.#loop.exceeds(ran - at)) this.#kcp.slept(ran);
      this.#loop.add(ran - at);
      this.#timerAt = Infinity;
      // Not at once: the sockets that are ready are read first, so that waiting ACKs are not taken for lost ones.
      this.schedule();
    });
  }

  #readHealth(now: number): void {
    this.#healthAt = now + HEALTH_MS;
    const { heardAt, forgottenSince, packets, checksumErrors } = this.#downlink;
    const before = this.#health.troubles.join();
    this.#health.read({
      now,
      heardAt,
      outstandingSince: this.#outstandingSince ?? forgottenSince,
      refusedAt: this.#refusedAt,
      rto: this.#kcp.rtt.rto,
      packetsIn: packets,
      checksumErrors,
      segmentsOut: this.#segmentsOut,
      retransmitted: this.#retransmitted,
    });
    const { troubles } = this.#health;
    if (this.#state === 'up' && troubles.length > 0) this.#become('degraded');
    else if (this.#state === 'degraded' && troubles.length === 0) this.#become('up');
    else if (troubles.join() !== before) this.onState(this.state, troubles);
  }

  #become(state: SessionState): void {
    this.#state = state;
    this.onState(state, this.#health.troubles);
  }
}
