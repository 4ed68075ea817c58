import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineError } from '../../../src-main/engine/errors.ts';
import type { EngineEvent } from '../../../src-main/engine/events.ts';
import { type Port, type RunningEngine, runEngine } from '../../../src-main/tunnels/engine-runner.ts';
import type { FromWorker, Report } from '../../../src-main/tunnels/messages.ts';
import type { StreamSnapshot } from '../../../shared/snapshot.ts';
import { engineSnapshot, streamSnapshot } from '../../support/snapshots.ts';

class PortDouble extends EventEmitter implements Port {
  readonly sent: FromWorker[] = [];
  closed = false;
  postMessage(message: FromWorker): void {
    this.sent.push(message);
  }
  close(): void {
    this.closed = true;
  }
  get reports(): Report[] {
    return this.sent.filter((message) => message.kind === 'report');
  }
}

const closedStream = (i: number): EngineEvent => ({
  kind: 'stream-closed',
  in: '127.0.0.1:5',
  out: 'a:1',
  stream: streamSnapshot(`1:${i}`),
  reason: null,
});

async function running(quiet = false) {
  const port = new PortDouble();
  const calls: string[] = [];
  const streams: StreamSnapshot[] = [];
  const engine: RunningEngine = {
    snapshot: () => engineSnapshot(Date.now(), {}, { streams }),
    redialAll: () => void calls.push('redial'),
    close: async () => void calls.push('close'),
  };
  let say: (event: EngineEvent) => void = () => undefined;
  await runEngine(
    port,
    async (onEvent) => {
      say = onEvent;
      return engine;
    },
    quiet,
  );
  return { port, calls, streams, say: (event: EngineEvent) => say(event) };
}

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

describe('runEngine', () => {
  it('reports at once, and then once a second', async () => {
    const { port } = await running();
    expect(port.reports.map(({ tick }) => tick)).toEqual([false]);
    vi.advanceTimersByTime(3000);
    expect(port.reports.map(({ tick }) => tick)).toEqual([false, true, true, true]);
  });

  it('tells a change of state early, gathering what comes with it', async () => {
    const { port, say } = await running();
    say({ kind: 'dialling', remote: 'a:1' });
    say({ kind: 'up', remote: 'a:1', conv: 7 });
    vi.advanceTimersByTime(20);
    expect(port.reports).toHaveLength(2);
    expect(port.reports[1].lines.map(({ text }) => text)).toEqual([
      'dialling: a:1',
      'session up: a:1 conv: 7',
    ]);
  });

  it('keeps streams for the report of the second, and bounds their lines', async () => {
    const { port, say } = await running();
    for (let i = 0; i < 600; i++) say(closedStream(i));
    vi.advanceTimersByTime(900);
    expect(port.reports).toHaveLength(1);
    vi.advanceTimersByTime(100);
    expect(port.reports[1].closed).toHaveLength(500);
    expect(port.reports[1].lines).toHaveLength(501);
    expect(port.reports[1].lines.at(-1)!.text).toContain('100');
    vi.advanceTimersByTime(1000);
    expect(port.reports[2]).toMatchObject({ closed: [], lines: [] });
  });

  it('leaves out the lines of streams where it shall be quiet, and nothing else', async () => {
    const { port, say } = await running(true);
    say(closedStream(1));
    say({ kind: 'refused', in: '127.0.0.1:5', reason: 'no session' });
    vi.advanceTimersByTime(1000);
    expect(port.reports[1].lines.map(({ text }) => text)).toEqual(['refused in: 127.0.0.1:5 no session']);
    expect(port.reports[1].closed).toHaveLength(1);
  });

  it('counts the bytes of connections that are open and of those that have closed', async () => {
    const { port, say, streams } = await running();
    streams.push(streamSnapshot('1:3', { sent: 10, received: 100 }));
    const stream = streamSnapshot('1:5', { sent: 7, received: 70 });
    for (let i = 0; i < 600; i++) say({ ...closedStream(5), stream } as EngineEvent);
    vi.advanceTimersByTime(1000);
    expect(port.reports[1].traffic).toEqual({ sent: 10 + 600 * 7, received: 100 + 600 * 70 });
    streams.length = 0;
    vi.advanceTimersByTime(1000);
    expect(port.reports[2].traffic).toEqual({ sent: 600 * 7, received: 600 * 70 });
  });

  it('redials and closes when told, and reports no more', async () => {
    const { port, calls } = await running();
    port.emit('message', { kind: 'redial' });
    port.emit('message', { kind: 'close' });
    port.emit('message', { kind: 'close' });
    await vi.advanceTimersByTimeAsync(5000);
    expect(calls).toEqual(['redial', 'close']);
    expect(port.sent.at(-1)).toEqual({ kind: 'closed' });
    expect(port.closed).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('closes an engine that was told to close before it had started', async () => {
    const port = new PortDouble();
    const close = vi.fn(async () => undefined);
    let started: (engine: RunningEngine) => void = () => undefined;
    const run = runEngine(port, () => new Promise((resolve) => (started = resolve)));
    port.emit('message', { kind: 'close' });
    started({ snapshot: () => engineSnapshot(0), redialAll: () => undefined, close });
    await run;
    expect(close).toHaveBeenCalledOnce();
    expect(port.sent.at(-1)).toEqual({ kind: 'closed' });
  });

  it('says why an engine did not start', async () => {
    const port = new PortDouble();
    await runEngine(port, () => Promise.reject(new EngineError('port-in-use', 'port 1 is in use')));
    expect(port.sent).toEqual([{ kind: 'failed', code: 'port-in-use', message: 'port 1 is in use' }]);
    expect(port.closed).toBe(true);
  });
});
