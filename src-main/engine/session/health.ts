import type { Trouble } from '../../../shared/snapshot.ts';

/** Totals of one session, and how its round trip stands, all at one moment (ms of the engine's clock). */
export interface HealthReading {
  now: number;
  /** when anything valid was last received; -Infinity for never */
  heardAt: number;
  /** since when something has been waiting for the peer, or undefined */
  outstandingSince: number | undefined;
  /** when the network last said that nobody listens there */
  refusedAt: number;
  rto: number;
  packetsIn: number;
  checksumErrors: number;
  segmentsOut: number;
  retransmitted: number;
}

/** How long a reading stays in the window over which shares are taken. */
const WINDOW_MS = 10_000;
const SILENCE_MIN_MS = 3_000;
const SILENCE_RTOS = 5;
/** A few bad datagrams are noise of the net; a key that differs makes all of them bad. */
const CHECKSUM_SHARE = 0.1;
const LOSS_SHARE = 0.2;
const LOSS_MIN_SEGMENTS = 50;

/** shared by all that have none yet, and never written to */
const NO_TROUBLES: Trouble[] = [];
const NO_READINGS: HealthReading[] = [];

/** Tells a session's troubles from readings taken about once a second. */
export class Health {
  troubles = NO_TROUBLES;
  #readings = NO_READINGS;

  read(reading: HealthReading): void {
    this.#readings = this.#readings.filter((past) => reading.now - past.now < WINDOW_MS);
    const since = this.#readings[0] ?? reading;
    this.#readings.push(reading);
    const grew = (key: 'packetsIn' | 'checksumErrors' | 'segmentsOut' | 'retransmitted'): number =>
      reading[key] - since[key];
    const troubles: Trouble[] = [];
    if (grew('checksumErrors') > CHECKSUM_SHARE * grew('packetsIn')) troubles.push('checksum-errors');
    const { now, outstandingSince, heardAt } = reading;
    const waited = outstandingSince === undefined ? 0 : now - Math.max(outstandingSince, heardAt);
    if (waited > Math.max(SILENCE_MIN_MS, SILENCE_RTOS * reading.rto)) troubles.push('nothing-heard');
    if (reading.refusedAt > heardAt) troubles.push('refused');
    const sent = grew('segmentsOut');
    if (sent >= LOSS_MIN_SEGMENTS && grew('retransmitted') > LOSS_SHARE * sent) troubles.push('heavy-loss');
    this.troubles = troubles;
  }
}
