import { expect, it } from 'vitest';
import type { Transport } from '../../../../shared/api.ts';
import { serveApi } from '../../../../shared/api-server.ts';
import { Listeners } from '../../../../shared/listeners.ts';
import { OFF } from '../../../../shared/state.ts';
import { Link } from '../../../../src-renderer/client/link.svelte.ts';
import { MockCore, mockProfile } from '../../../support/mock-core.ts';

/** A line to a core in this process, and the way to cut it. */
function line(core: MockCore): { transport: Transport; cut: () => void } {
  const toWindow = new Listeners<[unknown]>();
  const toCore = new Listeners<[unknown]>();
  const closed = new Listeners();
  serveApi(core, { send: toWindow.call, onMessage: toCore.add, onClose: closed.add });
  return {
    transport: { send: toCore.call, onMessage: toWindow.add, onClose: closed.add },
    cut: closed.call,
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

it('leaves no listener behind where an open fails, however often', async () => {
  const messages = new Listeners<[unknown]>();
  const closed = new Listeners();
  let tries = 0;
  const core = new MockCore([]);
  const transport: Transport = {
    send: (message) => {
      const { id } = message as { id: number };
      if (++tries < 6)
        queueMicrotask(() =>
          messages.call({ id, error: { code: 'internal', message: 'not yet', fields: [] } }),
        );
      else
        serveApi(core, {
          send: messages.call,
          onMessage: (listener) => (listener(message), () => {}),
          onClose: closed.add,
        });
    },
    onMessage: messages.add,
    onClose: closed.add,
  };
  const link = new Link(() => Promise.resolve(transport), 1);
  await link.open();
  expect([link.core, messages.size, closed.size]).toEqual([null, 0, 0]);
  await expect.poll(() => link.core?.tunnels).toEqual([]);
  // the window's own, and for the end also the link and the core
  expect([tries, messages.size, closed.size]).toEqual([6, 1, 3]);
  closed.call();
  expect([link.lost, messages.size]).toEqual([true, 0]);
});

it('says what can be done: an address for a host that has one, a new start for an app that is its own core', async () => {
  const refused = () => Promise.reject(new Error('refused'));
  const web = new Link(refused, 1000, false);
  const app = new Link(refused, 1000, true);
  expect([web.advice, app.advice]).toEqual([null, null]);
  await Promise.all([web.open(), app.open()]);
  expect([web.advice, app.advice]).toEqual(['address', 'restart']);
  // a page that was let in needs no other address
  const lines = line(new MockCore([]));
  const open = new Link(() => Promise.resolve(lines.transport), 1000, false);
  await open.open();
  lines.cut();
  expect([open.lost, open.advice]).toEqual([true, null]);
});
