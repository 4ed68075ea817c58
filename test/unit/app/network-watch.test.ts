import type { NetworkInterfaceInfo } from 'node:os';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fingerprint, NetworkWatch } from '../../../src-main/app/network-watch.ts';

const ip = (address: string, internal = false): NetworkInterfaceInfo => ({
  address,
  internal,
  netmask: '255.255.255.0',
  family: 'IPv4',
  mac: '00:00:00:00:00:01',
  cidr: null,
});

let interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>;
let slept = 0;
let calls: string[];
let watch: NetworkWatch;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  interfaces = { lo: [ip('127.0.0.1', true)], wlan0: [ip('192.168.1.5')] };
  slept = 0;
  calls = [];
  watch = new NetworkWatch((why) => calls.push(why), {
    interfaces: () => interfaces,
    wallClock: () => Date.now() + slept,
  });
  watch.start();
});
afterEach(() => {
  watch.stop();
  vi.useRealTimers();
});

describe('NetworkWatch', () => {
  it('says nothing while nothing changes', () => {
    vi.advanceTimersByTime(60_000);
    expect(calls).toEqual([]);
  });

  it('tells one change once the interfaces have settled', () => {
    interfaces = { lo: interfaces.lo };
    vi.advanceTimersByTime(4000);
    expect(calls).toEqual([]);
    vi.advanceTimersByTime(1000);
    expect(calls).toEqual(['network-changed']);
    interfaces = { ...interfaces, eth0: [ip('10.0.0.7')] };
    vi.advanceTimersByTime(60_000);
    expect(calls).toEqual(['network-changed', 'network-changed']);
  });

  it('knows by the clock that the machine has slept', () => {
    slept = 3_600_000;
    vi.advanceTimersByTime(5000);
    expect(calls).toEqual(['resumed']);
    vi.advanceTimersByTime(60_000);
    expect(calls).toEqual(['resumed']);
  });

  it('takes what the host and the clock tell of one sleep for one', () => {
    slept = 3_600_000;
    watch.resumed();
    vi.advanceTimersByTime(20_000);
    expect(calls).toEqual(['resumed']);
    // the clock first, and the host somewhat later
    slept += 3_600_000;
    vi.advanceTimersByTime(7000);
    watch.resumed();
    vi.advanceTimersByTime(20_000);
    expect(calls).toEqual(['resumed', 'resumed']);
    watch.stop();
    watch.resumed();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('goes on when the interfaces cannot be read', () => {
    const read = vi.spyOn(watch.deps, 'interfaces').mockImplementation(() => {
      throw new Error('EMFILE');
    });
    vi.advanceTimersByTime(60_000);
    read.mockRestore();
    vi.advanceTimersByTime(60_000);
    expect(calls).toEqual([]);
    interfaces = { lo: interfaces.lo };
    vi.advanceTimersByTime(5000);
    expect(calls).toEqual(['network-changed']);
  });

  it('leaves no timer behind', () => {
    interfaces = {};
    vi.advanceTimersByTime(4000);
    watch.stop();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(60_000);
    expect(calls).toEqual([]);
  });
});

describe('fingerprint', () => {
  it('sees addresses, whatever their order, and neither loopback, containers nor link-local ones', () => {
    const before = fingerprint({ eth0: [ip('10.0.0.1'), ip('10.0.0.2')] });
    expect(
      fingerprint({ eth0: [ip('10.0.0.2'), ip('10.0.0.1'), ip('fe80::1')], lo: [ip('::1', true)] }),
    ).toBe(before);
    expect(fingerprint({ eth0: [ip('10.0.0.2'), ip('10.0.0.1')], veth12: [ip('172.17.0.3')] })).toBe(before);
    expect(fingerprint({ eth0: [ip('10.0.0.1')] })).not.toBe(before);
    expect(fingerprint({ wlan0: [ip('10.0.0.1'), ip('10.0.0.2')] })).not.toBe(before);
  });
});
