import { afterEach, describe, expect, it } from 'vitest';
import {
  type Engine,
  type EngineEvent,
  OptionError,
  startClient,
  startServer,
} from '../../../src-main/engine/index.ts';
import { dialTcp, readSome, TestTarget } from '../../support/tcp.ts';

const running: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one[Symbol.asyncDispose]();
});
const keep = <E extends AsyncDisposable>(one: E): E => {
  running.push(one);
  return one;
};

const LOCAL = { localaddr: '127.0.0.1:0', remoteaddr: '127.0.0.1:1' };

describe('the options of the library', () => {
  it('may be few, and a connection is carried', async () => {
    const target = new TestTarget((socket) => void socket.pipe(socket));
    keep({ [Symbol.asyncDispose]: () => target.close() });
    const common = { key: 'a key', crypt: 'salsa20', smuxver: 1, qpp: true } as const;
    const server = keep(
      await startServer({ ...common, listen: '127.0.0.1:0', target: await target.listen() }),
    );
    const client = keep(
      await startClient({ ...common, localaddr: '127.0.0.1:0', remoteaddr: server.address }),
    );
    const socket = await dialTcp(client.address);
    socket.write('there and back');
    expect(String(await readSome(socket, 14))).toBe('there and back');
    socket.destroy();
    expect(client.snapshot()).toMatchObject({ address: client.address, links: [{ kind: 'up' }] });
    expect(server.snapshot().sessions).toHaveLength(1);
  });

  it.each([
    ['remoteaddr', 'vps', '"vps"', 'host:port, [IPv6]:port, host:min-max; the port is missing'],
    ['remoteaddr', '10.0.0.1:5-3', '"10.0.0.1:5-3"', /the range 5-3 runs backwards/],
    ['localaddr', '12948', '"12948"', /a port alone is written :12948/],
    ['mtu', 20, '20', 'an integer from 50 to 1500'],
    ['mtu', '1350', '"1350"', 'an integer from 50 to 1500'],
    ['crypt', 'rot13', '"rot13"', /one of aes, /],
    ['mode', 'fast4', '"fast4"', 'one of fast3, fast2, fast, normal, manual'],
    ['key', 7, '', 'text'],
    ['streambuf', 5_000_000, '5000000', 'at most smuxbuf, which is 4194304, as smux demands'],
    ['tcp', true, 'true', /raw sockets/],
  ])('name %s that is %j, and what was expected', async (field, given, value, expected) => {
    const starting = startClient({ ...LOCAL, [field]: given });
    await expect(starting).rejects.toBeInstanceOf(OptionError);
    await expect(starting).rejects.toMatchObject({
      ...{ name: 'EngineError', code: 'bad-option', field, value },
      expected: typeof expected === 'string' ? expected : expect.stringMatching(expected),
    });
  });

  it.each([
    ['listen', '127.0.0.1:5-3'],
    ['listen', '29900'],
    ['target', 'nowhere'],
    ['sndwnd', 0],
  ])('of a server name %s that is %j', async (field, value) => {
    await expect(startServer({ [field]: value })).rejects.toMatchObject({
      ...{ code: 'bad-option', field, value: JSON.stringify(value) },
    });
  });

  it('are no others, and their values are not told', async () => {
    const starting = startClient({ ...LOCAL, pasword: 'hunter2' } as object);
    await expect(starting).rejects.toMatchObject({
      ...{ code: 'bad-option', field: 'pasword', value: '' },
      message: expect.stringMatching(/^pasword: expected an option of a client: localaddr, .*, key, /),
    });
    await expect(starting).rejects.toThrow(expect.not.stringContaining('hunter2') as never);
    await expect(startServer({ remoteaddr: '10.0.0.1:1' } as object)).rejects.toMatchObject({
      field: 'remoteaddr',
      expected: expect.stringMatching(/^an option of a server: listen, /),
    });
  });

  it("have no bounds that are the app's alone", async () => {
    const client = keep(await startClient({ ...LOCAL, conn: 65 }));
    expect(client.snapshot().links).toHaveLength(65);
  });

  it('that are questionable are warned of, before anything starts', async () => {
    const events: EngineEvent[] = [];
    keep(await startClient({ ...LOCAL, crypt: 'xor' }, { onEvent: (event) => void events.push(event) }));
    const warned = events.flatMap((event) => (event.kind === 'warning' ? [event.problem.code] : []));
    expect(warned).toEqual(['default-key', 'no-secrecy']);
    expect(events.slice(0, 2).map(({ kind }) => kind)).toEqual(['warning', 'warning']);
  });
});

describe('the end', () => {
  const sockets = (): string[] => process.getActiveResourcesInfo().filter((name) => /TCP|UDP/.test(name));
  // a socket that is closed goes with a later turn
  const expectNoSockets = (): Promise<void> => expect.poll(sockets).toEqual([]);

  it('is the same however often it is asked for, and waited for by all who ask', async () => {
    await expectNoSockets();
    const client = await startClient(LOCAL);
    const ended = client.close();
    expect(client.close()).toBe(ended);
    expect(client[Symbol.asyncDispose]()).toBe(ended);
    await ended;
    await expectNoSockets();
  });

  it('comes by itself at the end of a block', async () => {
    await expectNoSockets();
    let last: Engine;
    {
      await using server = await startServer({ listen: '127.0.0.1:0' });
      await using client = await startClient({ ...LOCAL, remoteaddr: server.address });
      last = client;
      expect(sockets().length).toBeGreaterThan(1);
    }
    await expect(dialTcp(last.address)).rejects.toThrow('ECONNREFUSED');
    await expectNoSockets();
  });
});
