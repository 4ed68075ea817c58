import { describe, expect, it } from 'vitest';
import { fromBase64, toBase64 } from '../../../../shared/import/base64.ts';
import { findLinks, toLink } from '../../../../shared/import/link.ts';
import type { ClientOptions } from '../../../../shared/options.ts';

const encode = (fields: string): string => `kcptun://${toBase64(fields)}`;

const allLinks = (text: string) => [...findLinks(text)];

describe('findLinks', () => {
  const fields =
    `r=vps.example:29900;key=${toBase64('pässword=;')};crypt=;nocomp=true;datashard=5;parityshard=5;conn=4;mtu=1400;` +
    `sndwnd=;rcvwnd=2048;dscp=46;autoexpire=60;scavengettl=-1;quiet=false;mode=manual;nodelay=1;interval=20;resend=2;nc=1;` +
    `acknodelay=false;keepalive=10;sockbuf=4194304;remark=${toBase64('東京')};`;

  it("reads kcptun_gclient's", () => {
    const [found] = allLinks(encode(fields));
    expect(found).toMatchObject({
      format: 'link',
      name: '東京',
      options: {
        remoteaddr: 'vps.example:29900',
        key: 'pässword=;',
        nocomp: true,
        datashard: 5,
        conn: 4,
        scavengettl: -1,
        quiet: false,
        mode: 'manual',
        interval: 20,
        smuxver: 1,
      },
    });
    expect(found.options).not.toHaveProperty('crypt');
    expect(found.options).not.toHaveProperty('sndwnd');
    expect(found.notes.map(({ code }) => code)).toEqual(['smuxver-assumed']);
  });

  it('reads one that was wrapped, among other text', () => {
    const link = encode(fields);
    const wrapped = link.replace(/(.{40})/g, '$1\r\n ');
    const found = allLinks(`here you are: ${wrapped}\nhave fun\n${encode('server=b:2;')} bye`);
    expect(found.map(({ options }) => options.remoteaddr)).toEqual(['vps.example:29900', 'b:2']);
    expect(found[0].name).toBe('東京');
  });

  it('reads base64 for URLs, without padding', () => {
    const url = toBase64('r=a:1;key=Pz8/Pj4+;').replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
    expect(allLinks(`KCPTUN://${url}`)[0].options).toMatchObject({ remoteaddr: 'a:1', key: '???>>>' });
  });

  it('takes a key that is no base64 as it stands', () => {
    expect(allLinks(encode('r=a:1;key=not base64!'))[0].options.key).toBe('not base64!');
  });

  it('reads arguments', () => {
    const [found, second] = allLinks(
      `kcptun://-r "[::1]:29900" -key 'a b' --mode=fast2 -nocomp\nkcptun://-r%20b:2%20-ds%205`,
    );
    expect(found).toMatchObject({
      format: 'argument-link',
      options: { remoteaddr: '[::1]:29900', key: 'a b', mode: 'fast2', nocomp: true },
    });
    expect(second.options).toMatchObject({ remoteaddr: 'b:2', datashard: 5 });
  });
});

describe('toLink', () => {
  const options: Partial<ClientOptions> = {
    remoteaddr: '[2001:db8::1]:3000-3010',
    localaddr: '127.0.0.1:8388',
    key: "it's; a = key",
    mode: 'manual',
    nodelay: 1,
    interval: 20,
    smuxver: 2,
    qpp: true,
    streambuf: 1000000,
  };

  it('is read back as the same', () => {
    const [found] = allLinks(toLink('näme; x', options));
    expect(found.name).toBe('näme; x');
    expect(found.options).toMatchObject(options);
    expect(found.notes).toEqual([]);
  });

  it('names the fields of kcptun_gclient in its order', () => {
    const text = fromBase64(toLink('n', { remoteaddr: 'a:1', key: 'k' }).slice('kcptun://'.length));
    expect(text).toBe(
      'r=a:1;key=aw==;crypt=aes;nocomp=false;datashard=10;parityshard=3;conn=1;mtu=1350;sndwnd=128;rcvwnd=512;dscp=0;' +
        'autoexpire=0;scavengettl=600;quiet=false;mode=fast;acknodelay=false;keepalive=10;sockbuf=4194304;smuxver=2;remark=bg==;',
    );
  });
});
