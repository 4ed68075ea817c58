import { describe, expect, it } from 'vitest';
import { importProfiles } from '../../../shared/import/import.ts';
import { toLink } from '../../../shared/import/link.ts';
import { toJson } from '../../../shared/options-convert.ts';
import { parseOptions } from '../../../shared/options-parse.ts';
import { problemLine } from '../../../shared/options-problem.ts';
import { MOST_SPARES, type SpareOptions } from '../../../shared/servers.ts';

const parse = (input: Record<string, unknown>) => {
  const { given, spares, problems } = parseOptions('client', { key: 'a key of its own', ...input });
  const errors = problems.filter(({ severity }) => severity === 'error').map((one) => problemLine(one));
  return { given, spares, errors };
};
const spares: SpareOptions[] = [
  { remoteaddr: 'b.example:4000-4999' },
  { remoteaddr: '[2001:db8::1]:29900', key: 'pä;s=s', crypt: 'aes-128', smuxver: 1, nocomp: true, mtu: 1200 },
];
const options = { remoteaddr: 'a.example:29900', key: 'hunter22', localaddr: '127.0.0.1:5000' };

describe('a list of servers', () => {
  it('is read where one is, each with what it has of its own', () => {
    const { given, spares, errors } = parse({
      remoteaddr: [
        { REMOTEADDR: 'a:1', crypt: 'xtea' },
        'b:2',
        { remoteaddr: 'c:3', key: 'k', smuxver: null },
      ],
    });
    expect(errors).toEqual([]);
    expect(given).toMatchObject({ remoteaddr: 'a:1', crypt: 'xtea' });
    expect(spares).toEqual([{ remoteaddr: 'b:2' }, { remoteaddr: 'c:3', key: 'k' }]);
  });

  it('says which server is wrong, and what was expected, and never a key', () => {
    const errorsOf = (...remoteaddr: unknown[]) => parse({ remoteaddr }).errors;
    expect(errorsOf('a:1', 'b')).toEqual([
      expect.stringMatching(/^remoteaddr of server 2 "b": expected host:port/),
    ]);
    expect(errorsOf('a:1', { remoteaddr: 'b:1', crypt: 'rot13' })).toEqual([
      expect.stringMatching(/^crypt of server 2 "rot13": expected one of aes/),
    ]);
    expect(errorsOf('a:1', { remoteaddr: 'b:1', key: 7 })).toEqual(['key of server 2: expected text']);
    expect(errorsOf('a:1', { remoteaddr: 'b:1', conn: 7 })).toEqual([
      expect.stringMatching(
        /^remoteaddr of server 2 "conn": expected an option that each server has of its own/,
      ),
    ]);
    expect(errorsOf('a:1', { key: 'secret' })).toEqual(['remoteaddr of server 2: expected its remoteaddr']);
    expect(errorsOf('a:1', 7)).toEqual([
      expect.stringMatching(/^remoteaddr of server 2: expected an address, or/),
    ]);
    expect(errorsOf()).toEqual([`remoteaddr: expected 1 to ${MOST_SPARES + 1} servers`]);
    expect(errorsOf(...Array<string>(MOST_SPARES + 2).fill('a:1'))).toHaveLength(1);
    expect(errorsOf('a:1', { remoteaddr: 'b:1', crypt: 'aes-128-gcm', mtu: 60 })).toEqual([
      expect.stringMatching(/^mtu of server 2 60: expected at least/),
    ]);
  });

  it('is nothing that a server has', () => {
    expect(parseOptions('server', { spares: [] }).unknown).toEqual({ spares: [] });
  });

  it('comes back whole from our JSON, which kcptun reads as that of the first', () => {
    const text = toJson('client', options, { theirs: 1 }, spares);
    expect(JSON.parse(text)).toMatchObject({ remoteaddr: options.remoteaddr, spares });
    const [found] = importProfiles(text).found;
    expect(found).toMatchObject({ options, spares, extra: { theirs: 1 } });
    expect(found.notes.map(({ code }) => code)).toEqual(['unknown-keys']);
  });

  it('comes back whole from our link', () => {
    const [found] = importProfiles(toLink('Home', options, spares)).found;
    expect(found).toMatchObject({ name: 'Home', options, spares });
  });

  it('is read from a command line that names several', () => {
    const [found] = importProfiles('kcptun client -r a:1 --remoteaddr b:2 -r c:3 --key x').found;
    expect(found).toMatchObject({
      options: { remoteaddr: 'a:1', key: 'x' },
      spares: [{ remoteaddr: 'b:2' }, { remoteaddr: 'c:3' }],
    });
  });

  it('loses no right server of an import for a wrong one, and says what was wrong', () => {
    const remoteaddr = ['a:1', 'nowhere', { remoteaddr: 'c:3', crypt: 'rot13', smuxver: 1 }];
    const [found] = importProfiles(JSON.stringify({ remoteaddr, key: 'x' })).found;
    expect(found).toMatchObject({
      options: { remoteaddr: 'a:1' },
      spares: [{ remoteaddr: 'c:3', smuxver: 1 }],
    });
    expect(found.notes.filter(({ code }) => code === 'bad-value')).toHaveLength(2);
  });
});
