import { type ClientOptions, defaultOptions } from '../../../shared/options.ts';
import type { Cell, Way } from './cell.ts';

/** What a cell differs by; lists are multiplied with one another. Units as in `Cell`. */
export interface Axes {
  rate: number[];
  rtt: number[];
  queue: number[];
  loss: number[];
  burst: number[];
  jitter: number[];
  way: Way[];
  mode: string[];
  window: number[];
  fec: string[];
  conn: number[];
  pace: string[];
  cubic: number[];
  /** share of the rate that the receiving application takes */
  reader: number[];
}

export const BASE: Axes = {
  rate: [20],
  rtt: [100],
  queue: [100],
  loss: [0, 0.02, 0.1],
  burst: [1],
  jitter: [0],
  way: ['up'],
  mode: ['fast3'],
  window: [4096],
  fec: ['10+3'],
  conn: [1],
  pace: ['auto'],
  cubic: [0],
  reader: [Infinity],
};

/** Every combination. @param seconds of bulk; by the line unless told: longer where packets are few, or round trips long */
export function cellsOf(axes: Axes, seconds?: number): Cell[] {
  let combined: Partial<Record<keyof Axes, number | string>>[] = [{}];
  for (const axis of Object.keys(BASE) as (keyof Axes)[])
    combined = combined.flatMap((chosen) => axes[axis].map((value) => ({ ...chosen, [axis]: value })));
  return combined.map((chosen) => {
    const { rate, rtt, queue, loss, burst, jitter, way, mode, window, fec, conn, pace, cubic, reader } =
      chosen as { [Axis in keyof Axes]: Axes[Axis][number] };
    const [datashard, parityshard] = fec.split('+').map(Number);
    const options = {
      mode,
      sndwnd: window,
      rcvwnd: window,
      datashard,
      parityshard,
      pace,
      ...roomFor(rate, rtt, window),
    } as Partial<ClientOptions>;
    return {
      ...{ rate, rtt, queue, loss, burst, jitter, way, conn, cubic },
      ...(reader === Infinity ? {} : { reader: reader * rate * 125_000 }),
      ...{ client: options, server: options },
      seconds: seconds ?? secondsFor(rate, rtt),
    };
  });
}

const MTU = 1350;

/**
 * Where a line has more on the way than kcptun's defaults let be, its users need larger buffers, whoever sends: four
 * times as much, for what waits behind a hole. A window that was asked for stays.
 */
function roomFor(rate: number, rtt: number, window: number): Partial<ClientOptions> {
  const room = 4 * rate * 125 * rtt;
  const { streambuf, smuxbuf } = defaultOptions('client');
  const packets = Math.min(65_535, Math.ceil(room / MTU));
  return {
    ...(room > streambuf ? { streambuf: room, smuxbuf: Math.max(smuxbuf, room) } : {}),
    ...(window === BASE.window[0] && packets > window ? { sndwnd: packets, rcvwnd: packets } : {}),
  };
}

const secondsFor = (rate: number, rtt: number): number =>
  rate >= 500 ? 4 : Math.max(8, rate <= 1 ? 20 : 0, rtt >= 300 ? 12 : 0);

/** Lines of every kind by the usual setup, and an ordinary line with everything else that a tunnel can be. */
export function wholeGrid(): Cell[] {
  const axes = (part: Partial<Axes>): Cell[] => cellsOf({ ...BASE, ...part });
  return [
    ...axes({
      rate: [1, 5, 20, 100],
      rtt: [10, 100, 300],
      queue: [20, 100, 400],
      loss: [0, 0.02, 0.1, 0.2, 0.3],
    }),
    ...axes({ rate: [500], rtt: [10, 100] }),
    ...axes({ way: ['down'], rate: [5, 20, 100], rtt: [20, 100] }),
    ...axes({ conn: [2, 4] }),
    ...axes({ mode: ['fast2', 'fast', 'normal'] }),
    ...axes({ window: [256, 1024] }),
    ...axes({ fec: ['0+0', '3+2', '5+5', '20+5', '70+30'] }),
    ...axes({ burst: [4, 16], loss: [0.02, 0.1, 0.2] }),
    ...axes({ jitter: [5, 15] }),
    ...axes({ reader: [0.5] }),
  ];
}

/** What is said of a cell: its line, and what is not as in `BASE`. */
export function nameOf(cell: Cell): string {
  const {
    rate,
    rtt,
    queue,
    loss = 0,
    burst = 1,
    jitter = 0,
    way,
    conn = 1,
    cubic = 0,
    reader,
    client = {},
  } = cell;
  return [
    `${rate} Mbit/s, ${rtt} ms, queue ${queue}, loss ${loss}`,
    ...(way === 'up' ? [] : [way]),
    ...(burst === 1 ? [] : [`bursts of ${burst}`]),
    ...(jitter === 0 ? [] : [`jitter ${jitter}`]),
    ...(conn === 1 ? [] : [`conn ${conn}`]),
    ...(cubic === 0 ? [] : [`${cubic} beside it`]),
    ...(reader === undefined ? [] : [`a reader of ${(reader / 125_000).toFixed(0)} Mbit/s`]),
    ...(client.mode === BASE.mode[0] ? [] : [client.mode]),
    ...((client.sndwnd ?? 0) >= BASE.window[0] ? [] : [`windows ${client.sndwnd}`]),
    ...(client.datashard === 10 && client.parityshard === 3
      ? []
      : [`FEC ${client.datashard}+${client.parityshard}`]),
    ...(client.pace === BASE.pace[0] ? [] : [`pace ${client.pace}`]),
  ].join(', ');
}
