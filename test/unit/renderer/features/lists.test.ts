import { describe, expect, it } from 'vitest';
import { COUNTER_NAMES, zeroCounters } from '../../../../shared/counters.ts';
import type { Connection } from '../../../../shared/statistics.ts';
import { Tunnel } from '../../../../src-renderer/client/tunnel.svelte.ts';
import { ConnectionList } from '../../../../src-renderer/features/connections/connections.svelte.ts';
import { countersAsCsv, countersAsText } from '../../../../src-renderer/features/counters/counters-text.ts';
import { LogView } from '../../../../src-renderer/features/log/log.svelte.ts';
import { timestamp } from '../../../../src-renderer/features/log/timestamp.ts';
import { Import, readSources } from '../../../../src-renderer/features/transfer/import.svelte.ts';
import { OFF } from '../../../../shared/state.ts';
import { mockProfile } from '../../../support/mock-core.ts';
import { openWindow } from '../../../support/mock-window.ts';

const connection = (id: string, over: Partial<Connection> = {}): Connection => ({
  id,
  source: `127.0.0.1:${id}`,
  openedAt: Number(id),
  sent: 0,
  received: 0,
  closedAt: null,
  ...over,
});

describe('ConnectionList', () => {
  const tunnel = new Tunnel(mockProfile('a'));
  tunnel.apply({
    id: tunnel.id,
    connections: [
      connection('9', { sent: 5 }),
      connection('80', { sent: 9 }),
      connection('100', { closedAt: 1 }),
    ],
  });
  const shown = (list: ConnectionList) => list.rows.map(({ id }) => id);

  it('puts the newest first, and closed ones last', () => {
    const list = new ConnectionList(tunnel);
    expect(shown(list)).toEqual(['80', '9', '100']);
    expect(list.open).toBe(2);
  });
  it('sorts by a column, and again the other way', () => {
    const list = new ConnectionList(tunnel);
    list.sortBy('source');
    expect(shown(list)).toEqual(['9', '80', '100']);
    list.sortBy('source');
    expect(shown(list)).toEqual(['80', '9', '100']);
    list.sortBy('sent');
    expect(shown(list)).toEqual(['80', '9', '100']);
  });
  it('filters by address', () => {
    const list = new ConnectionList(tunnel);
    list.filter = ':80';
    expect(shown(list)).toEqual(['80']);
  });
});

describe('counters as text', () => {
  const counters = { ...zeroCounters(), InPkts: 7 };
  it('is a line each', () => {
    expect(countersAsText(counters).split('\n')).toHaveLength(COUNTER_NAMES.length + 1);
    expect(countersAsText(counters)).toMatch(/^InPkts +7$/m);
  });
  it('is what snmplog writes', () => {
    const [header, row] = countersAsCsv(counters, 1_700_000_000_900).split('\n');
    expect(header).toBe(['Unix', ...COUNTER_NAMES].join(','));
    expect(row.split(',')[0]).toBe('1700000000');
    expect(row.split(',')[header.split(',').indexOf('InPkts')]).toBe('7');
  });
});

describe('LogView', () => {
  it('shows the tail, follows, and keeps tunnels apart', async () => {
    const profile = mockProfile('a');
    const { core, mock } = await openWindow([{ profile, state: OFF }]);
    mock.say(profile.id, 'info', 'before');
    mock.say('other', 'info', 'not mine');
    const view = new LogView(core, profile.id);
    const close = view.open();
    mock.say(profile.id, 'debug', 'meanwhile');
    await expect.poll(() => view.all).toBe(2);
    mock.say(profile.id, 'error', 'after');
    await expect.poll(() => view.lines.map(({ text }) => text)).toEqual(['before', 'meanwhile', 'after']);
    view.level = 'info';
    expect(view.lines.map(({ text }) => text)).toEqual(['before', 'after']);
    view.filter = 'AFT';
    expect(view.asText()).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} error after\n$/);
    close();
    mock.say(profile.id, 'error', 'too late');
    await Promise.resolve();
    expect(view.all).toBe(3);
  });

  it('writes times that sort', () =>
    expect(timestamp(new Date(2026, 0, 2, 3, 4, 5, 6).getTime())).toBe('2026-01-02 03:04:05.006'));
});

describe('Import', () => {
  it('leaves what is far too large unread', async () => {
    const small = new File(['{}'], 'a.json');
    const large = new File([new Uint8Array((1 << 20) + 1)], 'b.iso');
    expect(await readSources([small, large])).toEqual({
      sources: [{ name: 'a.json', text: '{}' }],
      tooLarge: ['b.iso'],
    });
  });

  it('asks before a server’s file is turned round', async () => {
    const { core } = await openWindow([]);
    const work = new Import(core);
    await work.take([
      { name: 'client.json', text: '{"remoteaddr":"a:1"}' },
      { name: 'server.json', text: '{"target":"a:1"}' },
    ]);
    expect(work.imported.map(({ source }) => source)).toEqual(['client.json']);
    expect(work.refused.map(({ source, code }) => [source, code])).toEqual([
      ['server.json', 'server-config'],
    ]);
    await work.convert('server.json');
    expect(work.refused).toEqual([]);
    expect(work.imported.map(({ source }) => source)).toEqual(['client.json', 'server.json']);
  });
});
