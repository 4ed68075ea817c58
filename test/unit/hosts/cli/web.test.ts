import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../../src-main/hosts/cli/arguments.ts';
import { parseWebArguments } from '../../../../src-main/hosts/cli/web.ts';

describe('parseWebArguments', () => {
  it('takes a port and a folder', () => {
    expect(parseWebArguments([])).toEqual({ port: 0, folder: undefined, smoke: false });
    expect(parseWebArguments(['--port', '1', '-h'])).toBeNull();
    expect(parseWebArguments(['--smoke'])?.smoke).toBe(true);
    expect(parseWebArguments(['--port', '8080', '--folder=/x'])).toEqual({
      port: 8080,
      folder: '/x',
      smoke: false,
    });
  });

  it.each([
    [['--port', '65536'], '--port "65536": expected an integer from 0 to 65535'],
    [['--port', 'http'], '--port "http": expected an integer from 0 to 65535'],
    [['--host', 'x'], "Unknown option '--host': expected --port port, --folder path or --smoke"],
  ])('refuses %j', (argv, message) => {
    expect(() => parseWebArguments(argv)).toThrow(new UsageError(message));
  });

  it('refuses what stands alone, in one line', () => {
    expect(() => parseWebArguments(['8080'])).toThrow(UsageError);
    expect(() => parseWebArguments(['8080'])).not.toThrow(/\n/);
  });
});
