import { describe, expect, it } from 'vitest';
import { debianIsHere, startServer, Tunnel } from '../support/peers.ts';
import { echoRoundTrips, EchoTarget, transfer, TransferTarget } from '../support/traffic.ts';

// The harness proves itself with the reference at both ends: what fails elsewhere is then not the harness.
describe.skipIf(!debianIsHere)('the reference against itself', () => {
  it('moves data both ways at once', async () => {
    await using target = await new TransferTarget().listen();
    await using tunnel = await Tunnel.open({ client: 'debian', server: 'debian', target: target.address });
    for (const content of ['random', 'compressible'] as const)
      expect(
        await transfer(tunnel.client.address, target, { up: 4 << 20, down: 3 << 20, content }),
      ).toBeGreaterThan(0);
  });

  it('answers an echo', async () => {
    await using target = await new EchoTarget().listen();
    await using tunnel = await Tunnel.open({ client: 'debian', server: 'debian', target: target.address });
    expect(await echoRoundTrips(tunnel.client.address, 100)).toHaveLength(100);
  });

  it('notices data that does not arrive', async () => {
    await using target = await new TransferTarget().listen();
    await using tunnel = await Tunnel.open({
      client: 'debian',
      server: 'debian',
      target: target.address,
      clientFlags: { crypt: 'xor' },
    });
    await expect(
      transfer(tunnel.client.address, target, { up: 1000, down: 1000, timeout: 500 }),
    ).rejects.toThrow('0 of 1000 bytes came down');
  });

  it('notices a peer that does not start', async () => {
    await expect(startServer('debian', { target: '127.0.0.1:1', smuxver: 3 })).rejects.toThrow(
      'unsupported smux version',
    );
  });
});
