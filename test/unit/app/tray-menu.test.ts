import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { trayIcon, trayMenu, trayTooltip } from '../../../src-main/app/tray-menu.ts';
import type { Ping } from '../../../shared/probe.ts';
import type { OverallState, TunnelState } from '../../../shared/state.ts';
import { Locale } from '../../../shared/words/locale.ts';

describe('trayTooltip', () => {
  it('stays within what Windows shows', () => {
    const tunnels = Array.from({ length: 20 }, (_, i) => ({
      profile: {
        id: `${i}`,
        name: `a tunnel with a long name ${i}`,
        colour: 'red' as const,
        autostart: false,
        options: {},
        extra: {},
        demo: false,
      },
      state: { kind: 'connected' as const, since: 0, address: '' },
      up: 387_500,
      down: 5_150_000,
      ping: { at: 0, rtt: 41.6, loss: 0 },
    }));
    const tooltip = trayTooltip({ tunnels, locale: new Locale('en'), launchAtLogin: false });
    expect(tooltip.length).toBeLessThanOrEqual(127);
    expect(tooltip).toContain('a tunnel with a long name 0: ↓ 41.2 ↑ 3.1 Mbit/s');
    expect(tooltip.endsWith('…')).toBe(true);
  });
});

describe('trayMenu', () => {
  const profile = { id: 'a', name: 'Home & away', colour: 'red' as const, autostart: false };
  const rest = { options: {}, extra: {}, demo: false };
  const server = { index: 1, remote: 'b.example:29900', moved: null };
  const labelOf = (state: TunnelState, ping: Ping | null): string | undefined =>
    trayMenu(
      {
        tunnels: [{ profile: { ...profile, ...rest }, state, up: 0, down: 0, ping }],
        ...{ locale: new Locale('en'), launchAtLogin: false },
      },
      {
        ...{ open() {}, toggle() {}, connectAll() {}, disconnectAll() {}, startAtLogin() {}, quit() {} },
      },
    )[2].label;

  it('says how far a tunnel’s server is, on or off, and that it did not answer', () => {
    expect(labelOf({ kind: 'off' }, null)).toBe('Home && away — Off');
    expect(labelOf({ kind: 'off' }, { at: 0, rtt: 41.6, loss: 0 })).toBe('Home && away — Off (42 ms)');
    expect(labelOf({ kind: 'off' }, { at: 0, rtt: null, loss: null })).toMatch(/^Home && away — Off \(.+\)$/);
  });

  it('says which spare server a tunnel uses', () => {
    const state = { kind: 'connected' as const, since: 0, address: '' };
    const ping = { at: 0, rtt: 7.2, loss: 0 };
    expect(labelOf({ ...state, server }, ping)).toBe('Home && away — Connected, b.example:29900 (7.2 ms)');
    expect(labelOf({ ...state, server: { ...server, index: 0 } }, ping)).toBe(
      'Home && away — Connected (7.2 ms)',
    );
  });
});

describe('trayIcon', () => {
  const states: OverallState[] = ['off', 'busy', 'connected', 'trouble'];
  it.each(['win32', 'darwin', 'linux'] as const)('is drawn for every state on %s', (platform) => {
    const paths = states.map((state) => trayIcon('assets/tray', state, platform));
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
    expect(new Set(paths).size).toBe(4);
  });
});
