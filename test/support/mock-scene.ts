import { MockCore, mockProfile, type MockTunnel } from './mock-core.ts';

/** Five tunnels, each in another state: what the pictures show. */
export function scene(clock: () => number = Date.now): MockCore {
  const since = clock() - 8_043_000;
  const address = '127.0.0.1:8388';
  const tunnels: MockTunnel[] = [
    {
      profile: {
        ...mockProfile('Tokyo', {
          localaddr: address,
          remoteaddr: 'tokyo.example:29900',
          mode: 'fast2',
          rcvwnd: 1024,
        }),
        colour: 'violet',
      },
      state: { kind: 'connected', since, address },
      line: { down: 56, up: 3.4, carries: 18.4, rtt: 87, loss: 0.024 },
      connections: 23,
    },
    {
      profile: {
        ...mockProfile('Frankfurt, game', { remoteaddr: '203.0.113.80:29900-29999', mode: 'fast3' }),
        colour: 'orange',
      },
      state: {
        kind: 'degraded',
        since,
        address: '127.0.0.1:12949',
        why: {
          code: 'heavy-loss',
          percent: 14,
          likely: ['more-parity-needed', 'windows-too-large'],
        },
      },
      line: { down: 1.2, up: 0.6, carries: 2.6, rtt: 212, loss: 0.14 },
      connections: 2,
    },
    {
      profile: { ...mockProfile('Office', { remoteaddr: 'office.example:4000' }), colour: 'teal' },
      state: {
        kind: 'reconnecting',
        since: clock() - 9000,
        address: '127.0.0.1:12950',
        attempt: 3,
        nextTryAt: clock() + 4000,
        diagnosis: null,
      },
    },
    {
      profile: {
        ...mockProfile('Old router', { remoteaddr: '198.51.100.7:29900', smuxver: 1 }),
        colour: 'red',
      },
      state: {
        kind: 'connecting',
        since: clock() - 12_000,
        address: '127.0.0.1:12951',
        attempt: 2,
        nextTryAt: null,
        diagnosis: {
          code: 'no-answer',
          remote: '198.51.100.7:29900',
          since: clock() - 12_000,
          checksumErrors: 31,
          likely: ['wrong-key', 'wrong-crypt', 'udp-blocked'],
        },
      },
    },
    {
      profile: { ...mockProfile('Home NAS', { remoteaddr: 'nas.example:29900' }), colour: 'green' },
      state: { kind: 'off' },
    },
  ];
  const core = new MockCore(tunnels, clock);
  const [{ profile }] = tunnels;
  core.say(profile.id, 'info', 'listening on 127.0.0.1:8388');
  core.say(profile.id, 'info', 'dialling tokyo.example:29900 (203.0.113.9)');
  core.say(profile.id, 'info', 'connected, round trip 88 ms');
  for (let port = 49200; port < 49216; port++)
    core.say(profile.id, 'debug', `stream opened from 127.0.0.1:${port}`);
  core.say(profile.id, 'warn', 'checksum of 3 datagrams did not match');
  core.say(profile.id, 'error', 'ECONNREFUSED from 203.0.113.9:29900, once');
  return core;
}
