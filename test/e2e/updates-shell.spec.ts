import { expect, type Page, test as base } from '@playwright/test';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeAsarHeader } from '../support/asar-header.ts';
import { ShellProcess } from '../support/shell/shell-process.ts';
import { until } from '../support/until.ts';
import { check } from './pages/axe.ts';
import { WindowPage } from './pages/window.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { homepage } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
/** Where the double of Electron says that the program is. */
const EXE = '/opt/kcptun desktop/kcptun-desktop';

/** A place that publishes one version, as GitHub does to electron-updater. */
class Releases {
  readonly asked: string[] = [];
  readonly ids: unknown[] = [];
  failing = false;
  readonly #server: Server;

  constructor(
    readonly version: string,
    readonly image: Buffer,
  ) {
    const sha512 = createHash('sha512').update(image).digest('base64');
    const name = `kcptun-desktop-${version}-linux-x86_64.AppImage`;
    const file = { url: name, sha512, size: image.length };
    const answers: Record<string, string | Buffer> = {
      '/o/r/releases.atom': `<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><entry>
        <link rel="alternate" href="http://x/o/r/releases/tag/v${version}"/><title>v${version}</title>
        <content>New</content></entry></feed>`,
      '/api/v3/repos/o/r/releases/latest': JSON.stringify({ tag_name: `v${version}` }),
      // YAML takes JSON
      [`/o/r/releases/download/v${version}/latest-linux.yml`]: JSON.stringify({
        version,
        files: [file],
        path: name,
        sha512,
        releaseDate: '2026-01-01T00:00:00.000Z',
      }),
      [`/o/r/releases/download/v${version}/${name}`]: image,
    };
    this.#server = createServer(({ url, headers }, response) => {
      this.asked.push(url!);
      this.ids.push(headers['x-user-staging-id']);
      const answer = this.failing ? undefined : answers[url!];
      response.writeHead(answer === undefined ? 503 : 200).end(answer);
    });
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }
  /** What electron-builder writes beside the archive, with this place in GitHub's stead. */
  get feed(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `provider: github\nowner: o\nrepo: r\nhost: 127.0.0.1:${port}\nprotocol: http\nupdaterCacheDirName: kcptun\n`;
  }
  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** An app that was installed from a package, and a newer version of it. */
interface Installed {
  folder: string;
  image: string;
  releases: Releases;
  start(kind: 'AppImage' | 'deb', page: Page): Promise<{ shell: ShellProcess; window: WindowPage }>;
}

const test = base.extend<{ installed: Installed }>({
  installed: async ({ baseURL: _ }, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'kcptun-updates-'));
    const image = join(folder, 'apps', 'kcptun.AppImage');
    mkdirSync(dirname(image));
    writeFileSync(image, 'the old one');
    const started = join(folder, 'started');
    const next = Buffer.from(`#!/bin/sh\necho "$APPIMAGE_SILENT_INSTALL" > '${started}'\n`);
    const releases = await new Releases('9.8.7', next).open();
    const resources = join(folder, 'resources');
    mkdirSync(resources);
    writeAsarHeader(join(resources, 'app.asar'), { files: {} });
    writeFileSync(join(resources, 'app-update.yml'), releases.feed);
    const shells: ShellProcess[] = [];
    await use({
      folder,
      image,
      releases,
      start: async (kind, page) => {
        if (kind === 'deb') writeFileSync(join(resources, 'package-type'), 'deb');
        const mounted = { APPDIR: dirname(EXE), APPIMAGE: image };
        const shell = new ShellProcess(ROOT, folder, ['--folder', join(folder, 'data')], resources, {
          XDG_CACHE_HOME: join(folder, 'cache'),
          XDG_CONFIG_HOME: join(folder, 'config'),
          ...(kind === 'AppImage' && mounted),
        });
        shells.push(shell);
        await shell.open(page);
        const window = new WindowPage(page);
        await window.ready();
        return { shell, window };
      },
    });
    for (const shell of shells) await shell.stop();
    releases.close();
    chmodSync(dirname(image), 0o755);
    rmSync(folder, { recursive: true });
  },
});

const notice = (page: Page) => page.getByRole('note');

test(
  'asks first, fetches and installs on a word, and comes back as the new one',
  { tag: '@browser' },
  async ({ installed, page }) => {
    const { shell } = await installed.start('AppImage', page);
    await expect(notice(page)).toContainText('May the app look for new versions?');
    await check(page, 'the question');
    expect(installed.releases.asked).toEqual([]);
    await notice(page).getByRole('button', { name: 'Yes' }).click();
    await expect(notice(page)).toContainText('Version 9.8.7 is available.');
    expect(installed.releases.asked.some((path) => path.endsWith('.AppImage'))).toBe(false);
    await notice(page).getByRole('button', { name: 'Download' }).click();
    await expect(notice(page)).toContainText('Version 9.8.7 is ready.');
    await check(page, 'ready');
    expect(readFileSync(installed.image, 'utf8')).toBe('the old one');
    expect([...new Set(installed.releases.ids)]).toEqual(['']);
    await notice(page).getByRole('button', { name: 'Restart to install' }).click();
    expect(await shell.exited).toEqual({ code: 0, signal: null });
    const started = join(installed.folder, 'started');
    await until(
      'the new version to start',
      () => existsSync(started) && readFileSync(started, 'utf8') !== '',
    );
    expect(readFileSync(started, 'utf8')).toBe('true\n');
    expect(readFileSync(installed.image, 'utf8')).toMatch(/^#!\/bin\/sh/);
    expect(shell.output).toBe('');
  },
);

test(
  'takes no file that is another one than was published',
  { tag: '@browser' },
  async ({ installed, page }) => {
    const { window } = await installed.start('AppImage', page);
    installed.releases.image.write('#!/bin/xx');
    await notice(page).getByRole('button', { name: 'Yes' }).click();
    await notice(page).getByRole('button', { name: 'Download' }).click();
    await expect(notice(page)).toContainText(
      'Version 9.8.7 could not be downloaded. sha512 checksum mismatch',
    );
    expect(readFileSync(installed.image, 'utf8')).toBe('the old one');
    await notice(page).getByRole('button', { name: 'Later' }).click();
    await expect(notice(page)).toHaveCount(0);
    await window.ready();
  },
);

test(
  'a deb tells of the new version and opens its page, and fetches nothing',
  { tag: '@browser' },
  async ({ installed, page }) => {
    const { shell } = await installed.start('deb', page);
    await notice(page).getByRole('button', { name: 'Yes' }).click();
    await expect(notice(page)).toContainText('Version 9.8.7 is available.');
    await expect(notice(page).getByRole('button', { name: 'Download' })).toHaveCount(0);
    await notice(page).getByRole('link', { name: 'To its page' }).click();
    await expect
      .poll(() => shell.evaluate(({ seen }) => seen.opened))
      .toEqual([`${homepage}/releases/latest`]);
    await notice(page).getByRole('button', { name: 'Later' }).click();
    await expect(notice(page)).toHaveCount(0);
  },
);

test(
  'no is kept, and a look that fails is told only where one looks',
  { tag: '@browser' },
  async ({ installed, page }) => {
    installed.releases.failing = true;
    const { shell, window } = await installed.start('AppImage', page);
    await notice(page).getByRole('button', { name: 'No' }).click();
    await expect(notice(page)).toHaveCount(0);
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    await page.keyboard.press('Control+,');
    const daily = window.dialog.getByRole('switch', { name: 'Look for new versions once a day' });
    await expect(daily).not.toBeChecked();
    expect(installed.releases.asked).toEqual([]);
    await daily.click();
    await expect(window.dialog.locator('[data-updates=check-failed]')).toContainText(
      'could not be found out',
    );
    await check(page, 'preferences');
    await expect(notice(page)).toHaveCount(0);
    await daily.click();
    await expect(window.dialog.locator('[data-updates=unknown]')).toBeVisible();
    await shell.stop();
    const stored = JSON.parse(readFileSync(join(installed.folder, 'data', 'kcptun-desktop.json'), 'utf8'));
    expect(stored.settings.updates).toBe('off');
  },
);
