import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogBook } from '../../../src-main/app/log-book.ts';
import { RotatingFile } from '../../../src-main/app/rotating-file.ts';
import { LOG_LINES_KEPT } from '../../../shared/log.ts';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'kcptun-log-'))));
afterEach(() => rmSync(folder, { recursive: true }));

describe('LogBook', () => {
  it('keeps what its level lets through', () => {
    const log = new LogBook();
    for (const level of ['error', 'warn', 'info', 'debug'] as const) log.write(level, level);
    log.level = 'error';
    log.write('warn', 'no more');
    log.level = 'debug';
    log.write('debug', 'at last');
    expect(log.tail(undefined, 10).map(({ text }) => text)).toEqual(['error', 'warn', 'info', 'at last']);
  });

  it('is bounded, and numbers its lines without a gap', () => {
    const log = new LogBook();
    for (let i = 0; i < LOG_LINES_KEPT * 3; i++) log.write('info', `${i}`);
    const lines = log.tail(undefined, LOG_LINES_KEPT * 3);
    expect(lines.length).toBeLessThanOrEqual(LOG_LINES_KEPT);
    expect(lines.length).toBeGreaterThan(LOG_LINES_KEPT * 0.85);
    expect(lines.at(-1)).toMatchObject({ text: `${LOG_LINES_KEPT * 3 - 1}`, seq: LOG_LINES_KEPT * 3 });
    expect(lines.at(-1)!.seq - lines[0].seq).toBe(lines.length - 1);
  });

  it('makes one line of a message that tries to be two', () => {
    const lines: string[] = [];
    const log = new LogBook({ append: (line) => lines.push(line), flush: async () => undefined });
    log.write('warn', 'bad\n2026-01-01T00:00:00.000Z info [app] all is well', { id: 'x', name: 'a\r\nb' }, 0);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^1970-01-01T00:00:00.000Z warn \[a ⏎ b\] bad ⏎ /);
    expect(lines[0]).not.toMatch(/[\r\n]/);
  });

  it('tells who follows, until they stop', () => {
    const log = new LogBook();
    const heard: string[] = [];
    const stop = log.follow(({ text }) => heard.push(text));
    log.write('info', 'one');
    stop();
    log.write('info', 'two');
    expect(heard).toEqual(['one']);
  });
});

describe('RotatingFile', () => {
  const path = () => join(folder, 'deep', 'app.log');

  it('appends in order, for its owner only, to what was there', async () => {
    const file = new RotatingFile(path());
    for (let i = 0; i < 100; i++) file.append(`line ${i}`);
    await file.flush();
    file.append('later');
    await file.flush();
    await new RotatingFile(path()).flush();
    const again = new RotatingFile(path());
    again.append('another day');
    await again.flush();
    const lines = readFileSync(path(), 'utf8').trimEnd().split('\n');
    expect([lines.length, lines[0], ...lines.slice(-2)]).toEqual([102, 'line 0', 'later', 'another day']);
    if (process.platform === 'win32') return;
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'deep')).mode & 0o777).toBe(0o700);
  });

  it('rotates by size and keeps so many old files', async () => {
    const file = new RotatingFile(path(), 100, 2);
    for (let i = 0; i < 8; i++) {
      file.append(`${i}`.repeat(59));
      await file.flush();
    }
    expect(readdirSync(join(folder, 'deep')).sort()).toEqual(['app.log', 'app.log.1', 'app.log.2']);
    const first = (name: string) => readFileSync(join(folder, 'deep', name), 'utf8')[0];
    expect([first('app.log'), first('app.log.1'), first('app.log.2')]).toEqual(['7', '6', '5']);
  });

  it('neither fails nor hangs where it cannot write, and goes on once it can', async () => {
    writeFileSync(join(folder, 'deep'), 'a file where the folder should be');
    const file = new RotatingFile(path());
    file.append('lost');
    await file.flush();
    rmSync(join(folder, 'deep'));
    file.append('kept');
    await file.flush();
    expect(readFileSync(path(), 'utf8')).toBe('kept\n');
  });
});
