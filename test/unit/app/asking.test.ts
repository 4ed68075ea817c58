import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Notifications } from '../../../shared/api.ts';
import { diagnosisOf, type TunnelState } from '../../../shared/state.ts';
import { EngineError } from '../../../src-main/engine/errors.ts';
import { appCore, openWindow, temporaryFolder } from '../../support/app-core.ts';
import { probeReport, silentReport } from '../../support/probe-double.ts';
import { downLink, engineSnapshot } from '../../support/snapshots.ts';

let app: ReturnType<typeof appCore>;
let client: ReturnType<typeof openWindow>['client'];

beforeEach(() => {
  vi.useFakeTimers({
    now: 1_000_000,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
  });
  app = appCore(temporaryFolder());
  ({ client } = openWindow(app.core));
});
afterEach(async () => {
  await app.core.close();
  app.remove();
  vi.useRealTimers();
});

const create = async (options = {}): Promise<string> => {
  const made = { remoteaddr: 'vps:29900', key: 'hunter2', crypt: 'aes', smuxver: 2, ...options };
  return (await client.request('profiles.create', { name: 'one', options: made })).id;
};
const stateOf = async (id: string): Promise<TunnelState> =>
  (await client.request('snapshot')).tunnels.find((one) => one.id === id)!.state;
/** Promises that have settled are followed. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await null;
};
/** The tunnel dials, and nothing answers. */
const unanswered = (): void => {
  const links = [downLink({ unanswered: true })];
  app.workers.at(-1)!.report({ snapshot: engineSnapshot(Date.now(), {}, { links }) });
};

describe('a tunnel in trouble', () => {
  it('asks the server by itself, once, and shows what is true with its remedy', async () => {
    const id = await create();
    await client.request('tunnels.start', { id });
    unanswered();
    unanswered();
    expect(app.probes.asked).toHaveLength(1);
    const [{ target, setup, answer }] = app.probes.asked;
    expect(target).toMatchObject({ key: 'hunter2', depth: 'all', remote: { host: 'vps', minPort: 29900 } });
    expect(target.crypts[0]).toBe('aes');
    expect(target.crypts).toContain('aes-128');
    expect(await stateOf(id)).toMatchObject({ diagnosis: { code: 'no-answer' } });

    setup.onProgress!({ stage: 'measuring', report: probeReport({ found: { crypt: 'aes-128' } }) });
    const diagnosis = { code: 'other-crypt', theirs: 'aes-128', fix: { crypt: 'aes-128' } };
    expect(await stateOf(id)).toMatchObject({ kind: 'connecting', diagnosis });
    answer(probeReport());
    await settle();
    expect(await stateOf(id)).toMatchObject({ diagnosis: { fix: { crypt: 'aes-128', smuxver: 1 } } });
    unanswered();
    expect(app.probes.asked).toHaveLength(1);
    expect(JSON.stringify(app.log.tail(undefined, 100))).not.toContain('hunter2');

    await client.request('profiles.update', {
      id,
      patch: { options: { remoteaddr: 'vps:29900', crypt: 'aes-128', key: 'hunter2' } },
    });
    const restarted = client.request('tunnels.restart', { id });
    await settle();
    await restarted;
    expect(await stateOf(id)).toMatchObject({ kind: 'starting' });
    app.workers.at(-1)!.connect();
    expect(await stateOf(id)).toMatchObject({ kind: 'connected' });
  });

  it('asks the spare server that is in use, with what that has of its own', async () => {
    const spares = [{ id: 's', options: { remoteaddr: 'spare:1', key: 'swordfish', crypt: 'xtea' } }];
    const options = { remoteaddr: 'vps:29900', key: 'hunter2', crypt: 'aes' };
    const { id } = await client.request('profiles.create', { name: 'one', options, spares });
    await client.request('tunnels.start', { id });
    expect(app.workers.at(-1)!.spec).toMatchObject({ spares: [spares[0].options] });
    unanswered();
    const used = { index: 1, remote: 'spare:1', moved: { from: 'vps:29900', why: 'dead' as const } };
    const report = { ...engineSnapshot(Date.now(), {}, { links: [downLink({ unanswered: true })] }), used };
    app.workers.at(-1)!.report({ snapshot: report });
    expect(await stateOf(id)).toMatchObject({ server: used, diagnosis: { code: 'no-answer' } });
    expect(app.probes.asked.map(({ target }) => target)).toMatchObject([
      { key: 'hunter2', remote: { host: 'vps' } },
      { key: 'swordfish', remote: { host: 'spare' } },
    ]);
    // what the first has told is nothing to this one
    app.probes.asked[0].answer(probeReport({ found: { crypt: 'aes-128' } }));
    await settle();
    expect(await stateOf(id)).toMatchObject({ diagnosis: { code: 'no-answer' } });
    app.probes.asked[1].answer(probeReport({ found: { crypt: 'tea' } }));
    await settle();
    expect(await stateOf(id)).toMatchObject({ diagnosis: { code: 'other-crypt', fix: { crypt: 'tea' } } });
    void client.request('tunnels.ping', { ids: [id] });
    await settle();
    expect(app.probes.asked.at(-1)!.target).toMatchObject({ key: 'swordfish', remote: { host: 'spare' } });
  });

  it('remembers the smux version that was learned, and hands out a number that is true', async () => {
    const id = await create({ smuxver: 0 });
    const exported = async (): Promise<unknown> => {
      const [{ text }] = await client.request('profiles.export', { ids: [id] });
      return (JSON.parse(text) as { smuxver: unknown }).smuxver;
    };
    expect(await exported()).toBe(2);
    await client.request('tunnels.start', { id });
    const learned = { 'vps:29900': 1 as const };
    app.workers.at(-1)!.report({ snapshot: { ...engineSnapshot(Date.now()), learned } });
    expect(await exported()).toBe(1);
    const { command } = await client.request('profiles.serverCommand', { id });
    expect(command).toContain('--smuxver 1');
    const restarted = client.request('tunnels.restart', { id });
    await settle();
    await restarted;
    expect(app.workers.at(-1)!.spec).toMatchObject({ options: { smuxver: 0 }, learned });
    // no other version is a fault of the profile
    app.workers.at(-1)!.connect();
    app.probes.asked.at(-1)!.answer(probeReport({ found: { crypt: 'aes', smuxver: 2, nocomp: false } }));
    await settle();
    expect(await stateOf(id)).toMatchObject({ kind: 'connected' });
  });

  it('remembers what Find settings has learned, too', async () => {
    const args = { id: 'p', remoteaddr: 'vps:29900', key: 'k' };
    const asking = client.request('probe.run', args);
    await settle();
    app.probes.asked.at(-1)!.answer(probeReport({ found: { crypt: 'aes', smuxver: 1 } }));
    await asking;
    const id = await create({ smuxver: 0 });
    await client.request('tunnels.start', { id });
    expect(app.workers.at(-1)!.spec).toMatchObject({ learned: { 'vps:29900': 1 } });
  });

  it('shows a session that is up and that nothing can pass as in trouble', async () => {
    const id = await create();
    await client.request('tunnels.start', { id });
    unanswered();
    app.probes.asked[0].answer(probeReport({ found: { ...probeReport().found, crypt: 'aes' } }));
    await settle();
    app.workers[0].connect();
    expect(await stateOf(id)).toMatchObject({ kind: 'degraded', why: { code: 'other-smux', theirs: 1 } });
  });

  it.each([
    [29901, '203.0.113.9', 'other-port'],
    [29900, '203.0.113.10', 'other-address'],
  ])(
    'stays connected where another way than its own is dead (%i at %s), with a quiet notice',
    async (port, address, code) => {
      const id = await create({ remoteaddr: 'vps:29900-29901' });
      await client.request('tunnels.start', { id });
      app.workers[0].connect();
      const report = probeReport({ found: { ...probeReport().found, crypt: 'aes', smuxver: 2 } });
      report.endpoints.push({ address, port, heard: 'silent' });
      app.probes.asked[0].answer(report);
      await settle();
      const state = await stateOf(id);
      expect(state).toMatchObject({ kind: 'connected', notice: { code } });
      expect(diagnosisOf(state)).toBeNull();
    },
  );

  it.each([
    [silentReport('refused'), 'nobody-listens'],
    [silentReport('silent', true), 'key-refused'],
    [silentReport('silent'), 'nothing-returns'],
  ])('says what a silence means', async (report, code) => {
    const id = await create();
    await client.request('tunnels.start', { id });
    unanswered();
    app.probes.asked[0].answer(report);
    await settle();
    expect(await stateOf(id)).toMatchObject({ diagnosis: { code } });
  });

  it('is asked about once when it first comes up, with its own crypt alone, though it shows no trouble', async () => {
    const id = await create();
    await client.request('tunnels.start', { id });
    const [worker] = app.workers;
    worker.connect();
    worker.tick();
    expect(app.probes.asked).toHaveLength(1);
    expect(app.probes.asked[0].target.crypts).toEqual(['aes']);
    app.probes.asked[0].answer(
      probeReport({ found: { ...probeReport().found, crypt: 'aes', nocomp: true } }),
    );
    await settle();
    expect(await stateOf(id)).toMatchObject({ kind: 'degraded', why: { code: 'other-compression' } });
    expect(app.probes.asked).toHaveLength(1);
  });

  it('stops asking when it is switched off, and begins anew when it is switched on', async () => {
    const id = await create();
    await client.request('tunnels.start', { id });
    unanswered();
    const [first] = app.probes.asked;
    await client.request('tunnels.stop', { id });
    expect(first.setup.signal!.aborted).toBe(true);
    first.answer(silentReport('refused'));
    await client.request('tunnels.start', { id });
    unanswered();
    expect(await stateOf(id)).toMatchObject({ diagnosis: { code: 'no-answer' } });
    expect(app.probes.asked).toHaveLength(2);
  });
});

describe('a window', () => {
  it('asks a server, hears of what is learned, and can stop', async () => {
    const told: Notifications['probe'][] = [];
    client.on('probe', (news) => told.push(news));
    const asked = { id: 'form', remoteaddr: 'vps:1', key: 'k', crypt: 'tea' } as const;
    const running = client.request('probe.run', asked);
    await settle();
    const [{ target, setup, answer }] = app.probes.asked;
    expect(target.crypts[0]).toBe('tea');
    setup.onProgress!({ stage: 'waiting', report: probeReport() });
    expect(told).toEqual([{ id: 'form', stage: 'waiting', report: probeReport() }]);
    await client.request('probe.stop', { id: 'form' });
    expect(setup.signal!.aborted).toBe(true);
    answer(probeReport());
    expect(await running).toEqual(probeReport());
  });

  it('is told what cannot be asked', async () => {
    await expect(client.request('probe.run', { id: 'x', remoteaddr: 'vps', key: 'k' })).rejects.toMatchObject(
      {
        code: 'bad-argument',
        fields: [{ field: 'remoteaddr' }],
      },
    );
    const running = client.request('probe.run', { id: 'x', remoteaddr: 'nowhere.example:1', key: 'k' });
    await settle();
    app.probes.asked[0].fail(new EngineError('resolve-failed', 'cannot resolve'));
    await expect(running).rejects.toMatchObject({ code: 'not-resolved' });
  });

  it('measures how far a server is that no tunnel has', async () => {
    const asked = { remoteaddr: 'vps:29900', key: 'hunter2', crypt: 'tea' } as const;
    const pinged = client.request('probe.ping', asked);
    await settle();
    const { target, answer } = app.probes.asked[0];
    expect(target).toMatchObject({ depth: 'ping', crypts: ['tea'], key: 'hunter2', remote: { host: 'vps' } });
    answer(probeReport());
    expect(await pinged).toEqual({ at: 1_000_000, rtt: 42, loss: 0.02 });
    await expect(client.request('probe.ping', { ...asked, remoteaddr: 'vps' })).rejects.toMatchObject({
      code: 'bad-argument',
    });
  });

  it('asks a few at a time, however many an import has', async () => {
    const asked = { key: 'hunter2', crypt: 'tea' } as const;
    const pinged = Array.from({ length: 100 }, (_, i) =>
      client.request('probe.ping', { ...asked, remoteaddr: `host${i}:29900` }),
    );
    for (let i = 0; i < pinged.length; i++) {
      await settle();
      expect(app.probes.asked).toHaveLength(Math.min(i + 8, pinged.length));
      app.probes.asked[i].answer(probeReport());
    }
    expect(await Promise.all(pinged)).toHaveLength(100);
  });

  it('has servers measured: all, or some, and every few minutes where that is wanted', async () => {
    const id = await create();
    const other = await create({ localaddr: '127.0.0.1:2000' });
    const pinged = client.request('tunnels.ping', {});
    await settle();
    expect(app.probes.asked.map(({ target }) => target)).toMatchObject([
      { depth: 'ping', crypts: ['aes'] },
      { depth: 'ping' },
    ]);
    app.probes.asked[0].answer(probeReport());
    app.probes.asked[1].answer(silentReport('silent'));
    await pinged;
    const { tunnels } = await client.request('snapshot');
    expect(tunnels.find((one) => one.id === id)!.pings).toEqual([{ at: 1_000_000, rtt: 42, loss: 0.02 }]);
    expect(tunnels.find((one) => one.id === other)!.pings).toEqual([
      { at: 1_000_000, rtt: null, loss: null },
    ]);

    await client.request('settings.update', { pings: true });
    await settle();
    expect(app.probes.asked).toHaveLength(4);
    app.probes.asked[2].answer(probeReport());
    app.probes.asked[3].answer(probeReport());
    await vi.advanceTimersByTimeAsync(5 * 60_000);
    expect(app.probes.asked).toHaveLength(6);
    await client.request('settings.update', { pings: false });
    await vi.advanceTimersByTimeAsync(20 * 60_000);
    expect(app.probes.asked).toHaveLength(6);
  });
});
