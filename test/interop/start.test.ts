import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Process } from '../support/process.ts';
import { until } from '../support/until.ts';
import { zip } from '../support/zip.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** `kcptun start` with a script in place of Electron's binary, and a home of its own. */
let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'kcptun-start-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const environment = (): NodeJS.ProcessEnv => ({
  HOME: folder,
  XDG_CONFIG_HOME: folder,
  DISPLAY: ':99',
  ELECTRON_DISABLE_SANDBOX: '1',
  ELECTRON_OVERRIDE_DIST_PATH: folder,
});
const bundle = join(root, 'dist/node/kcptun.js');

function electron(script: string): void {
  writeFileSync(join(folder, 'electron'), `#!${process.execPath}\n${script}`);
  chmodSync(join(folder, 'electron'), 0o755);
}
const start = (env: NodeJS.ProcessEnv = {}): Process =>
  new Process(process.execPath, [bundle, 'start'], { ...environment(), ...env });
const served = (run: Process): Promise<unknown> =>
  run.until('the web host', () => run.output.includes('kcptun: open http'), 20_000);

describe('kcptun start', () => {
  it('serves the window to a browser where Electron ends before it has one, and says why', async () => {
    electron(`process.stderr.write('libnss3.so: cannot open shared object file\\n'); process.exit(127);`);
    await using run = start();
    await served(run);
    expect(run.output).toContain(
      'kcptun: Electron ended with status 127 before it had a window: serving the window to a browser instead\n',
    );
    expect(run.output).toContain('libnss3.so');
  });

  it('does so where it is killed, or cannot be run', async () => {
    electron(`process.kill(process.pid, 'SIGTRAP');`);
    await using killed = start();
    await served(killed);
    expect(killed.output).toContain('Electron ended with SIGTRAP before');
    await killed.stop();
    chmodSync(join(folder, 'electron'), 0o644);
    await using forbidden = start();
    await served(forbidden);
    expect(forbidden.output).toMatch(/Electron did not start \(spawn .* EACCES\)/);
  });

  it('does not try where there is no display', async () => {
    electron(`require('node:fs').writeFileSync(${JSON.stringify(join(folder, 'tried'))}, '');`);
    await using run = start({ DISPLAY: '', WAYLAND_DISPLAY: '' });
    await served(run);
    expect(run.output).toContain('kcptun: there is no display');
    expect(existsSync(join(folder, 'tried'))).toBe(false);
  });

  it('proves the build where there is no Electron, in the folder that is named', async () => {
    const data = join(folder, 'data');
    await using run = new Process(process.execPath, [bundle, 'start', '--smoke', '--folder', data], {
      ...environment(),
      DISPLAY: '',
      WAYLAND_DISPLAY: '',
    });
    expect(await run.exited, run.output).toEqual({ code: 0, signal: null });
    expect(run.output).toMatch(/\nkcptun: smoke: the window is up and 1 MiB went through the demo, in .*\n$/);
    expect(existsSync(join(data, 'kcptun-desktop.json'))).toBe(true);
  });

  it('says in one line what a proof of the build failed by', async () => {
    writeFileSync(join(folder, 'file'), '');
    const args = [bundle, 'web', '--smoke', '--folder', join(folder, 'file')];
    await using run = new Process(process.execPath, args, environment());
    expect((await run.exited).code).toBe(1);
    expect(run.output).toMatch(/^kcptun: smoke: the core: .*\n$/);
  });

  it('ends as Electron does, once that had its window', async () => {
    electron(`process.send('started', () => process.exit(3));`);
    await using run = start();
    expect(await run.exited).toEqual({ code: 3, signal: null });
    expect(run.output).toBe('');
  });

  it('passes on that it is to end, and does not serve the window then', async () => {
    electron(
      `process.once('SIGTERM', () => process.exit(1)); console.log('up'); setInterval(() => {}, 1000);`,
    );
    await using run = start();
    await run.until('Electron', () => run.output.includes('up'));
    expect(await run.stop('SIGTERM')).toEqual({ code: 1, signal: null });
    expect(run.output).toBe('up\n');
  });

  it('lets a terminal tell Electron of Ctrl+C, once', async () => {
    const told = join(folder, 'told');
    electron(`
      let times = 0;
      process.on('SIGINT', () => {
        times++;
        setTimeout(() => { require('node:fs').writeFileSync(${JSON.stringify(told)}, String(times)); process.exit(0); }, 300);
      });
      process.send('started', () => console.log('up'));
      setInterval(() => {}, 1000);`);
    // util-linux' script gives it a terminal of its own
    const terminal = spawn('script', ['-qec', `${process.execPath} ${bundle} start`, '/dev/null'], {
      env: { ...process.env, ...environment() },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = once(terminal, 'exit');
    let shown = '';
    terminal.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
    await until('Electron', () => shown.includes('up'), 20_000);
    terminal.stdin.write('\x03');
    await ended;
    expect(readFileSync(told, 'utf8')).toBe('1');
  });
});

describe('fetching Electron', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules/electron/package.json'), 'utf8'));

  /** A working copy whose electron package has fetched nothing yet. */
  function workingCopy(): string {
    const copy = join(folder, 'copy');
    const modules = join(copy, 'node_modules');
    mkdirSync(modules, { recursive: true });
    cpSync(join(root, 'package.json'), join(copy, 'package.json'));
    cpSync(join(root, 'dist'), join(copy, 'dist'), { recursive: true });
    for (const name of readdirSync(join(root, 'node_modules')))
      if (name !== 'electron') symlinkSync(join(root, 'node_modules', name), join(modules, name));
    cpSync(join(root, 'node_modules/electron'), join(modules, 'electron'), {
      recursive: true,
      filter: (path) => !/electron\/(dist|path\.txt|node_modules)$/.test(path),
    });
    return copy;
  }

  const name = `electron-v${version}-${process.platform}-${process.arch}.zip`;

  /** A mirror of Electron's downloads, whose Electron comes up and ends. */
  async function mirror() {
    const archive = zip({
      electron: `#!${process.execPath}\nprocess.send('started', () => process.exit(0));\n`,
      version,
    });
    const sums = `${createHash('sha256').update(archive).digest('hex')} *${name}\n`;
    const asked: string[] = [];
    const server = createServer(({ url }, response) => {
      asked.push(url!);
      response.end(url!.endsWith('SHASUMS256.txt') ? sums : archive);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return { asked, port, [Symbol.dispose]: () => void server.close() };
  }

  /** A proxy that takes every host for the one at `port`, or lets nobody through. */
  async function proxy(port: number | null) {
    const asked: string[] = [];
    const server = createServer().listen(0, '127.0.0.1');
    server.on('connect', ({ url }, client: Socket) => {
      asked.push(url!);
      if (port === null) return void client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      const to = connect(port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        client.pipe(to).pipe(client);
      });
      for (const socket of [client, to]) socket.on('error', () => socket.destroy());
    });
    await once(server, 'listening');
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { asked, address, [Symbol.dispose]: () => void server.close() };
  }

  const fetching = (copy: string, env: NodeJS.ProcessEnv): Process =>
    new Process(process.execPath, [join(copy, 'dist/node/kcptun.js'), 'start'], {
      ...environment(),
      ELECTRON_OVERRIDE_DIST_PATH: undefined,
      electron_use_remote_checksums: '1',
      electron_config_cache: join(folder, 'cache'),
      NO_PROXY: '',
      no_proxy: '',
      ...env,
    });

  it('takes it from the mirror, says so, and once', async () => {
    const copy = workingCopy();
    using source = await mirror();
    const run = () => fetching(copy, { ELECTRON_MIRROR: `http://127.0.0.1:${source.port}/` });
    await using first = run();
    expect(await first.exited, first.output).toEqual({ code: 0, signal: null });
    expect(first.output).toContain('kcptun: fetching Electron');
    expect(source.asked).toContain(`/v${version}/${name}`);
    const requests = source.asked.length;
    await using second = run();
    expect(await second.exited).toEqual({ code: 0, signal: null });
    expect(second.output).toBe('');
    expect(source.asked).toHaveLength(requests);
  });

  it('goes through the proxy that the environment names', async () => {
    using source = await mirror();
    using way = await proxy(source.port);
    await using run = fetching(workingCopy(), {
      ELECTRON_MIRROR: 'http://mirror.invalid/',
      HTTP_PROXY: way.address,
    });
    expect(await run.exited, run.output).toEqual({ code: 0, signal: null });
    expect([...new Set(way.asked)]).toEqual(['mirror.invalid:80']);
    expect(source.asked).toContain(`/v${version}/${name}`);
  });

  it.each(['HTTPS_PROXY', 'https_proxy'])(
    'asks the proxy of %s for where Electron is published',
    async (variable) => {
      using way = await proxy(null);
      await using run = fetching(workingCopy(), { ELECTRON_MIRROR: undefined, [variable]: way.address });
      await served(run);
      expect([...new Set(way.asked)]).toEqual(['github.com:443']);
      expect(run.output).toContain("kcptun: Electron's binary cannot be had here: serving the window");
    },
  );

  it('shows what its installer says where it cannot be had, and serves the window', async () => {
    const copy = workingCopy();
    await using run = new Process(process.execPath, [join(copy, 'dist/node/kcptun.js'), 'start'], {
      ...environment(),
      ELECTRON_OVERRIDE_DIST_PATH: undefined,
      ELECTRON_MIRROR: 'http://127.0.0.1:9/',
      electron_config_cache: join(folder, 'cache'),
    });
    await served(run);
    expect(run.output).toContain('fetch failed');
    expect(run.output).toContain("kcptun: Electron's binary cannot be had here: serving the window");
  });
});
