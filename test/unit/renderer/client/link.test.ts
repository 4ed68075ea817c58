import { expect, it } from 'vitest';
import type { Transport } from '../../../../shared/api.ts';
import { serveApi } from '../../../../shared/api-server.ts';
import { OFF } from '../../../../shared/state.ts';
import { Link } from '../../../../src-renderer/client/link.svelte.ts';
import { MockCore, mockProfile } from '../../../support/mock-core.ts';

/** A line to a core in this process, and the way to cut it. */
function line(core: MockCore): { transport: Transport; cut: () => void } {
  const listeners: ((message: unknown) => void)[] = [];
  const closed: (() => void)[] = [];
  const onClose = (listener: () => void) => void closed.push(listener);
  let toCore = (_message: unknown) => {};
  serveApi(core, {
    send: (message) => listeners.forEach((listener) => listener(message)),
    onMessage: (listener) => (toCore = listener),
    onClose,
  });
  return {
    transport: {
      send: (message) => toCore(message),
      onMessage: (listener) => void listeners.push(listener),
      onClose,
    },
    cut: () => closed.splice(0).forEach((listener) => listener()),
  };
}

it('opens again after the core was gone, with what is there then', async () => {
  const core = new MockCore([{ profile: mockProfile('a'), state: OFF }]);
  const lines: ReturnType<typeof line>[] = [];
  let reachable = true;
  const link = new Link(() => {
    if (!reachable) return Promise.reject(new Error('refused'));
    lines.push(line(core));
    return Promise.resolve(lines.at(-1)!.transport);
  }, 1);

  await link.open();
  expect(link.lost).toBe(false);
  const first = link.core;
  expect(first?.tunnels.map(({ profile }) => profile.name)).toEqual(['a']);

  reachable = false;
  lines[0].cut();
  expect(link.lost).toBe(true);
  // the last that was known stays in sight
  expect(link.core).toBe(first);

  core.running[0].tunnel.profile.name = 'b';
  reachable = true;
  await expect.poll(() => link.lost).toBe(false);
  expect(link.core).not.toBe(first);
  expect(link.core?.tunnels.map(({ profile }) => profile.name)).toEqual(['b']);
});

it('goes on trying where nothing answers', async () => {
  let tries = 0;
  const link = new Link(() => {
    tries++;
    return tries < 4
      ? Promise.reject(new Error('refused'))
      : Promise.resolve(line(new MockCore([])).transport);
  }, 1);
  await link.open();
  expect([link.lost, link.core]).toEqual([true, null]);
  await expect.poll(() => link.core?.tunnels).toEqual([]);
  expect(tries).toBe(4);
});
