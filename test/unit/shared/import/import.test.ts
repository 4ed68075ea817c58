import { describe, expect, it } from 'vitest';
import { type FoundProfile, importProfiles } from '../../../../shared/import/import.ts';
import { toBase64 } from '../../../../shared/import/base64.ts';
import { toJson } from '../../../../shared/options-convert.ts';
import { LOCAL_ADDRESS } from '../../../../shared/profile.ts';

const findOne = (text: string): FoundProfile => {
  const { found, refused } = importProfiles(text);
  expect({ count: found.length, refused }).toEqual({ count: 1, refused: null });
  return found[0];
};
const codes = (found: FoundProfile): string[] => found.notes.map(({ code }) => code);

describe("kcptun's JSON", () => {
  it("reads a client's file, keeping what is unknown", () => {
    const found = findOne(
      '\uFEFF{"RemoteAddr":"vps.example:29900","key":"k","mtu":1200,"smuxver":1,"remark":{"a":[1]}}',
    );
    expect(found).toMatchObject({
      format: 'json',
      name: 'vps.example',
      options: { remoteaddr: 'vps.example:29900', key: 'k', mtu: 1200, smuxver: 1 },
      extra: { remark: { a: [1] } },
      server: false,
    });
    expect(codes(found)).toEqual(['unknown-keys']);
  });

  it('says so where the smux version is not said', () => {
    const found = findOne('{"remoteaddr":"a:1"}');
    expect(codes(found)).toEqual(['smuxver-assumed']);
    expect(found.options.smuxver).toBeUndefined();
  });

  it("makes a client of a server's file, and says so", () => {
    const found = findOne(
      '{"listen":":4000-4010","target":"127.0.0.1:8388","key":"k","crypt":"sm4","sndwnd":2048,"smuxver":2}',
    );
    expect(found).toMatchObject({
      server: true,
      options: { remoteaddr: 'vps:4000-4010', key: 'k', crypt: 'sm4', rcvwnd: 2048, smuxver: 2 },
      extra: {},
    });
    expect(codes(found)).toEqual(['server-config']);
  });

  it('leaves out what is wrong, and says so without the key', () => {
    const found = findOne(
      '{"remoteaddr":"::1:29900","key":5,"mtu":9000,"conn":"4","smuxver":1,"datashard":200,"parityshard":100}',
    );
    expect(found.options).toEqual({ localaddr: LOCAL_ADDRESS, conn: 4, smuxver: 1, datashard: 200 });
    expect(codes(found)).toEqual(['bad-value', 'bad-value', 'bad-value', 'bad-value']);
    expect(found.notes.map((note) => ('detail' in note ? note.detail : '')).join('\n')).toContain('brackets');
  });

  it('points out manual fields that the mode ignores', () => {
    expect(codes(findOne('{"remoteaddr":"a:1","smuxver":2,"mode":"fast2","resend":2,"nc":1}'))).toEqual([
      'manual-ignored',
    ]);
    expect(codes(findOne('{"remoteaddr":"a:1","smuxver":2,"mode":"manual","resend":2,"nc":1}'))).toEqual([]);
  });

  it('reads a list, and what it has written itself', () => {
    const text = `[${toJson('client', { localaddr: '[::1]:1', remoteaddr: 'a:1', key: 'x' })},{"name":"two","remoteaddr":"b:2"}]`;
    const { found } = importProfiles(text);
    expect(found.map(({ name }) => name)).toEqual(['a', 'two']);
    expect(codes(found[0])).toEqual([]);
  });
});

describe('kcptun-gui-windows', () => {
  it('reads every server', () => {
    const { found } = importProfiles(
      JSON.stringify({
        servers: [
          { remarks: '香港', remoteaddr: 'a:1', mode: 'manual_all', nodelay: 1, interval: '20', smuxver: 2 },
          { remarks: '', remoteaddr: 'b:2', nocomp: true },
        ],
        index: 0,
      }),
    );
    expect(found.map(({ name, format }) => [name, format])).toEqual([
      ['香港', 'gui-windows'],
      ['b', 'gui-windows'],
    ]);
    expect(found[0].options).toEqual({
      localaddr: LOCAL_ADDRESS,
      remoteaddr: 'a:1',
      mode: 'manual',
      nodelay: 1,
      interval: 20,
      smuxver: 2,
    });
    expect(found[1].options).toMatchObject({ remoteaddr: 'b:2', nocomp: true, smuxver: 1 });
  });
});

describe('UCI', () => {
  it('reads the servers and nothing else', () => {
    const { found } = importProfiles(`
config general
	option server 'cfg1'

config servers
	option alias 'home'
	option server_addr '2001:db8::1'
	option server_port '29900'
	option listen_addr "127.0.0.1"
	option listen_port 8388
	option key 'a key; with signs'
	option crypt 'salsa20'
	option nocomp '1'
	option acknodelay 'false'
	option dscp ''
	option password_file '/x'
config servers 'second'
	option server_addr 'b'
	option server_port '2'
`);
    expect(found).toHaveLength(2);
    expect(found[0]).toMatchObject({
      format: 'uci',
      name: 'home',
      options: {
        remoteaddr: '[2001:db8::1]:29900',
        localaddr: '127.0.0.1:8388',
        key: 'a key; with signs',
        crypt: 'salsa20',
        nocomp: true,
        acknodelay: false,
      },
      extra: { password_file: '/x' },
    });
    expect(found[1].options.remoteaddr).toBe('b:2');
  });
});

describe('Shadowsocks plugins', () => {
  it('reads the environment of a plugin', () => {
    const found = findOne(`SS_REMOTE_HOST=vps.example SS_REMOTE_PORT=29900
SS_LOCAL_HOST='::1' SS_LOCAL_PORT=1080
SS_PLUGIN_OPTIONS="key=a\\;b\\=c;crypt=aes-128;mode=fast2;nocomp;smuxver=2"`);
    expect(found).toMatchObject({
      format: 'sip003',
      options: {
        remoteaddr: 'vps.example:29900',
        localaddr: '[::1]:1080',
        key: 'a;b=c',
        crypt: 'aes-128',
        mode: 'fast2',
        nocomp: true,
      },
    });
    expect(codes(found)).toEqual(['shadowsocks']);
  });

  it('reads options that stand alone', () => {
    expect(findOne('key=secret;crypt=aes;mode=fast;nocomp').options).toEqual({
      localaddr: LOCAL_ADDRESS,
      key: 'secret',
      crypt: 'aes',
      mode: 'fast',
      nocomp: true,
    });
  });

  it('reads ss:// links with kcptun, not others, and leaves the password', () => {
    const { found } = importProfiles(
      'ss://YWVzOnBhc3M@1.2.3.4:8388/?plugin=kcptun%3Bkey%3Dsec%3Bmode%3Dfast3%3Bnocomp&x=1#My%20server and ' +
        'ss://YWVz@9.9.9.9:1/?plugin=obfs-local%3Bobfs%3Dhttp#no',
    );
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      format: 'ss-link',
      name: 'My server',
      options: { remoteaddr: '1.2.3.4:8388', key: 'sec', mode: 'fast3', nocomp: true },
    });
    expect(JSON.stringify(found)).not.toContain('YWVzOnBhc3M');
  });
});

describe('what is none of these', () => {
  it.each([
    ['', 'not-recognised'],
    ['hello, world', 'not-recognised'],
    ['kcptun://', 'not-recognised'],
    ['kcptun://hello', 'not-recognised'],
    ['https://example.com/?a=b;c', 'not-recognised'],
    ['{"remoteaddr": "a:1",}', 'bad-json'],
    ['{"some":"thing"}', 'not-recognised'],
    ['[1, null, "x", []]', 'not-recognised'],
    ['{}', 'not-recognised'],
    ['x'.repeat((1 << 20) + 1), 'not-recognised'],
  ])('refuses %.40j', (text, refused) => {
    expect(importProfiles(text)).toEqual({ found: [], refused, more: false });
  });

  it('does not take a link whose content is something else', () => {
    expect(importProfiles(`kcptun://${toBase64('just words')}`).refused).toBe('not-recognised');
  });
});
