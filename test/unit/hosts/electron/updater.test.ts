import { beforeEach, describe, expect, it } from 'vitest';
import type { UpdateSource } from '../../../../src-main/app/updates.ts';
import { electronUpdates } from '../../../../src-main/hosts/electron/updater.ts';
import { updaterDouble } from '../../../support/updater-double.ts';

let updater: ReturnType<typeof updaterDouble>;
let calls: string[];
let source: UpdateSource;
beforeEach(() => {
  updater = updaterDouble();
  calls = [];
  const app = {
    quit: () => void calls.push('quit'),
    relaunch: (options?: Electron.RelaunchOptions) => void calls.push(`relaunch ${options?.execPath}`),
    releaseSingleInstanceLock: () => void calls.push('unlock'),
  };
  const load = async () => {
    calls.push('load');
    return updater.module;
  };
  source = electronUpdates(load, app, '/opt/kcptun', async () => void calls.push('stop'));
});

describe('electron-updater', () => {
  it('is loaded when it is first asked, once, and does nothing by itself', async () => {
    expect(calls).toEqual([]);
    expect(await source.check()).toBeNull();
    updater.seen.newest = '2.0.0';
    expect(await source.check()).toBe('2.0.0');
    expect(calls).toEqual(['load']);
    expect(updater.autoUpdater).toMatchObject({
      autoDownload: false,
      autoInstallOnAppQuit: false,
      logger: null,
    });
    expect(updater.seen.downloads).toBe(0);
  });

  it('tells no user from another', async () => {
    await source.check();
    expect(updater.autoUpdater.requestHeaders).toEqual({ 'x-user-staging-id': '' });
  });

  it('tells how far a download is, and leaves no listener behind', async () => {
    const shares: number[] = [];
    await source.check();
    const download = source.download((share) => shares.push(share), new AbortController().signal);
    await Promise.resolve();
    updater.autoUpdater.emit('download-progress', { percent: 42 });
    updater.seen.finish();
    await download;
    expect(shares).toEqual([0.42]);
    expect(updater.autoUpdater.listenerCount('download-progress')).toBe(0);
  });

  it('is told to give up', async () => {
    await source.check();
    const stop = new AbortController();
    const download = source.download(() => undefined, stop.signal);
    await Promise.resolve();
    stop.abort();
    await expect(download).rejects.toThrow('cancelled');
    expect(updater.seen.token?.cancelled).toBe(true);
  });

  it('installs after the tunnels are stopped and the next one may start', async () => {
    await source.check();
    await source.install();
    expect(calls).toEqual(['load', 'stop', 'unlock']);
    expect(updater.seen.installs).toEqual([[true, true]]);
  });

  it('starts the app again that has stopped and was not installed', async () => {
    await source.check();
    await source.install();
    updater.autoUpdater.emit('error', new Error('no rights'));
    expect(calls.slice(3)).toEqual(['relaunch /opt/kcptun', 'quit']);
  });
});
