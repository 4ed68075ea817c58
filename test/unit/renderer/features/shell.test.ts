import { describe, expect, it } from 'vitest';
import { OFF } from '../../../../shared/state.ts';
import { mockProfile } from '../../../support/mock-core.ts';
import { openWindow } from '../../../support/mock-window.ts';

const named = (...names: string[]) => names.map((name) => ({ profile: mockProfile(name), state: OFF }));
const names = (tunnels: { profile: { name: string } }[]) => tunnels.map(({ profile }) => profile.name);

describe('Core', () => {
  it('shows what the snapshot holds, then what is told', async () => {
    const { core, mock } = await openWindow(named('a', 'b'));
    expect(names(core.tunnels)).toEqual(['a', 'b']);
    const [a] = core.tunnels;
    mock.setState(a.id, { kind: 'connected', since: 1, address: '127.0.0.1:5' });
    await Promise.resolve();
    expect([a.state.kind, a.on, a.address]).toEqual(['connected', true, '127.0.0.1:5']);
  });

  it('keeps a tunnel’s object through changes of the list', async () => {
    const { core } = await openWindow(named('a', 'b'));
    const [a, b] = core.tunnels;
    await core.move(a, 1);
    expect(core.tunnels).toEqual([b, a]);
    await core.save(a, { name: 'z' });
    expect(core.find(a.id)).toBe(a);
    expect(a.profile.name).toBe('z');
  });

  it('collects samples, and puts the loaded history before them', async () => {
    const line = { down: 5, up: 1, carries: 8, rtt: 50, loss: 0 };
    const state = { kind: 'connected', since: 0, address: '127.0.0.1:1' } as const;
    const { core, mock } = await openWindow([{ profile: mockProfile('a'), state, line }]);
    const [a] = core.tunnels;
    expect(a.history.seconds).toHaveLength(1);
    await core.loadHistory(a);
    expect(a.history.seconds).toHaveLength(600);
    expect(a.history.minutes).toHaveLength(1440);
    mock.tick();
    await Promise.resolve();
    expect(a.history.seconds).toHaveLength(600);
    expect(a.statistics?.sample).toEqual(a.history.seconds.at(-1));
  });
});

describe('App', () => {
  it('shows the first tunnel until one is chosen, and again once that one is gone', async () => {
    const { app, core, mock } = await openWindow(named('a', 'b', 'c'));
    expect(app.tunnel).toBe(core.tunnels[0]);
    app.select(core.tunnels[1].id);
    expect(app.tunnel?.profile.name).toBe('b');
    // another window removes it
    await mock.attach(() => undefined).handlers['profiles.remove']({ ids: [core.tunnels[1].id] });
    await expect.poll(() => app.tunnel?.profile.name).toBe('a');
    app.create();
    expect(app.place).toEqual({ kind: 'new' });
    for (const tunnel of core.tunnels) await core.remove(tunnel);
    app.select('gone');
    await expect.poll(() => app.place).toEqual({ kind: 'nothing' });
  });

  it('keeps what was typed as long as the tunnel, and no longer', async () => {
    const { app, core } = await openWindow(named('a', 'b'));
    const [a, b] = core.tunnels;
    a.edits.name = 'typed';
    app.select(b.id);
    await core.move(a, 1);
    expect(core.find(a.id)?.edits.name).toBe('typed');
    await app.remove(a);
    app.toasts.list[0].action?.run();
    await expect.poll(() => core.find(a.id)?.profile.name).toBe('a');
    expect(core.find(a.id)?.edits.name).toBeNull();
    for (const { id } of app.toasts.list) app.toasts.dismiss(id);
  });

  it('searches names and addresses', async () => {
    const { app } = await openWindow([
      { profile: mockProfile('Tokyo', { remoteaddr: 'vps.example:1' }), state: OFF },
      { profile: mockProfile('Office'), state: OFF },
    ]);
    app.query = 'TOK';
    expect(names(app.found)).toEqual(['Tokyo']);
    app.query = 'vps.ex';
    expect(names(app.found)).toEqual(['Tokyo']);
    app.query = '';
    expect(app.found).toHaveLength(2);
  });

  it('steps through the list as it is searched', async () => {
    const { app, core } = await openWindow(named('a1', 'b', 'a2'));
    app.query = 'a';
    app.step(1);
    app.step(1);
    app.step(1);
    expect(app.tunnel).toBe(core.tunnels[2]);
    app.step(-1);
    expect(app.tunnel).toBe(core.tunnels[0]);
  });

  it('deletes with a way back, and looks at the neighbour meanwhile', async () => {
    const { app, core } = await openWindow(named('a', 'b', 'c'));
    app.select(core.tunnels[1].id);
    await app.remove(core.tunnels[1]);
    expect(names(core.tunnels)).toEqual(['a', 'c']);
    expect(app.tunnel?.profile.name).toBe('c');
    const [toast] = app.toasts.list;
    toast.action?.run();
    await expect.poll(() => app.tunnel?.profile.name).toBe('b');
    for (const { id } of app.toasts.list) app.toasts.dismiss(id);
  });

  it('moves a tunnel, but not off the list', async () => {
    const { app, core } = await openWindow(named('a', 'b', 'c'));
    const [a] = core.tunnels;
    await app.move(a, 1);
    expect(names(core.tunnels)).toEqual(['b', 'a', 'c']);
    await app.move(a, 9);
    expect(names(core.tunnels)).toEqual(['b', 'c', 'a']);
  });

  it('tells what went wrong instead of throwing', async () => {
    const { app, core } = await openWindow(named('a'));
    await app.attempt(core.start('nobody'));
    expect(app.toasts.list.map(({ text, tone }) => [text, tone])).toEqual([
      ['It is not there any more.', 'bad'],
    ]);
    for (const { id } of app.toasts.list) app.toasts.dismiss(id);
  });

  it('says so when the core is gone', async () => {
    const { app, core, cut } = await openWindow(named('a'));
    cut();
    await app.toggle(core.tunnels[0]);
    expect(app.toasts.list[0].text).toBe('The connection to the core is gone.');
    for (const { id } of app.toasts.list) app.toasts.dismiss(id);
  });
});
