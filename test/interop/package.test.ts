import { extractAll, listPackage } from '@electron/asar';
import { Arch, build as pack, Platform } from 'electron-builder';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineSpec, FromWorker } from '../../src-main/tunnels/messages.ts';
import { defaultOptions } from '../../shared/options.ts';
import { build } from '../support/build.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** electron-builder's own work up to where Electron's binary would be needed: an empty file stands in for it. */
let folder = '';
let asar = '';
let files: string[] = [];

beforeAll(async () => {
  await build('node', 'preload', 'client');
  folder = mkdtempSync(join(tmpdir(), 'kcptun-package-'));
  const electronDist = join(folder, 'electron');
  mkdirSync(join(electronDist, 'resources'), { recursive: true });
  for (const name of ['electron', 'LICENSE', 'LICENSES.chromium.html'])
    writeFileSync(join(electronDist, name), '');
  await pack({
    projectDir: root,
    targets: Platform.LINUX.createTarget('dir', Arch.x64),
    publish: 'never',
    // fuses are flipped in the binary that is not there
    config: { electronDist, electronFuses: null, directories: { output: join(folder, 'release') } },
  });
  asar = join(folder, 'release', 'linux-unpacked', 'resources', 'app.asar');
  const inside = join(folder, 'inside');
  extractAll(asar, inside);
  files = listPackage(asar, { isPack: false })
    .map((name) => name.replaceAll('\\', '/').slice(1))
    .filter((name) => statSync(join(inside, name)).isFile());
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const text = (name: string) => readFileSync(join(folder, 'inside', name), 'utf8');
const has = (name: string) => files.includes(name);

/** What a built module imports: static and dynamic imports, new URL and require of a literal. */
const importsOf = (source: string): string[] =>
  [...source.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\d*\(\s*)["']([^"'\n]+)["']/g)].map(
    ([, name]) => name,
  );

/** Every module of ours that is reached from `entries`, and every package that these import. */
function reached(entries: string[]): { modules: string[]; packages: string[] } {
  const modules = [...entries];
  const packages = new Set<string>();
  for (const module of modules) {
    for (const name of importsOf(text(module))) {
      if (name.startsWith('.')) {
        const target = posix.join(posix.dirname(module), name);
        if (!modules.includes(target)) modules.push(target);
      } else if (!name.startsWith('node:') && !builtinModules.includes(name)) {
        packages.add(/^(@[^/]+\/)?[^/]+/.exec(name)![0]);
      }
    }
  }
  return { modules, packages: [...packages] };
}

describe('the package', () => {
  it('holds every module that the app reaches, and every package that these import', () => {
    const { modules, packages } = reached(['dist/node/main.js', 'dist/node/worker.js']);
    expect(modules.length).toBeGreaterThan(2);
    expect(modules.filter((name) => !has(name))).toEqual([]);
    expect(packages).toContain('electron-store');
    const missing = packages.filter(
      (name) => name !== 'electron' && !has(`node_modules/${name}/package.json`),
    );
    expect(missing).toEqual([]);
    expect(packages).not.toContain('ws');
  });

  it('has a preload that stands alone, as a sandbox wants it', () => {
    expect(has('dist/preload/preload.cjs')).toBe(true);
    expect(importsOf(text('dist/preload/preload.cjs'))).toEqual(['electron']);
  });

  it('holds the window with all that its page names', () => {
    const page = text('dist/window/index.html');
    const named = [...page.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, name]) => `dist/window/${name}`);
    expect(named.length).toBeGreaterThanOrEqual(2);
    expect(named.filter((name) => !has(name))).toEqual([]);
  });

  it('holds the icons that are loaded at run time', () => {
    for (const state of ['off', 'busy', 'connected', 'trouble']) {
      for (const name of [`${state}.png`, `${state}@2x.png`, `${state}Template.png`, `linux/${state}.png`]) {
        expect(files).toContain(`assets/tray/${name}`);
      }
    }
    expect(has('assets/icon.png')).toBe(true);
  });

  it('holds nothing that is not needed', () => {
    const ours = files.filter((name) => !name.startsWith('node_modules/'));
    expect(
      ours.filter((name) => !/^(dist\/(node|preload|window)\/|assets\/|package\.json$)/.test(name)),
    ).toEqual([]);
    expect(
      files.filter((name) => /\.(map|md|markdown|d\.ts|m?ts|cts|svelte|log|tsbuildinfo)$/i.test(name)),
    ).toEqual([]);
    expect(
      files.filter((name) => /(^|\/)(tests?|__tests__|docs?|examples?|benchmark|\.github)\//.test(name)),
    ).toEqual([]);
    expect(
      files.filter((name) =>
        /^node_modules\/(electron|vite|svelte|typescript|ws|koffi\/(src|vendor))\//.test(name),
      ),
    ).toEqual([]);
    expect(statSync(asar).size).toBeLessThan(8 << 20);
  });

  it('leaves the native library where the system can load it', () => {
    const unpacked = `${asar}.unpacked/node_modules/@koromix/koffi-linux-x64/linux_x64/koffi.node`;
    expect(statSync(unpacked).size).toBeGreaterThan(0);
  });

  it('runs a tunnel with what it holds', async () => {
    const spec: EngineSpec = {
      role: 'client',
      options: { ...defaultOptions('client'), localaddr: '127.0.0.1:0', remoteaddr: '127.0.0.1:9' },
      udp: 'auto',
    };
    const worker = new Worker(join(folder, 'inside', 'dist', 'node', 'worker.js'), { workerData: spec });
    const exited = new Promise<number>((resolve) => worker.on('exit', resolve));
    const listening = new Promise<string>((resolve, reject) => {
      worker.on('error', reject);
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'failed') reject(new Error(message.message));
        if (message.kind !== 'report') return;
        if (message.snapshot.address !== null) resolve(message.snapshot.address);
      });
    });
    expect(await listening).toMatch(/^127\.0\.0\.1:\d+$/);
    worker.postMessage({ kind: 'close' });
    expect(await exited).toBe(0);
  });

  it('is what the configuration says it is', () => {
    const configuration = readFileSync(join(root, 'electron-builder.yml'), 'utf8');
    for (const fuse of [
      'runAsNode',
      'enableNodeOptionsEnvironmentVariable',
      'enableNodeCliInspectArguments',
    ]) {
      expect(configuration).toContain(`${fuse}: false`);
    }
    for (const fuse of [
      'enableCookieEncryption',
      'enableEmbeddedAsarIntegrityValidation',
      'onlyLoadAppFromAsar',
    ]) {
      expect(configuration).toContain(`${fuse}: true`);
    }
    expect(JSON.parse(text('package.json'))).toMatchObject({
      name: 'kcptun-desktop',
      main: 'dist/node/main.js',
    });
    for (const icon of ['icon.ico', 'icon.icns', 'icons/512x512.png']) {
      expect(statSync(join(dirname(join(root, 'package.json')), 'assets', icon)).size).toBeGreaterThan(0);
    }
  });
});
