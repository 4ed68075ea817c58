import { describe, expect, it } from 'vitest';
import { parseArguments, UsageError } from '../../../../src-main/hosts/cli/arguments.ts';

describe('parseArguments', () => {
  it('takes one dash or two, short names and long ones, = and a space', () => {
    expect(
      parseArguments('client', [
        ...['-l', ':1', '--remoteaddr', 'vps:2', '-ds=5', '--ps', '6', '-crypt=', '-QPPCount', '7'],
        ...['--key=a=b', '-autoexpire', '60', '--log', '-', '-c', 'x.json'],
      ]),
    ).toEqual({
      ask: 'run',
      config: 'x.json',
      debug: false,
      values: {
        localaddr: ':1',
        remoteaddr: 'vps:2',
        datashard: 5,
        parityshard: 6,
        crypt: '',
        'qpp-count': 7,
        key: 'a=b',
        autoexpire: 60,
        log: '-',
      },
    });
  });

  it('knows --linelog, which kcptun does not', () => {
    const args = ['-linelog=line.csv', '-l', ':1'];
    expect(parseArguments('client', args)).toMatchObject({ lineLog: 'line.csv' });
    expect(() => parseArguments('client', ['--linelog'])).toThrow('expected the path of a CSV file');
  });

  it('knows --debug, which kcptun does not', () =>
    expect(parseArguments('server', ['--debug', '-l', ':1'])).toMatchObject({
      debug: true,
      values: { listen: ':1' },
    }));

  it('gives -l the meaning of its side', () => {
    expect(parseArguments('server', ['-l', ':1', '-t', 'a:2'])).toMatchObject({
      values: { listen: ':1', target: 'a:2' },
    });
  });

  it("takes booleans alone or behind '=', the last of several winning", () => {
    const values = (...argv: string[]): unknown =>
      (parseArguments('client', argv) as { values: unknown }).values;
    expect(values('--nocomp', '-quiet=false', '--tcp=0')).toEqual({ nocomp: true, quiet: false, tcp: false });
    expect(values('--nocomp', '--nocomp=false', '--mtu', '1', '--mtu', '2')).toEqual({
      nocomp: false,
      mtu: 2,
    });
  });

  it('takes a value that looks like an option, as Go does', () => {
    expect(parseArguments('client', ['--key', '--nocomp'])).toMatchObject({ values: { key: '--nocomp' } });
  });

  it.each(['--help', '-help', '-h', '--h'])('knows %s', (flag) => {
    expect(parseArguments('client', ['--mtu', '1', flag])).toEqual({ ask: 'help' });
  });
  it.each(['--version', '-v'])('knows %s', (flag) => {
    expect(parseArguments('client', [flag])).toEqual({ ask: 'version' });
  });

  it.each([
    [['--bogus=hunter2'], "--bogus: no such option: expected one that 'kcptun client --help' lists"],
    [['--target', 'a:1'], "--target: no such option: expected one that 'kcptun client --help' lists"],
    [['--MTU', '1'], "--MTU: no such option: expected one that 'kcptun client --help' lists"],
    [['--mtu'], '--mtu: a value is missing: expected an integer from 50 to 1500'],
    [['-c'], '-c: a value is missing: expected the path of a JSON file'],
    [['--nocomp=maybe'], '--nocomp "maybe": expected true or false'],
    [
      ['--key', 'my', 'hunter2'],
      'argument 3 is no option: expected --name value or --name=value, values with spaces in quotes',
    ],
    [['--'], 'argument 1 is no option: expected --name value or --name=value, values with spaces in quotes'],
    [
      ['---mtu'],
      'argument 1 is no option: expected --name value or --name=value, values with spaces in quotes',
    ],
  ])('refuses %j without telling what may be a key', (argv, message) => {
    expect(() => parseArguments('client', argv)).toThrow(new UsageError(message));
  });
});
