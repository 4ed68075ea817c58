import { describe, expect, it } from 'vitest';
import {
  AddressError,
  formatAddress,
  isEveryInterface,
  isIPv6,
  parseAddress,
} from '../../../shared/address.ts';
import type { AddressForm } from '../../../shared/options-table.ts';

const dial: AddressForm = { use: 'dial', portRange: true };
const listen: AddressForm = { use: 'listen', unix: true };

describe('parseAddress', () => {
  it.each([
    ['vps:29900', { host: 'vps', minPort: 29900, maxPort: 29900 }],
    ['1.2.3.4:1', { host: '1.2.3.4', minPort: 1, maxPort: 1 }],
    ['[2001:db8::1]:65535', { host: '2001:db8::1', minPort: 65535, maxPort: 65535 }],
    ['[fe80::1%eth0]:80', { host: 'fe80::1%eth0', minPort: 80, maxPort: 80 }],
    ['[::ffff:1.2.3.4]:80', { host: '::ffff:1.2.3.4', minPort: 80, maxPort: 80 }],
    ['vps:3000-3010', { host: 'vps', minPort: 3000, maxPort: 3010 }],
    ['[::1]:3000-3010', { host: '::1', minPort: 3000, maxPort: 3010 }],
    [':29900', { host: '', minPort: 29900, maxPort: 29900 }],
  ])('reads %s, and writes it again', (text, address) => {
    expect(parseAddress(text, dial)).toEqual(address);
    expect(formatAddress(parseAddress(text, dial))).toBe(text);
  });

  it.each(['/run/kcptun.sock', './here', 'kcptun.sock', '/tmp/a:80', 'C:\\run\\kcptun'])(
    'takes %s for a path',
    (path) => {
      expect(parseAddress(path, listen)).toEqual({ path });
      expect(() => parseAddress(path, dial)).toThrow(/it is a path/);
    },
  );

  it('listens on port 0, and dials none', () => {
    expect(parseAddress('127.0.0.1:0', listen)).toMatchObject({ minPort: 0 });
    expect(() => parseAddress('vps:0', dial)).toThrow('port 0 is not from 1 to 65535');
  });

  it.each([
    ['', 'it is empty'],
    ['vps', 'the port is missing'],
    ['vps:', 'the port is missing'],
    ['29900', 'a port alone is written :29900'],
    ['::1', 'an IPv6 address is written in brackets'],
    ['2001:db8::1:29900', 'an IPv6 address is written in brackets'],
    ['[::1]', 'the port is missing'],
    ['[vps]:29900', '"vps" is no IPv6 address'],
    ['vps:http', '"http" is no port'],
    ['vps:65536', 'port 65536 is not from 1 to 65535'],
    ['vps:-1', '"-1" is no port'],
    ['vps:0-10', 'port 0 is not from 1 to 65535'],
    ['vps:20-10', 'the range 20-10 runs backwards'],
    ['my vps:80', '"my vps" is no host name'],
    ['a\nb:80', '"a\\nb" is no host name'],
    ['vps:80\0', 'it holds a NUL'],
  ])('refuses %j', (text, why) => {
    const parse = (): unknown => parseAddress(text, dial);
    expect(parse).toThrow(AddressError);
    expect(parse).toThrow(why);
    expect(parse).toThrow('expected host:port');
  });

  it('refuses a range where there is one port', () => {
    expect(() => parseAddress('127.0.0.1:1-2', listen)).toThrow('a range of ports is not possible here');
  });
});

describe('isIPv6', () => {
  it.each(['::', '::1', '1::', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:1.2.3.4', '::1.2.3.4', 'FE80::a%1'])(
    'takes %s',
    (text) => {
      expect(isIPv6(text)).toBe(true);
    },
  );
  it.each([
    '',
    ':',
    ':::',
    '1',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '12345::',
    'g::',
    '::1.2.3.256',
    '1.2.3.4',
    '::1%',
    ':1::',
  ])('refuses %j', (text) => {
    expect(isIPv6(text)).toBe(false);
  });
});

describe('isEveryInterface', () => {
  it('knows the ways to say so', () => {
    const every = [':1', '0.0.0.0:1', '[::]:1', '127.0.0.1:1', '/a.sock'].map((text) =>
      isEveryInterface(parseAddress(text, listen)),
    );
    expect(every).toEqual([true, true, true, false, false]);
  });
});
