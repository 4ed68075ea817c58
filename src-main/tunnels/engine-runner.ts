import { EngineError } from '../engine/errors.ts';
import { describeEvent, type EngineEvent } from '../engine/events.ts';
import type { StreamSnapshot } from '../../shared/snapshot.ts';
import type { Engine } from '../engine/index.ts';
import { isStreamEvent, levelOf, movesState } from './engine-events.ts';
import type { FromWorker, ToWorker, Traffic, WorkerLine } from './messages.ts';

/** What is asked of a client or a server. */
export type RunningEngine = Pick<Engine, 'snapshot' | 'redialAll' | 'close'>;

/** The worker's end of its port. */
export interface Port {
  postMessage(message: FromWorker): void;
  on(event: 'message', listener: (message: ToWorker) => void): unknown;
  /** lets the worker end once nothing else keeps it */
  close(): void;
}

const TICK_MS = 1000;
/** A change of state is told so soon; what happens meanwhile goes with it. */
const EARLY_MS = 20;
/** Lines and closed connections told a second; the rest is counted in one line. */
const MOST_A_REPORT = 500;

/** Runs one engine until it is told to close, reporting once a second, and early when its state changes. */
export async function runEngine(
  port: Port,
  start: (onEvent: (event: EngineEvent) => void) => Promise<RunningEngine>,
  /** leaves out the lines of streams, as kcptun's option of that name */
  quiet = false,
): Promise<void> {
  let closed: StreamSnapshot[] = [];
  let lines: WorkerLine[] = [];
  let dropped = 0;
  /** of the connections that have closed */
  const past: Traffic = { sent: 0, received: 0 };
  let engine: RunningEngine | undefined;
  let early: NodeJS.Timeout | undefined;

  const report = (tick: boolean): void => {
    if (!engine) return;
    clearTimeout(early);
    early = undefined;
    if (dropped > 0) lines.push({ at: Date.now(), level: 'info', text: `… and ${dropped} lines more` });
    const snapshot = engine.snapshot();
    const traffic = { ...past };
    for (const { sent, received } of snapshot.streams) {
      traffic.sent += sent;
      traffic.received += received;
    }
    port.postMessage({ kind: 'report', tick, snapshot, traffic, closed, lines });
    [closed, lines, dropped] = [[], [], 0];
  };
  const onEvent = (event: EngineEvent): void => {
    if (!quiet || !isStreamEvent(event)) {
      if (lines.length < MOST_A_REPORT) {
        lines.push({ at: Date.now(), level: levelOf(event), text: describeEvent(event) });
      } else dropped++;
    }
    if (event.kind === 'stream-closed') {
      past.sent += event.stream.sent;
      past.received += event.stream.received;
      if (closed.length < MOST_A_REPORT) closed.push(event.stream);
    }
    if (movesState(event)) early ??= setTimeout(report, EARLY_MS, false);
  };

  let closing = false;
  const ticks = setInterval(report, TICK_MS, true);
  const close = async (): Promise<void> => {
    closing = true;
    if (!engine) return;
    clearInterval(ticks);
    clearTimeout(early);
    await engine.close();
    report(false);
    port.postMessage({ kind: 'closed' });
    port.close();
  };
  port.on('message', (message) => {
    if (message.kind === 'redial') engine?.redialAll();
    else if (!closing) void close();
  });

  try {
    engine = await start(onEvent);
  } catch (error) {
    clearInterval(ticks);
    const code = error instanceof EngineError ? error.code : 'internal';
    port.postMessage({
      kind: 'failed',
      code,
      message: error instanceof Error ? error.message : String(error),
    });
    port.close();
    return;
  }
  if (closing) return close();
  report(false);
}
