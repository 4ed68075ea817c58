import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, vi } from 'vitest';
import { zeroCounters } from '../../../shared/counters.ts';
import { ApiError } from '../../../shared/errors.ts';
import { serveApi } from '../../../shared/api-server.ts';
import { lockFolder } from '../../../src-main/app/folder-lock.ts';
import { LogBook } from '../../../src-main/app/log-book.ts';
import { NetworkWatch } from '../../../src-main/app/network-watch.ts';
import { RotatingFile } from '../../../src-main/app/rotating-file.ts';
import { DemoTraffic } from '../../../src-main/app/demo-traffic.ts';
import { type ConfFile, openConf } from '../../../src-main/store/conf-file.ts';
import { startSnmpLog } from '../../../src-main/tunnels/snmp-log.ts';
import { appCore, openWindow, temporaryFolder } from '../../support/app-core.ts';
import { type Fault, fault, tcpServers, testFaults } from '../../support/faults.ts';
import { until } from '../../support/until.ts';
import { WorkerDouble } from '../../support/worker-double.ts';

let folder = '';
const toClose: (() => unknown)[] = [];
beforeEach(() => void (folder = temporaryFolder()));
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
  rmSync(folder, { recursive: true, force: true });
  vi.restoreAllMocks();
});

/** A settings file on a disk that can be full. */
function fillableConf(): ConfFile & { full: string | null } {
  const conf = openConf(folder);
  return {
    full: null,
    path: conf.path,
    get store() {
      return conf.store;
    },
    set store(value) {
      if (this.full) throw fault(this.full);
      conf.store = value;
    },
  };
}

/** An app with tunnels `a` and `b`, of which `b` is on and connected, and a window. */
async function app(
  ...seams: Parameters<typeof appCore> extends [unknown, unknown?, unknown?, (infer S)?] ? [S?] : never
) {
  const made = appCore(folder, {}, null, seams[0]);
  toClose.push(() => made.core.close());
  const { client } = openWindow(made.core);
  const create = (name: string) =>
    client.request('profiles.create', { name, options: { remoteaddr: 'example.com:29900', key: 'hunter2' } });
  const [a, b] = [await create('a'), await create('b')];
  await client.request('tunnels.start', { id: b.id });
  const stateOf = async (id: string) =>
    (await client.request('snapshot')).tunnels.find((one) => one.id === id)?.state.kind;
  const errors = () =>
    made.log.tail(undefined, 100).flatMap(({ level, text }) => (level === 'error' ? [text] : []));
  return { ...made, client, a, b, stateOf, errors };
}

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof ApiError ? error.code : String(error)),
  );

const FAULTS: Fault[] = [
  // the disk
  {
    what: 'ENOSPC when a tunnel is switched on',
    told: ['not remembered for the next start: the settings file: ENOSPC: injected'],
    goesOn: { request: 'no error', a: 'starting', b: 'starting', remembered: 2 },
    async inject() {
      const conf = fillableConf();
      const { client, a, b, stateOf, errors, store } = await app({ conf });
      conf.full = 'ENOSPC';
      const request = await codeOf(client.request('tunnels.start', { id: a.id }));
      conf.full = null;
      const told = errors();
      await client.request('tunnels.start', { id: b.id });
      const states = { a: await stateOf(a.id), b: await stateOf(b.id) };
      return { told, goesOn: { request, ...states, remembered: store.running.length } };
    },
  },
  {
    what: 'EACCES when a tunnel is switched off',
    told: ['not remembered for the next start: the settings file: EACCES: injected'],
    goesOn: { request: 'no error', a: 'starting', b: 'off', asked: ['close'] },
    async inject() {
      const conf = fillableConf();
      const { client, a, b, stateOf, errors, workers } = await app({ conf });
      await client.request('tunnels.start', { id: a.id });
      conf.full = 'EACCES';
      const request = await codeOf(client.request('tunnels.stop', { id: b.id }));
      const asked = workers[0].received.map(({ kind }) => kind);
      return { told: errors(), goesOn: { request, a: await stateOf(a.id), b: await stateOf(b.id), asked } };
    },
  },
  {
    what: 'ENOSPC when the app starts and ends',
    told: Array.from(
      { length: 2 },
      () => 'not remembered for the next start: the settings file: ENOSPC: injected',
    ),
    goesOn: 1,
    async inject() {
      await (await app()).core.close();
      const conf = fillableConf();
      conf.full = 'ENOSPC';
      const again = appCore(folder, {}, null, { conf });
      again.core.restore();
      const goesOn = again.workers.length;
      await again.core.close();
      return {
        told: again.log
          .tail(undefined, 100)
          .filter(({ level }) => level === 'error')
          .map(({ text }) => text),
        goesOn,
      };
    },
  },
  {
    what: 'ENOSPC when the app starts and could keep a key better',
    told: 'storage-failed',
    goesOn: { key: 'hunter2', file: 'as it was' },
    async inject() {
      await (await app()).core.close();
      const conf = fillableConf();
      const before = readFileSync(conf.path, 'utf8');
      conf.full = 'ENOSPC';
      const backwards = (text: string) => [...text].reverse().join('');
      const again = appCore(folder, {}, { seal: backwards, open: backwards }, { conf });
      toClose.push(() => again.core.close());
      again.core.restore();
      const told = await codeOf(openWindow(again.core).client.request('settings.update', { language: 'en' }));
      const file = readFileSync(conf.path, 'utf8') === before ? 'as it was' : 'changed';
      return { told, goesOn: { key: again.workers[0]?.spec.options.key, file } };
    },
  },
  {
    what: 'ENOSPC when the passphrase is given, and could seal another key',
    told: 'no error',
    goesOn: ['hunter2', 'by hand'],
    async inject() {
      const { client, a, core } = await app();
      await client.request('tunnels.start', { id: a.id });
      await client.request('keys.setPassphrase', { passphrase: 'correct horse' });
      await core.close();
      const conf = fillableConf();
      const { profiles, ...rest } = conf.store as { profiles: { key: unknown }[] };
      conf.store = {
        ...rest,
        profiles: [profiles[0], { ...profiles[1], key: { by: 'plain', text: 'by hand' } }],
      };
      const again = appCore(folder, {}, null, { conf });
      toClose.push(() => again.core.close());
      again.core.restore();
      conf.full = 'ENOSPC';
      const told = await codeOf(
        openWindow(again.core).client.request('keys.unlock', { passphrase: 'correct horse' }),
      );
      return {
        told,
        goesOn: again.workers
          .map(({ spec }) => spec.options.key)
          .sort()
          .reverse(),
      };
    },
  },
  {
    what: 'ENOSPC when a setting and a profile are saved',
    told: ['storage-failed', 'storage-failed'],
    goesOn: {
      language: 'system',
      file: 'as it was',
      names: ['a', 'b'],
      b: 'starting',
      afterwards: 'no error',
    },
    async inject() {
      const conf = fillableConf();
      const { client, a, b, stateOf, store } = await app({ conf });
      const before = readFileSync(conf.path, 'utf8');
      conf.full = 'ENOSPC';
      const told = [
        await codeOf(client.request('settings.update', { language: 'zh-CN' })),
        await codeOf(client.request('profiles.update', { id: a.id, patch: { name: 'lost' } })),
      ];
      const { language } = store.settings;
      const names = store.profiles.map(({ name }) => name);
      const file = readFileSync(conf.path, 'utf8') === before ? 'as it was' : 'changed';
      conf.full = null;
      const afterwards = await codeOf(client.request('settings.update', { language: 'zh-CN' }));
      return { told, goesOn: { language, file, names, b: await stateOf(b.id), afterwards } };
    },
  },
  {
    what: 'a settings file that is no JSON',
    told: ['entry-set-aside'],
    goesOn: { copies: ['{"profiles": [{"na'], create: 'a,b' },
    async inject() {
      writeFileSync(join(folder, 'kcptun-desktop.json'), '{"profiles": [{"na');
      const { client } = await app();
      const { notices, profiles } = await client.request('snapshot');
      const copies = readdirSync(folder).filter((name) => name.includes('.broken-'));
      return {
        told: notices.map(({ code }) => code),
        goesOn: {
          copies: copies.map((name) => readFileSync(join(folder, name), 'utf8')),
          create: profiles.map(({ name }) => name).join(),
        },
      };
    },
  },
  {
    what: 'ENOSPC when the log is written',
    told: undefined,
    goesOn: { inMemory: ['first', 'second'], onDisk: ['second'] },
    only: 'linux',
    async inject() {
      const path = join(folder, 'logs', 'app.log');
      mkdirSync(join(folder, 'logs'));
      symlinkSync('/dev/full', path);
      const log = new LogBook(new RotatingFile(path));
      log.write('info', 'first');
      await log.file!.flush();
      rmSync(path);
      log.write('info', 'second');
      await log.file!.flush();
      const onDisk = readFileSync(path, 'utf8').trimEnd().split('\n');
      return {
        told: undefined,
        goesOn: {
          inMemory: log.tail(undefined, 9).map(({ text }) => text),
          onDisk: onDisk.map((line) => line.split(' ').at(-1)),
        },
      };
    },
  },
  {
    what: 'ENOSPC when the counters are written',
    told: ['ENOSPC: no space left on device, write'],
    goesOn: 2,
    only: 'linux',
    async inject() {
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
      toClose.push(() => vi.useRealTimers());
      const told: string[] = [];
      const path = join(folder, 'counters.csv');
      let opened = 0;
      const stop = startSnmpLog(
        { snmplog: path, snmpperiod: 1 },
        zeroCounters,
        ({ message }) => told.push(message),
        (name) => open(opened++ === 0 ? '/dev/full' : name, 'a'),
      );
      toClose.push(stop);
      vi.advanceTimersByTime(2000);
      const lines = (): number =>
        existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n').length : 0;
      await until('a line', () => lines() === 2);
      return { told, goesOn: lines() };
    },
  },
  // threads
  {
    what: 'an exception in a timer of a worker',
    told: ["the tunnel's worker died (in a timer), starting another in 1 s"],
    goesOn: { a: 'failed', b: 'starting', other: 'alive' },
    async inject() {
      const threads: Worker[] = [];
      const spawn = () => {
        const throws = threads.length === 1;
        const code = `require('worker_threads').parentPort.on('message', (m) => m.kind === 'close' && process.exit());
          if (${throws}) setTimeout(() => { throw new Error('in a timer') }, 1);`;
        const thread = new Worker(code, { eval: true });
        threads.push(thread);
        return thread;
      };
      const { client, a, b, stateOf, errors } = await app({ spawn });
      await client.request('tunnels.start', { id: a.id });
      await new Promise((resolve) => threads[1].once('exit', resolve));
      const states = { a: await stateOf(a.id), b: await stateOf(b.id) };
      return { told: errors(), goesOn: { ...states, other: threads[0].threadId > 0 ? 'alive' : 'dead' } };
    },
  },
  {
    what: 'no thread for a worker, at its start and when it is started again',
    told: [1, 2, 5].map(
      (s) => `the tunnel's worker died (ERR_WORKER_INIT_FAILED: injected), starting another in ${s} s`,
    ),
    goesOn: { request: 'no error', a: 'failed', b: 'starting', later: 'starting' },
    async inject() {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
      toClose.push(() => vi.useRealTimers());
      let fails = false;
      const { client, a, b, stateOf, errors } = await app({
        spawn: (spec) => {
          if (fails) throw fault('ERR_WORKER_INIT_FAILED');
          return new WorkerDouble(spec);
        },
      });
      fails = true;
      const request = await codeOf(client.request('tunnels.start', { id: a.id }));
      vi.advanceTimersByTime(1000);
      vi.advanceTimersByTime(2000);
      const states = { a: await stateOf(a.id), b: await stateOf(b.id) };
      fails = false;
      vi.advanceTimersByTime(5000);
      return { told: errors(), goesOn: { request, ...states, later: await stateOf(a.id) } };
    },
  },
  // windows
  {
    what: 'a window that throws when it is told',
    told: ['a window is told nothing more: Object has been destroyed'],
    goesOn: { answered: 'no error', heard: true, b: 'off' },
    async inject() {
      const { core, client, b, stateOf, errors } = await app();
      const destroyed = (): never => {
        throw new Error('Object has been destroyed');
      };
      core.attach(destroyed);
      let heard = false;
      client.on('profiles', () => (heard = true));
      const answered = await codeOf(client.request('profiles.clone', { id: b.id }));
      // an answer that cannot be given fails for nobody else
      let ask: (message: unknown) => void = destroyed;
      const never = () => () => {};
      const onMessage = (listener: typeof ask) => {
        ask = listener;
        return never();
      };
      serveApi(core, { send: destroyed, onMessage, onClose: never });
      ask({ id: 1, request: 'snapshot' });
      await new Promise(setImmediate);
      await client.request('tunnels.stop', { id: b.id });
      return { told: errors(), goesOn: { answered, heard, b: await stateOf(b.id) } };
    },
  },
  // the system
  {
    what: "EMFILE when the demo's target is opened",
    told: 'internal',
    goesOn: { profiles: ['a', 'b'], again: 'no error', roles: ['client', 'server'] },
    async inject() {
      const { client, workers } = await app();
      vi.spyOn(DemoTraffic.prototype, 'listen').mockRejectedValueOnce(fault('EMFILE'));
      const told = await codeOf(client.request('demo.start'));
      const profiles = (await client.request('snapshot')).profiles.map(({ name }) => name);
      const again = await codeOf(client.request('demo.start'));
      return { told, goesOn: { profiles, again, roles: workers.map(({ spec }) => spec.role) } };
    },
  },
  {
    what: 'networkInterfaces in a timer, and a clock that is set back after a sleep',
    told: ['resumed', 'resumed'],
    goesOn: 'it watches',
    async inject() {
      vi.useFakeTimers();
      toClose.push(() => vi.useRealTimers());
      let clock = 10_000_000;
      const told: string[] = [];
      const watch = new NetworkWatch((why) => told.push(why), {
        interfaces: () => {
          throw fault('EMFILE');
        },
        wallClock: () => clock,
      });
      toClose.push(() => watch.stop());
      watch.start();
      const pass = (ms: number): void => {
        clock += ms;
        vi.advanceTimersByTime(4000);
      };
      pass(60_000);
      pass(4000 - 3_600_000);
      pass(4000);
      pass(60_000);
      pass(4000);
      return { told, goesOn: vi.getTimerCount() > 0 ? 'it watches' : 'it has stopped' };
    },
  },
  {
    what: "EMFILE when the folder's lock and the demo's target accept",
    told: undefined,
    goesOn: 'both hold',
    async inject() {
      const servers = tcpServers();
      toClose.push(await lockFolder(folder));
      const traffic = new DemoTraffic();
      toClose.push(() => traffic.stop());
      await traffic.listen();
      for (const server of servers) for (let i = 0; i < 3; i++) server.emit('error', fault('EMFILE'));
      return {
        told: undefined,
        goesOn:
          servers.length === 2 && servers.every(({ listening }) => listening) ? 'both hold' : 'one is gone',
      };
    },
  },
];

testFaults(FAULTS);
