import { extractAll, getRawHeader, listPackage } from '@electron/asar';
import { Arch, build as pack, Platform } from 'electron-builder';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineSpec, FromWorker } from '../../src-main/tunnels/messages.ts';
import { defaultOptions } from '../../shared/options.ts';
import { build } from '../support/build.ts';
import { type FuseName, fusesOf, integrityOf, layElectronDist } from '../support/electron-dist.ts';
import { ShellProcess } from '../support/shell/shell-process.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** A platform's package, and where in it Electron looks. */
const PACKAGES = {
  linux: {
    target: Platform.LINUX.createTarget('dir', Arch.x64),
    resources: 'linux-unpacked/resources',
    fuses: 'linux-unpacked/kcptun-desktop',
  },
  win32: {
    target: Platform.WINDOWS.createTarget('dir', Arch.x64),
    resources: 'win-unpacked/resources',
    fuses: 'win-unpacked/kcptun-desktop.exe',
  },
  darwin: {
    // what an update on macOS is taken from
    target: Platform.MAC.createTarget('zip', Arch.arm64),
    resources: 'mac-arm64/kcptun-desktop.app/Contents/Resources',
    fuses: 'mac-arm64/kcptun-desktop.app/Contents/Frameworks/Electron Framework.framework/Electron Framework',
  },
};
type Name = keyof typeof PACKAGES;
const NAMES = Object.keys(PACKAGES) as Name[];

/** electron-builder's own work, with stand-ins for Electron's binaries. */
let folder = '';
const at = (name: Name, path: string): string => join(folder, name, path);
const asarOf = (name: Name): string => at(name, `${PACKAGES[name].resources}/app.asar`);
const inside = (name: Name): string => join(folder, `${name}-inside`);
const filesOf = new Map<Name, string[]>();

const packOne = async (name: Name, arch?: Arch): Promise<void> => {
  const electronDist = join(folder, `${name}-electron`);
  layElectronDist(electronDist, name);
  await pack({
    projectDir: root,
    targets: arch === undefined ? PACKAGES[name].target : Platform.LINUX.createTarget('dir', arch),
    publish: 'never',
    config: {
      electronDist,
      directories: { output: join(folder, name) },
      // the program for Windows is signed and given its icon by tools of Windows
      win: { signAndEditExecutable: false },
    },
  });
};

beforeAll(async () => {
  await build('node', 'preload', 'client');
  folder = mkdtempSync(join(tmpdir(), 'kcptun-package-'));
  // electron-builder fetches its own otherwise: here an archive is a word
  const archiver = join(folder, '7za');
  writeFileSync(archiver, '#!/bin/sh\nwhile [ $# -gt 2 ]; do shift; done\necho archive > "$1"\n', {
    mode: 0o755,
  });
  process.env.ELECTRON_BUILDER_7ZIP_PATH = archiver;
  for (const name of NAMES) {
    await packOne(name);
    extractAll(asarOf(name), inside(name));
    const files = listPackage(asarOf(name), { isPack: false }).map((path) =>
      path.replaceAll('\\', '/').slice(1),
    );
    filesOf.set(
      name,
      files.filter((path) => statSync(join(inside(name), path)).isFile()),
    );
  }
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const text = (name: string) => readFileSync(join(inside('linux'), name), 'utf8');
const has = (name: string) => filesOf.get('linux')!.includes(name);

/** What a module names: static and dynamic imports and re-exports of literals, and by `require` of a literal. */
const importsOf = (source: string): { name: string; required: boolean }[] => {
  const code = source.replaceAll(/^\s*(?:\/\/|\*|\/\*).*$/gm, '');
  return [
    ...code.matchAll(
      /(?:\b(?:import|export)\b[^'"`;()]*?\bfrom\s*|\bimport\s*\(?\s*|\b(require\d*|createRequire\([^()]*\))\(\s*)["']([^"'\n]+)["']/g,
    ),
  ].map(([, required, name]) => ({ name, required: required !== undefined }));
};

/** Looked for and done without where they are not: Electron's own, koffi's libraries of other systems, colours. */
const isElsewhere = (name: string): boolean =>
  name === 'electron' ||
  name === 'original-fs' ||
  name === 'supports-color' ||
  name.startsWith('node:') ||
  builtinModules.includes(name) ||
  /^@koromix\/koffi-(?!linux-x64)/.test(name);

/** The file that a module of the package gets for a name, as Node finds it; undefined where it finds none. */
function resolved(from: string, name: string, required: boolean): string | undefined {
  const require = createRequire(from);
  try {
    return require.resolve(name);
  } catch (error) {
    if (required || (error as NodeJS.ErrnoException).code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED')
      return undefined;
    // a package that has nothing for `require`: what its exports have for `import`
    const [, packageName, path = ''] = /^((?:@[^/]+\/)?[^/]+)(.*)$/.exec(name)!;
    const base = join(inside('linux'), 'node_modules', packageName);
    const { exports } = JSON.parse(readFileSync(join(base, 'package.json'), 'utf8'));
    let target = exports[`.${path}`] ?? exports;
    while (typeof target === 'object') target = target.node ?? target.import ?? target.default;
    return existsSync(join(base, target)) ? join(base, target) : undefined;
  }
}

/** Every module that is reached from `entries`, through packages too, and what is named in them and is nowhere. */
function reached(entries: string[]): { modules: string[]; missing: string[] } {
  const modules = entries.map((name) => join(inside('linux'), name));
  const missing: string[] = [];
  for (const module of modules) {
    if (!/\.[cm]?js$/.test(module)) continue;
    for (const { name, required } of importsOf(readFileSync(module, 'utf8'))) {
      if (isElsewhere(name)) continue;
      const target = resolved(module, name, required);
      if (!target) missing.push(`${module.slice(inside('linux').length + 1)}: ${name}`);
      else if (!modules.includes(target)) modules.push(target);
    }
  }
  return { modules: modules.map((path) => path.slice(inside('linux').length + 1)), missing };
}

describe('the package', () => {
  it('holds every module that the app reaches, also from within packages', () => {
    const { modules, missing } = reached(['dist/node/main.js', 'dist/node/worker.js']);
    expect(missing).toEqual([]);
    expect(modules.filter((name) => !has(name))).toEqual([]);
    expect(modules.length).toBeGreaterThan(100);
    for (const name of [
      'electron-store/index.js',
      'koffi/src/koffi/index.cjs',
      '@koromix/koffi-linux-x64/index.js',
    ])
      expect(modules).toContain(`node_modules/${name}`);
    expect(modules.filter((name) => name.startsWith('node_modules/ws/'))).toEqual([]);
    // what looks for newer versions is loaded by a name too, for each system another one
    for (const name of ['AppImageUpdater', 'NsisUpdater', 'MacUpdater', 'DebUpdater'])
      expect(modules).toContain(`node_modules/electron-updater/out/${name}.js`);
  });

  it('has a preload that stands alone, as a sandbox wants it', () => {
    expect(has('dist/preload/preload.cjs')).toBe(true);
    expect(importsOf(text('dist/preload/preload.cjs'))).toEqual([{ name: 'electron', required: true }]);
  });

  it('holds the window with all that its page names', () => {
    const page = text('dist/window/index.html');
    const named = [...page.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, name]) => `dist/window/${name}`);
    expect(named.length).toBeGreaterThanOrEqual(2);
    expect(named.filter((name) => !has(name))).toEqual([]);
  });

  it.each(NAMES)('for %s holds the icons that are loaded at run time', (name) => {
    const files = filesOf.get(name)!;
    for (const state of ['off', 'busy', 'connected', 'trouble'])
      for (const icon of [
        `${state}.ico`,
        `${state}Template@2x.png`,
        `${state}Template.png`,
        `linux/${state}.png`,
      ])
        expect(files).toContain(`assets/tray/${icon}`);
    expect(files).toContain('assets/icon.png');
  });

  it.each(NAMES)('for %s holds nothing that is not needed', (name) => {
    const files = filesOf.get(name)!;
    const ours = files.filter((path) => !path.startsWith('node_modules/'));
    expect(
      ours.filter((path) => !/^(dist\/(node|preload|window)\/|assets\/|package\.json$)/.test(path)),
    ).toEqual([]);
    expect(
      files.filter((path) => /\.(map|md|markdown|d\.ts|m?ts|cts|svelte|log|tsbuildinfo|cc|hh)$/i.test(path)),
    ).toEqual([]);
    expect(
      files.filter((path) => /(^|\/)(tests?|__tests__|docs?|examples?|benchmark|\.github)\//.test(path)),
    ).toEqual([]);
    expect(
      files.filter((path) =>
        /^node_modules\/(electron|vite|svelte|typescript|ws|koffi\/(vendor|lib)|zod\/src)\//.test(path),
      ),
    ).toEqual([]);
    // today 5.9 MB: zod 2.3 of it, the window 0.8, the app 0.8, electron-updater with its packages 0.7, ajv, which conf
    // brings along, 0.5
    expect(statSync(asarOf(name)).size).toBeLessThan(6 << 20);
  });

  it('for Linux has its one native library where the system can load it, and its hash in the archive', () => {
    const libraries = filesOf.get('linux')!.filter((path) => path.endsWith('.node'));
    expect(libraries).toEqual(['node_modules/@koromix/koffi-linux-x64/linux_x64/koffi.node']);
    const unpacked = readFileSync(join(`${asarOf('linux')}.unpacked`, libraries[0]));
    type Entry = { files: Record<string, Entry>; integrity: { hash: string }; unpacked?: boolean };
    let entry = getRawHeader(asarOf('linux')).header as unknown as Entry;
    for (const part of libraries[0].split('/')) entry = entry.files[part];
    expect(entry.unpacked).toBe(true);
    expect(entry.integrity.hash).toBe(sha256(unpacked));
  });

  it.each(['win32', 'darwin'] as const)('for %s has no native library', (name) => {
    expect(filesOf.get(name)!.filter((path) => path.endsWith('.node'))).toEqual([]);
    expect(existsSync(`${asarOf(name)}.unpacked`)).toBe(false);
  });

  it("is not made with another machine's native library", async () => {
    await expect(packOne('linux', Arch.arm64)).rejects.toThrow('expected ["arm64"], found []');
  });

  it('runs a tunnel with what it holds, by the fast way of Linux', async () => {
    const spec: EngineSpec = {
      role: 'client',
      options: { ...defaultOptions('client'), localaddr: '127.0.0.1:0', remoteaddr: '127.0.0.1:9' },
      udp: 'auto',
    };
    const worker = new Worker(join(inside('linux'), 'dist', 'node', 'worker.js'), { workerData: spec });
    const exited = new Promise<number>((resolve) => worker.on('exit', resolve));
    const lines: string[] = [];
    const listening = new Promise<string>((resolve, reject) => {
      worker.on('error', reject);
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'failed') reject(new Error(message.message));
        if (message.kind !== 'report') return;
        lines.push(...message.lines.map(({ text }) => text));
        if (message.snapshot.sessions.length > 0 && message.snapshot.address !== null)
          resolve(message.snapshot.address);
      });
    });
    expect(await listening).toMatch(/^127\.0\.0\.1:\d+$/);
    worker.postMessage({ kind: 'close' });
    expect(await exited).toBe(0);
    expect(lines.filter((line) => /batched|koffi|fall/i.test(line))).toEqual([]);
  });

  it('does not start with a library that is not its own', async () => {
    const resources = join(folder, 'linux', PACKAGES.linux.resources);
    const start = () =>
      new ShellProcess(inside('linux'), join(folder, 'system'), ['--folder', data], resources);
    const data = join(folder, 'tampered');
    const library = join(
      resources,
      'app.asar.unpacked/node_modules/@koromix/koffi-linux-x64/linux_x64/koffi.node',
    );
    const good = readFileSync(library);
    await using untouched = start();
    await untouched.opened();
    await untouched.evaluate(({ app }) => void setImmediate(() => app.quit()));
    expect((await untouched.exited).code).toBe(0);
    writeFileSync(library, Buffer.concat([good, Buffer.from('more')]));
    await using tampered = start();
    expect((await tampered.exited).code).toBe(1);
    writeFileSync(library, good);
  });

  it('starts from what it holds, opens its window, and quits', async () => {
    const data = join(folder, 'data');
    await using shell = new ShellProcess(inside('linux'), join(folder, 'system'), ['--folder', data]);
    await shell.opened();
    await shell.evaluate(({ app }) => void setImmediate(() => app.quit()));
    expect(await shell.exited).toEqual({ code: 0, signal: null });
    expect(shell.output).toBe('');
  });
});

describe('the program of the package', () => {
  it.each(NAMES)('for %s is this app and cannot be made to run another one', (name) => {
    const fuses: Record<FuseName, boolean> = fusesOf(readFileSync(at(name, PACKAGES[name].fuses)));
    expect(fuses).toEqual({
      runAsNode: false,
      cookieEncryption: true,
      nodeOptionsEnvironmentVariable: false,
      nodeCliInspectArguments: false,
      embeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    });
  });

  it('takes no other archive on Windows and macOS, whose header it knows', () => {
    const header = (name: Name): string => sha256(getRawHeader(asarOf(name)).headerString);
    expect(integrityOf(readFileSync(at('win32', PACKAGES.win32.fuses)))).toEqual([
      { file: 'resources\\app.asar', alg: 'SHA256', value: header('win32') },
    ]);
    const plist = readFileSync(at('darwin', 'mac-arm64/kcptun-desktop.app/Contents/Info.plist'), 'utf8');
    const [, integrity] = /<key>ElectronAsarIntegrity<\/key>([\s\S]*?<\/dict>)/.exec(plist)!;
    expect(integrity).toContain('<key>Resources/app.asar</key>');
    expect(integrity).toContain(`<string>${header('darwin')}</string>`);
  });

  it('is named to macOS as the one that opens the links', () => {
    const plist = readFileSync(at('darwin', 'mac-arm64/kcptun-desktop.app/Contents/Info.plist'), 'utf8');
    const [, types] = /<key>CFBundleURLTypes<\/key>([\s\S]*?)<\/array>\s*<\/dict>/.exec(plist)!;
    expect([...types.matchAll(/<string>(kcptun[^<]*)<\/string>/g)].map(([, scheme]) => scheme)).toEqual(
      expect.arrayContaining(['kcptun', 'kcptun-desktop']),
    );
  });

  // for Windows it is written with the installer, which needs a tool of Windows
  it.each(['linux', 'darwin'] as const)('for %s knows where newer versions are', (name) => {
    const feed = readFileSync(at(name, `${PACKAGES[name].resources}/app-update.yml`), 'utf8');
    const { repository, homepage } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const [owner, repo] = repository.replace('github:', '').split('/');
    expect(feed.split('\n')).toEqual(
      expect.arrayContaining(['provider: github', `owner: ${owner}`, `repo: ${repo}`]),
    );
    expect(homepage).toBe(`https://github.com/${owner}/${repo}`);
  });

  it('is described for electron-updater, with the checksum of what it would fetch', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const name = `kcptun-desktop-${version}-mac-arm64.zip`;
    const latest = readFileSync(at('darwin', 'latest-mac.yml'), 'utf8');
    const sum = createHash('sha512')
      .update(readFileSync(at('darwin', name)))
      .digest('base64');
    expect(latest).toContain(`version: ${version}\n`);
    expect(latest).toContain(`  - url: ${name}\n    sha512: ${sum}\n`);
  });

  it('has the icons that its system wants', () => {
    for (const icon of ['icon.ico', 'icon.icns', 'icons/512x512.png'])
      expect(statSync(join(root, 'assets', icon)).size).toBeGreaterThan(0);
    expect(JSON.parse(text('package.json'))).toMatchObject({
      name: 'kcptun-desktop',
      main: 'dist/node/main.js',
    });
  });
});
