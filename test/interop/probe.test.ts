import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { CRYPT_INFO, CRYPTS, type CryptName } from '../../shared/crypts.ts';
import type { ProbeReport } from '../../shared/probe.ts';
import { probe } from '../../src-main/engine/probe/probe.ts';
import { SystemWorld } from '../../src-main/engine/runtime/system-world.ts';
import { systemNetwork } from '../../src-main/engine/transport/network.ts';
import { BUNDLE, debianIsHere, KEY, startServer } from '../support/peers.ts';
import { Process } from '../support/process.ts';
import { RelayProcess } from '../support/relay-process.ts';
import { until } from '../support/until.ts';

interface Server {
  crypt: CryptName;
  datashard: number;
  parityshard: number;
  smuxver: 1 | 2;
  nocomp: boolean;
  keepalive: number;
}

/** Debian's release has all but the two of the newest. */
const DEBIAN_CRYPTS = CRYPTS.filter((name) => CRYPT_INFO[name].since !== 'newest');
const SHAPES = [
  [10, 3],
  [5, 5],
  [3, 2],
  [0, 0],
  [20, 10],
] as const;

/** Thirty servers, every crypt among them, and every shape with both smux versions, with and without compression. */
const SERVERS: Server[] = Array.from({ length: 30 }, (_, i) => {
  const [datashard, parityshard] = SHAPES[i % SHAPES.length];
  const round = Math.floor(i / SHAPES.length);
  return {
    crypt: DEBIAN_CRYPTS[i % DEBIAN_CRYPTS.length],
    datashard,
    parityshard,
    smuxver: round % 2 === 0 ? 1 : 2,
    nocomp: round % 3 === 1,
    keepalive: (i + round) % 2 === 0 ? 5 : 10,
  };
});
/** so many at once: each waits most of its time for a heartbeat */
const AT_ONCE = 10;
const APART_MS = 400;

const ask = (port: number, key = KEY): Promise<ProbeReport> =>
  probe({
    remote: { host: '127.0.0.1', minPort: port, maxPort: port },
    key,
    crypts: CRYPTS,
    depth: 'all',
    world: new SystemWorld(),
    network: systemNetwork(),
  });

/** Runs `one` for each, a few at a time. */
async function inParallel<T>(items: readonly T[], one: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const work = async (_: unknown, worker: number): Promise<void> => {
    // a server that comes up has the processor for itself, and keeps nobody's answer waiting
    await wait(worker * APART_MS);
    while (next < items.length) await one(items[next++]);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** A target on which nobody may knock, and a folder for the servers' counters. */
class Stage implements AsyncDisposable {
  connections = 0;
  readonly #target = createServer((socket) => {
    this.connections++;
    socket.destroy();
  });
  folder = '';

  async open(): Promise<this> {
    this.#target.listen(0, '127.0.0.1');
    await once(this.#target, 'listening');
    this.folder = await mkdtemp(join(tmpdir(), 'kcptun-probe-'));
    return this;
  }
  get target(): string {
    return `127.0.0.1:${(this.#target.address() as { port: number }).port}`;
  }
  async [Symbol.asyncDispose](): Promise<void> {
    this.#target.close();
    await rm(this.folder, { recursive: true });
  }
}

/** The server's own count of datagrams that it could not open, in the last line of its log of counters. */
function checksumErrors(path: string): number | undefined {
  if (!existsSync(path)) return undefined;
  const [names, ...rows] = readFileSync(path, 'utf8').trim().split('\n');
  const count = rows.at(-1)?.split(',')[names.split(',').indexOf('InCsumErrors')];
  return count === undefined ? undefined : Number(count);
}

/** The machine may be busy with other tests. */
const BUSY_MS = 150;
const name = (server: Server): string =>
  `${server.crypt} ${server.datashard}+${server.parityshard} smux ${server.smuxver} ${server.nocomp ? 'nocomp' : 'comp'} keepalive ${server.keepalive}`;
const times = ({ answeredMs, tookMs, sent, unopened, family, line }: ProbeReport): string =>
  `first ${answeredMs?.toFixed(0)} ms, all ${tookMs.toFixed(0)} ms, ${sent} sent (${unopened} unopened), ${family}, rtt ${line.rtt?.min.toFixed(0)}, loss ${line.loss?.toFixed(2)}`;

describe.skipIf(!debianIsHere)("a probe of Debian's server", () => {
  it('finds everything of thirty, in time, and opens nothing', async () => {
    await using stage = await new Stage().open();
    let count = 0;
    // the first in a process loads the kernel
    await ask(1);
    await inParallel(SERVERS, async ({ crypt, ...rest }) => {
      // its name is a layout of Go's time: no digits
      const snmplog = join(stage.folder, 'x'.repeat(++count));
      const flags = { ...rest, crypt, target: stage.target, snmplog, snmpperiod: 1, rcvwnd: 700 };
      await using server = await startServer('debian', flags);
      const report = await ask(server.port);
      console.log(name({ crypt, ...rest }), times(report));
      expect(report.found, name({ crypt, ...rest })).toEqual({ crypt, ...rest, rcvwnd: 700 });
      expect([null, '2021', 'newest']).toContain(report.family);
      expect(report.answeredMs).toBeLessThan(2 * report.line.rtt!.median + 100 + BUSY_MS);
      expect(report.tookMs).toBeLessThan(rest.keepalive * 1000 + 2000);
      expect(report.sent).toBeLessThanOrEqual(200);
      expect(report.line).toMatchObject({ mtu: 1500 });
      const errors = await until('the counters', () => checksumErrors(snmplog), 5000);
      expect(errors).toBeLessThanOrEqual(report.unopened);
      await server.stop('SIGKILL');
    });
    expect(stage.connections).toBe(0);
  });

  it('finds it at 200 ms with a tenth lost each way', async () => {
    await using stage = await new Stage().open();
    await inParallel(SERVERS, async ({ crypt, ...rest }) => {
      await using server = await startServer('debian', { ...rest, crypt, target: stage.target });
      await using relay = await RelayProcess.start(server.port, { delay: 100, loss: 0.1 });
      const report = await ask(relay.port);
      console.log('bad line:', name({ crypt, ...rest }), times(report));
      expect(report.found, name({ crypt, ...rest })).toEqual({ crypt, ...rest, rcvwnd: 1024 });
      expect(report.sent).toBeLessThanOrEqual(200);
      expect(report.tookMs).toBeLessThan(rest.keepalive * 1000 + 2000 + BUSY_MS);
      expect(report.line.rtt!.min).toBeGreaterThan(190);
      await server.stop('SIGKILL');
    });
    expect(stage.connections).toBe(0);
  });

  it('tells a wrong key from a dead port', async () => {
    await using stage = await new Stage().open();
    await using server = await startServer('debian', { target: stage.target });
    const wrong = await ask(server.port, 'another key');
    expect(wrong).toMatchObject({ answered: null, endpoints: [{ heard: 'silent' }], refusesOthers: true });
    await server.stop('SIGKILL');
    const dead = await ask(server.port);
    expect(dead).toMatchObject({ answered: null, endpoints: [{ heard: 'refused' }] });
    expect(dead.tookMs).toBeLessThan(1500);
  });
});

describe.skipIf(!debianIsHere)('kcptun probe', () => {
  const run = (...args: string[]): Process => new Process(process.execPath, [BUNDLE, 'probe', ...args]);

  it('prints JSON of what it found, or ends with status 1 or 2', async () => {
    await using stage = await new Stage().open();
    const flags = { target: stage.target, crypt: 'tea', ds: 5, ps: 5, nocomp: true, keepalive: 5 };
    await using server = await startServer('debian', flags);
    const address = `127.0.0.1:${server.port}`;
    const startedAt = performance.now();
    const found = run('--json', '--key', KEY, address);
    expect(await found.exited).toMatchObject({ code: 0 });
    expect(performance.now() - startedAt).toBeLessThan(7000 + 1000);
    expect(JSON.parse(found.output)).toMatchObject({
      found: { crypt: 'tea', datashard: 5, parityshard: 5, nocomp: true, smuxver: 1, keepalive: 5 },
      line: { loss: 0, mtu: 1500 },
    });
    const nothing = run('--key', 'another key', '--crypt', 'aes,tea', address);
    expect(await nothing.exited).toMatchObject({ code: 1 });
    expect(nothing.output).toContain('somebody listens');
    expect(await run('--crypt', 'rot13', address).exited).toMatchObject({ code: 2 });
    for (const { output } of [found, nothing]) expect(output).not.toContain(KEY);
    await server.stop('SIGKILL');
  });
});
