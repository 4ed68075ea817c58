import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';

interface Job {
  'timeout-minutes'?: number;
  permissions?: Record<string, string>;
  needs?: string | string[];
  steps: { uses?: string; run?: string; with?: Record<string, unknown> }[];
}
interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, Job>;
}

// electron-builder's own reader
const { load } = createRequire(import.meta.url)('js-yaml') as { load(text: string): unknown };
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

describe.each(workflows)('%s', (_name, { permissions, jobs }) => {
  const steps = Object.values(jobs).flatMap((job) => job.steps);
  const lines = steps.flatMap(({ run = '' }) => run.split(/\n|&&/)).map((line) => line.trim());

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
    for (const [name, job] of Object.entries(jobs)) {
      expect(job.permissions ?? {}).toEqual(name === 'draft' ? { contents: 'write' } : {});
      expect(job['timeout-minutes']).toBeGreaterThan(0);
    }
  });

  it('puts nothing of an event into a command', () => {
    expect(lines.filter((line) => /\$\{\{(?! matrix\.)/.test(line))).toEqual([]);
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
