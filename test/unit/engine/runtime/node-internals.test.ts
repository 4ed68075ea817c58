import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import {
  missingInternals,
  readInto,
  udpHandleOf,
} from '../../../../src-main/engine/runtime/node-internals.ts';

const unlessWindows = it.skipIf(process.platform === 'win32');

describe('what Node shows', () => {
  const udp = createSocket('udp4');
  afterEach(() => udp.removeAllListeners());

  unlessWindows('is all there in the Node that runs this', async () => {
    expect(missingInternals()).toEqual([]);
    expect(udpHandleOf(udp)).toBeUndefined();
    udp.bind(0, '127.0.0.1');
    await once(udp, 'listening');
    const { fd, waiting } = udpHandleOf(udp)!;
    udp.close();
    expect(fd).toBeGreaterThan(0);
    expect(waiting).toBeDefined();
  });
});

describe('what Node no longer shows', () => {
  const state = Symbol('state symbol');

  it('is no handle where the symbol, the handle or its file descriptor is missing', () => {
    expect(udpHandleOf({})).toBeUndefined();
    expect(udpHandleOf({ [state]: undefined })).toBeUndefined();
    expect(udpHandleOf({ [state]: {} })).toBeUndefined();
    expect(udpHandleOf({ [state]: { handle: {} } })).toBeUndefined();
    expect(udpHandleOf({ [state]: { handle: { fd: -9 } } })).toBeUndefined();
  });

  it('is no waiting where one of its two calls is missing', () => {
    const handle = { fd: 5, recvStop: () => {} };
    expect(udpHandleOf({ [state]: { handle } })).toEqual({ fd: 5, waiting: undefined });
  });

  it('is no buffer for a socket that has not both symbols, or whose handle takes none', () => {
    let given = 0;
    const _handle = { useUserBuffer: () => void given++ };
    const read = (socket: object): boolean => readInto(socket as Socket, Buffer.alloc(8), () => {});
    expect(read({ _handle })).toBe(false);
    expect(read({ _handle, [Symbol('kBuffer')]: null })).toBe(false);
    expect(read(new Socket())).toBe(false);
    expect(given).toBe(0);
  });

  unlessWindows('is said, each in a line', () => {
    expect(missingInternals({}, false)).toEqual([
      expect.stringContaining('a buffer of its own'),
      expect.stringContaining("V8's collector"),
    ]);
  });
});
