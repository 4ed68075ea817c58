import { execFileSync } from 'node:child_process';
import { link, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { COUNTER_NAMES, zeroCounters } from '../../../shared/counters.ts';
import { openOwn, snmpLogPath, startSnmpLog, writeSnmpLine } from '../../../src-main/tunnels/snmp-log.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snmp-log-2006-'));
});
afterEach(() => rm(folder, { recursive: true }));

const time = new Date(2031, 2, 7, 16, 8, 9);

describe('snmpLogPath', () => {
  it("takes only the file's name for a layout", () => {
    expect(snmpLogPath('/var/2006/snmp-20060102.log', time)).toBe('/var/2006/snmp-20310307.log');
    expect(snmpLogPath('./150405', time)).toBe('./160809');
    expect(snmpLogPath('C:\\2006\\2006.csv', time, 'win32')).toBe('C:\\2006\\2031.csv');
  });
});

describe('writeSnmpLine', () => {
  it('begins a new file with the header, and appends to an old one', async () => {
    const path = join(folder, '20060102.csv');
    await writeSnmpLine(path, { ...zeroCounters(), BytesSent: 7, OOBPackets: 9 }, time);
    await writeSnmpLine(path, zeroCounters(), time);
    await writeSnmpLine(path, zeroCounters(), new Date(2031, 2, 8));
    expect(await readdir(folder)).toEqual(['20310307.csv', '20310308.csv']);
    const [header, first, second, end] = (await readFile(join(folder, '20310307.csv'), 'utf8')).split('\n');
    expect(header).toBe(`Unix,${COUNTER_NAMES.join(',')}`);
    expect(first).toBe(`${time.getTime() / 1000},7,${'0,'.repeat(COUNTER_NAMES.length - 2)}9`);
    expect(second.split(',')).toHaveLength(COUNTER_NAMES.length + 1);
    expect(end).toBe('');
  });
});

describe.skipIf(process.platform === 'win32')('openOwn', () => {
  const write = (path: string) => writeSnmpLine(path, zeroCounters(), time, openOwn);

  it('makes a file for nobody else, in a folder for nobody else, and goes on with it', async () => {
    const path = join(folder, 'counters', 'a.csv');
    await write(path);
    await write(path);
    expect((await readFile(path, 'utf8')).trimEnd().split('\n')).toHaveLength(3);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'counters'))).mode & 0o777).toBe(0o700);
  });

  it('writes through no link, into no pipe and no folder', async () => {
    const target = join(folder, 'authorized_keys');
    await writeFile(target, 'untouched');
    const at = (name: string) => join(folder, name);
    await symlink(target, at('symbolic'));
    await symlink(at('nowhere'), at('dangling'));
    await link(target, at('hard'));
    await mkdir(at('folder'));
    execFileSync('mkfifo', [at('pipe')]);
    for (const name of ['symbolic', 'dangling', 'hard', 'pipe', 'folder'])
      await expect(write(at(name))).rejects.toThrow('expected a regular file and no link');
    expect(await readFile(target, 'utf8')).toBe('untouched');
    expect(await readdir(folder)).not.toContain('nowhere');
  });
});

describe('startSnmpLog', () => {
  it('is off without a path or a period', () => {
    const read = vi.fn(zeroCounters);
    const report = (error: Error): void => expect.unreachable(error.message);
    startSnmpLog({ snmplog: '', snmpperiod: 1 }, read, report)();
    startSnmpLog({ snmplog: join(folder, 'a'), snmpperiod: 0 }, read, report)();
    expect(read).not.toHaveBeenCalled();
  });

  it('reports what it cannot write, and goes on', async () => {
    const errors: Error[] = [];
    const stop = await new Promise<() => void>((resolve) => {
      const end = startSnmpLog(
        { snmplog: join(folder, 'no', 'a'), snmpperiod: 0.01 },
        zeroCounters,
        (error) => {
          if (errors.push(error) === 2) resolve(end);
        },
      );
    });
    stop();
    expect(errors[1].message).toContain('ENOENT');
  });
});
