import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../../../src-main/hosts/cli/arguments.ts';
import { resolveOptions } from '../../../../src-main/hosts/cli/config.ts';
import { DEFAULT_KEY, type OptionValue } from '../../../../shared/options.ts';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'kcptun-config-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (text: string): string => {
  const path = join(folder, 'config.json');
  writeFileSync(path, text);
  return path;
};
const resolve = (values: Record<string, OptionValue>, json?: string, env: NodeJS.ProcessEnv = {}) =>
  resolveOptions('client', { values, config: json === undefined ? undefined : file(json) }, env);

describe('resolveOptions', () => {
  it('lets the file win over the command line, and that over the environment', () => {
    expect(resolve({}).options.key).toBe(DEFAULT_KEY);
    expect(resolve({}, undefined, { KCPTUN_KEY: '' }).options.key).toBe(DEFAULT_KEY);
    expect(resolve({}, undefined, { KCPTUN_KEY: 'env' }).options.key).toBe('env');
    expect(resolve({ key: 'flag' }, undefined, { KCPTUN_KEY: 'env' }).options.key).toBe('flag');
    expect(
      resolve({ key: 'flag', mtu: 1000 }, '\uFEFF{"Key":"file","MTU":null}', { KCPTUN_KEY: 'env' }).options,
    ).toMatchObject({
      key: 'file',
      mtu: 1000,
    });
  });

  it('lets a right value of the file replace a wrong one of the command line', () => {
    expect(resolve({ mtu: 'x' }, '{"mtu":1000}').options.mtu).toBe(1000);
  });

  it('gives what the file has and kcptun has not', () => {
    expect(resolve({}, '{"remark":1}').unknown).toEqual({ remark: 1 });
  });

  it('names the option as it was given, the value and what is allowed', () => {
    expect(() => resolve({ mtu: 9000 })).toThrow(
      new UsageError('--mtu 9000: expected an integer from 50 to 1500'),
    );
    expect(() => resolve({ 'qpp-count': 0 })).toThrow(/^--QPPCount 0: expected/);
    expect(() => resolve({}, '{"MTU":"1350"}')).toThrow(/^mtu in .*config\.json "1350": expected an integer/);
  });

  it.each(['{"key":"hunter2" "mtu":1}', '{"key":hunter2}', '["hunter2"]', 'null', ''])(
    'refuses a file of %j, and does not tell the key',
    (json) => {
      const attempt = (): unknown => resolve({}, json);
      expect(attempt).toThrow(UsageError);
      expect(attempt).toThrow(/config\.json: expected a JSON/);
      expect(attempt).not.toThrow(/hunter2/);
    },
  );

  it('says why a file cannot be read', () => {
    expect(() => resolveOptions('server', { values: {}, config: join(folder, 'none') }, {})).toThrow(
      /none: expected a JSON file, reading it failed with ENOENT$/,
    );
  });
});
