import { createServer } from 'node:net';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COUNTER_NAMES } from '../../shared/counters.ts';
import { KEY, oursIsStoodIn, Peer, peerCommand, startClient, startServer, Tunnel } from '../support/peers.ts';
import { boundPorts } from '../support/proc.ts';
import { Process } from '../support/process.ts';
import { open, transfer, TransferTarget } from '../support/traffic.ts';
import { until } from '../support/until.ts';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'kcptun-'))));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs our command line with exactly these arguments until it ends by itself. */
async function run(...args: string[]) {
  const [program, [bundle]] = peerCommand('ours', 'client', {});
  const process = new Process(program, [bundle, ...args]);
  return { ...(await process.exited), output: process.output };
}

const lines = (text: string) => text.split('\n').filter((line) => line !== '');

describe.skipIf(oursIsStoodIn)('the command line', () => {
  it.for([
    [
      ['client', '--mtu', 'abc'],
      ['mtu', 'abc'],
    ],
    [
      ['client', '--mtu', '9000'],
      ['mtu', '9000', '1500'],
    ],
    [
      ['client', '--crypt', 'rot13'],
      ['crypt', 'rot13', 'aes'],
    ],
    [
      ['client', '--mode', 'turbo'],
      ['mode', 'turbo', 'fast3'],
    ],
    [
      ['client', '--remoteaddr', 'nowhere'],
      ['remoteaddr', 'nowhere'],
    ],
    [['client', '--bogus', '1'], ['bogus']],
    [
      ['client', '--smuxver', '3'],
      ['smuxver', '3', '1', '2'],
    ],
    [
      ['client', '--datashard', '200', '--parityshard', '100'],
      ['shard', '256'],
    ],
    [
      ['client', '--sndwnd', '-1'],
      ['sndwnd', '-1'],
    ],
    [
      ['server', '--listen', '127.0.0.1:99999'],
      ['listen', '99999'],
    ],
    [['client', '-c', '/nonexistent.json'], ['/nonexistent.json']],
    [['neither'], ['neither', 'client', 'server']],
  ])('leaves with status 2 and one line: %j', async ([args, words]) => {
    const { code, output } = await run(...args);
    expect({ code, output }).toMatchObject({ code: 2 });
    expect(lines(output)).toHaveLength(1);
    for (const word of words) expect(output).toContain(word);
  });

  it('refuses tcp mode with the reason', async () => {
    const { code, output } = await run('client', '--tcp');
    expect(code).toBe(2);
    expect(output).toMatch(/raw socket/i);
  });

  it('prints help and version, and leaves with status 0', async () => {
    const help = await run('client', '--help');
    expect(help.code).toBe(0);
    for (const flag of ['--localaddr', '--remoteaddr', '--crypt', '--autoexpire', '--QPP'])
      expect(help.output).toContain(flag);
    const version = await run('--version');
    expect(version.code).toBe(0);
    expect(version.output).toMatch(/\d+\.\d+\.\d+/);
  });

  it('says which port is in use, once, and leaves', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const address = squatter.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    try {
      const { code, output } = await run('client', '-l', `127.0.0.1:${port}`, '-r', '127.0.0.1:1');
      expect(code).toBe(1);
      expect(lines(output).filter((line) => line.includes('in use'))).toHaveLength(1);
      expect(output).toContain(String(port));
    } finally {
      squatter.close();
    }
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    it(`closes streams and leaves with status 0 on ${signal}`, async () => {
      await using target = await new TransferTarget().listen();
      await using server = await startServer('ours', { target: target.address });
      await using client = await startClient('ours', { remoteaddr: `127.0.0.1:${server.port}` });
      const socket = await open(client.address);
      const closed = once(
        socket.resume().on('error', () => {}),
        'close',
      );
      await until('the target to be connected', () => target.connections === 1);
      expect((await client.stop(signal)).code).toBe(0);
      await closed;
      expect((await server.stop(signal)).code).toBe(0);
    });

  it('takes one dash or two, long names and short ones', async () => {
    await using target = await new TransferTarget().listen();
    await using server = await startServer('ours', { target: target.address, ds: 5, ps: 2 });
    const [program, [bundle]] = peerCommand('ours', 'client', {});
    await using client = new Process(program, [
      ...[bundle, 'client', '-l', '127.0.0.1:0', '-remoteaddr', `127.0.0.1:${server.port}`],
      ...[`-key=${KEY}`, '--ds=5', '-ps', '2', '-crypt', 'aes', '--nocomp=false', '--smuxver=1'],
    ]);
    const port = await client.until('the client to listen', () => boundPorts(client.pid, 'tcp')[0]);
    await transfer(port, target, { up: 100_000, down: 100_000 });
    expect(client.output).not.toContain(KEY);
  });

  it('reads a JSON file over its flags, and the key from the environment', async () => {
    await using target = await new TransferTarget().listen();
    await using server = await startServer('debian', { target: target.address, crypt: 'salsa20' });
    const config = join(folder, 'client.json');
    writeFileSync(
      config,
      JSON.stringify({ LocalAddr: '127.0.0.1:0', crypt: 'salsa20', smuxver: 1, unknown: true, key: KEY }),
    );
    await using byFile = await startClient('ours', {
      remoteaddr: `127.0.0.1:${server.port}`,
      crypt: 'xor',
      key: 'another',
      c: config,
    });
    await transfer(byFile.address, target, { up: 100_000, down: 100_000 });

    await using byEnvironment = new Peer(
      'ours',
      'client',
      {
        localaddr: '127.0.0.1:0',
        remoteaddr: `127.0.0.1:${server.port}`,
        crypt: 'salsa20',
        smuxver: 1,
      },
      { KCPTUN_KEY: KEY },
    );
    const port = await byEnvironment.until('a port', () => boundPorts(byEnvironment.pid, 'tcp')[0]);
    await transfer(port, target, { up: 100_000, down: 100_000 });
  });

  it('names the effective parameters, prints the counters on SIGUSR1, and never the key', async () => {
    await using target = await new TransferTarget().listen();
    await using tunnel = await Tunnel.open({
      client: 'ours',
      server: 'ours',
      target: target.address,
      flags: { mtu: 1300, crypt: 'aes-192', datashard: 7, parityshard: 2 },
    });
    const { client, server } = tunnel;
    for (const peer of [client, server]) {
      expect(peer.output).toContain('aes-192');
      expect(peer.output).toContain('1300');
      expect(peer.output).toMatch(/datashard: ?7 parityshard: ?2/);
    }
    await transfer(client.address, target, { up: 200_000, down: 100_000 });
    for (const peer of [client, server]) {
      peer.kill('SIGUSR1');
      await peer.until('the counters', () => COUNTER_NAMES.every((name) => peer.output.includes(name)));
      expect(peer.output).toMatch(/BytesSent\W+[1-9]/);
    }
    expect(client.output).toMatch(/stream opened/);
    for (const peer of [client, server]) {
      await peer.stop();
      expect(peer.output).not.toContain(KEY);
    }
  });

  it('writes the counters as CSV to a file named by a Go time layout', async () => {
    await using target = await new TransferTarget().listen();
    await using tunnel = await Tunnel.open({
      client: 'ours',
      server: 'ours',
      target: target.address,
      clientFlags: { snmplog: join(folder, 'snmp-20060102.csv'), snmpperiod: 1 },
    });
    await transfer(tunnel.client.address, target, { up: 200_000, down: 100_000 });
    const rows = await until('two rows', () => {
      const name = readdirSync(folder).find((file) => /^snmp-20\d{6}\.csv$/.test(file));
      const text = name === undefined ? [] : lines(readFileSync(join(folder, name), 'utf8'));
      return text.length >= 3 && text.map((row) => row.split(','));
    });
    expect(rows[0]).toEqual(['Unix', ...COUNTER_NAMES]);
    for (const row of rows.slice(1)) {
      expect(row).toHaveLength(rows[0].length);
      expect(row.every((cell) => /^\d+$/.test(cell))).toBe(true);
    }
    expect(Number(rows[2][0]) - Date.now() / 1000).toBeGreaterThan(-60);
    expect(Number(rows[2][rows[0].indexOf('BytesSent')])).toBeGreaterThan(200_000);
  });

  it('appends its log to a file, and leaves streams out of it when quiet', async () => {
    await using target = await new TransferTarget().listen();
    const log = join(folder, 'client.log');
    writeFileSync(log, 'what was there before\n');
    await using tunnel = await Tunnel.open({
      client: 'ours',
      server: 'ours',
      target: target.address,
      clientFlags: { log },
      serverFlags: { quiet: true },
    });
    await transfer(tunnel.client.address, target, { up: 1000, down: 1000 });
    const written = () => readFileSync(log, 'utf8');
    await until('the stream to be logged', () => written().includes('stream opened'));
    expect(written()).toMatch(/^what was there before\n/);
    expect(written()).not.toContain(KEY);
    expect(tunnel.client.output).not.toContain('stream opened');
    expect(tunnel.server.output).not.toContain('stream opened');
  });

  it('lives on while the server has no name and no answer', async () => {
    await using client = await startClient('ours', { remoteaddr: 'nobody.invalid:29900', pprof: true });
    expect(client.output).toMatch(/pprof/);
    const socket = await open(client.address);
    socket.on('error', () => {}).write('?');
    await client.until('the trouble to be told', () => client.output.includes('nobody.invalid'));
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(client.ending).toBeUndefined();
    socket.destroy();
    const second = await open(client.address);
    second.destroy();
  });
});
