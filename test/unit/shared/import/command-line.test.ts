import { describe, expect, it } from 'vitest';
import { findCommandLines, splitWords } from '../../../../shared/import/command-line.ts';
import { toCommandLine } from '../../../../shared/options-convert.ts';

const allCommandLines = (text: string) => [...findCommandLines(text)];

describe('splitWords', () => {
  it.each([
    [`a "b c" 'd "e' f\\ g`, ['a', 'b c', 'd "e', 'f g']],
    [`"a\\"b" "c\\d" ''`, ['a"b', 'c\\d', '']],
    ['a > log 2>&1 &', ['a']],
    ['a b; c', ['a', 'b']],
    ['C:\\bin\\a.exe b', ['C:\\bin\\a.exe', 'b']],
    [`'it'\\''s'`, ["it's"]],
    ['"open', ['open']],
  ])('cuts %s', (line, words) => {
    expect(splitWords(line)).toEqual(words);
  });
});

describe('findCommandLines', () => {
  it('reads a pasted command in any text', () => {
    const found = allCommandLines(`
To start it, run:
  $ nohup ./client_linux_amd64 -r "1.2.3.4:29900" -l ":8388" -mode fast2 \\
      --ds=5 -ps 5 -nocomp --key 'it'\\''s ours' -autoexpire 60 > /dev/null 2>&1 &
and be happy (ls -l, tar -t x:1).`);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      format: 'command-line',
      name: '1.2.3.4',
      options: {
        remoteaddr: '1.2.3.4:29900',
        localaddr: ':8388',
        mode: 'fast2',
        datashard: 5,
        parityshard: 5,
        nocomp: true,
        key: "it's ours",
        autoexpire: 60,
      },
      server: false,
    });
  });

  it('reads several, on Windows too', () => {
    const found = allCommandLines(
      'C:\\kcp\\client_windows_amd64.exe -r a:1 -l :1 ^\r\n -crypt tea\r\nkcptun client --remoteaddr b:2',
    );
    expect(found.map(({ options }) => [options.remoteaddr, options.crypt])).toEqual([
      ['a:1', 'tea'],
      ['b:2', undefined],
    ]);
  });

  it("makes a client of a server's command", () => {
    const found = [
      'server_linux_amd64 -l :4000',
      'kcptun server -l :4000',
      '--listen :4000 -t a:1 --crypt sm4 --ds 5',
    ].map((line) => allCommandLines(line)[0]);
    for (const each of found)
      expect(each).toMatchObject({ server: true, options: { remoteaddr: 'vps:4000' } });
    expect(found[2].options).toMatchObject({ crypt: 'sm4', datashard: 5 });
  });

  it('needs no program, keeps unknown flags, and notes a config file', () => {
    const [found] = allCommandLines('-r a:1 --new-thing 5 --switch -c /etc/kcptun.json');
    expect(found.extra).toEqual({ 'new-thing': '5', switch: true });
    expect(found.notes.map(({ code }) => code)).toEqual(['config-file', 'smuxver-assumed', 'unknown-keys']);
  });

  it('reads what it wrote itself', () => {
    const options = { remoteaddr: 'a:1', key: "x 'y' $z;|", scavengettl: -1, smuxver: 1, nocomp: true };
    expect(allCommandLines(toCommandLine('client', options))[0].options).toMatchObject(options);
  });

  it.each(['ls -l', 'ssh -t host -l me', 'tar -c -f x:1 -t', 'grep --key value', 'a -r b', '-', '--'])(
    'leaves %s alone',
    (line) => {
      expect(allCommandLines(line)).toEqual([]);
    },
  );
});
