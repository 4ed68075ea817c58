import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const README = join(root, 'src-main/engine/README.md');
const dist = join(root, 'dist');
// in the package, where its own name stands for what it exports
mkdirSync(dist, { recursive: true });
const folder = mkdtempSync(join(dist, 'examples-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

async function run(file: string, ...args: string[]): Promise<Ran> {
  const child = spawn(process.execPath, [file, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ]);
  return { code, stdout, stderr };
}

/** The programs of the README, and what each says that it prints. */
const examples = [...readFileSync(README, 'utf8').matchAll(/```ts\n(.*?)```\n\n```text\n(.*?)```/gs)].map(
  ([, program, printed], i) => ({ name: `example${i + 1}.ts`, program, printed }),
);
for (const { name, program } of examples) writeFileSync(join(folder, name), program);

it('has examples, each with what it prints', () => {
  expect(examples.length).toBeGreaterThan(2);
  expect(readFileSync(README, 'utf8').match(/^```ts$/gm)).toHaveLength(examples.length);
});

it.each(examples)("prints what the engine's README says: $name", async ({ name, printed }) => {
  const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');
  expect(await run(tsx, join(folder, name))).toEqual({ code: 0, stdout: printed, stderr: '' });
});

it('has types that the examples of its README keep to', async () => {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  expect(await run(tsc, '-p', join(root, 'src-main/engine'))).toMatchObject({ code: 0, stdout: '' });
  // what whoever uses the package may have set, and nothing of ours
  const settings = { strict: true, noEmit: true, target: 'es2023', module: 'nodenext', types: ['node'] };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: settings, files: examples.map(({ name }) => name) }),
  );
  expect(await run(tsc, '-p', folder)).toEqual({ code: 0, stdout: '', stderr: '' });
});

it('leaves the process alone until something is started', async () => {
  const program = join(folder, 'import.mjs');
  writeFileSync(program, IMPORTING);
  const { code, stdout, stderr } = await run(program);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [before, imported, started] = JSON.parse(stdout) as Record<string, unknown>[];
  expect(imported).toEqual(before);
  // it is not that nothing could be seen
  expect(started).not.toEqual(before);
  expect(started).toMatchObject({ collector: 'function', memories: 1 });
});

/** Tells the process' state before the engine is imported, after that, and while a client runs. */
const IMPORTING = `
import { runInNewContext } from 'node:vm';

let memories = 0;
const { Memory } = WebAssembly;
WebAssembly.Memory = class extends Memory {
  constructor(...args) {
    super(...args);
    memories++;
  }
};

const state = () => ({
  // but for what reading the modules has left
  handles: process.getActiveResourcesInfo().filter((name) => !/Req/.test(name)),
  listeners: process.eventNames().map((name) => [String(name), process.listenerCount(name)]),
  globals: Object.getOwnPropertyNames(globalThis),
  // V8 hands it to a new context once the flag is set
  collector: runInNewContext('typeof gc'),
  memories,
  libraries: process.report.getReport().sharedObjects.filter((path) => /koffi/.test(path)),
  environment: { ...process.env },
  title: process.title,
});

const states = [state()];
const { startClient } = await import('kcptun-desktop/engine');
states.push(state());
const client = await startClient({ localaddr: '127.0.0.1:0', remoteaddr: '127.0.0.1:1' });
states.push(state());
await client.close();
// written when nothing keeps the process alive any more
process.once('beforeExit', () => process.stdout.write(JSON.stringify(states)));
`;
