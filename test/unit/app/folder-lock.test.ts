import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder } from '../../../src-main/app/folder-lock.ts';
import { Process } from '../../support/process.ts';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'kcptun-lock-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const socket = () => join(folder, 'running.sock');

/** Another process that holds the folder, until it is ended. */
async function otherHolder(): Promise<Process> {
  const module = new URL('../../../src-main/app/folder-lock.ts', import.meta.url).href;
  const script = `import(${JSON.stringify(module)})
    .then(({ lockFolder }) => lockFolder(${JSON.stringify(folder)}))
    .then(() => { console.log('held'); setInterval(() => {}, 1000); });`;
  const other = new Process(process.execPath, ['--import', 'tsx', '-e', script]);
  await other.until('the folder is held', () => other.output.includes('held'));
  return other;
}

describe('lockFolder', () => {
  it('holds the folder until it is let go, and leaves nothing behind', async () => {
    const unlock = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toThrow(`process ${process.pid}`);
    if (process.platform !== 'win32') expect(statSync(socket()).mode & 0o777).toBe(0o600);
    await unlock();
    expect(existsSync(socket())).toBe(false);
    await (
      await lockFolder(folder)
    )();
  });

  it('names the process that holds it, and takes over when that is killed', async () => {
    await using other = await otherHolder();
    await expect(lockFolder(folder)).rejects.toMatchObject({
      code: 'storage-failed',
      message: `${folder} is in use: kcptun-desktop runs already, as process ${other.pid}`,
    });
    other.kill('SIGKILL');
    await other.exited;
    if (process.platform !== 'win32') expect(existsSync(socket())).toBe(true);
    await (
      await lockFolder(folder)
    )();
  });

  it('is not taken from a process that is stopped and cannot answer', async () => {
    await using other = await otherHolder();
    other.kill('SIGSTOP');
    await expect(lockFolder(folder)).rejects.toThrow('kcptun-desktop runs already');
    other.kill('SIGCONT');
  });

  it('is got by one of many who find a dead one at the same time', async () => {
    const other = await otherHolder();
    other.kill('SIGKILL');
    await other.exited;
    const all = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
    const held = all.filter((one) => one.status === 'fulfilled');
    expect(held).toHaveLength(1);
    await held[0].value();
  });

  it.each([String(process.ppid), '99999999', 'x', ''])(
    'does not mind a file with the number of a process, %j: that says nothing of who runs now',
    async (holder) => {
      writeFileSync(join(folder, 'running.pid'), holder);
      writeFileSync(socket(), holder);
      await (
        await lockFolder(folder)
      )();
    },
  );

  it('holds a folder whose path is too long for a socket', async () => {
    const deep = join(folder, 'x'.repeat(90), 'y'.repeat(90));
    const unlock = await lockFolder(deep);
    await expect(lockFolder(deep)).rejects.toThrow('runs already');
    await unlock();
    await (
      await lockFolder(deep)
    )();
  });

  it('says why a folder cannot be made', async () => {
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'taken', 'running.sock', 'in the way'), { recursive: true });
    for (const name of ['file', join('file', 'below'), 'taken'])
      await expect(lockFolder(join(folder, name))).rejects.toMatchObject({ code: 'storage-failed' });
  });
});
