import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { trayIcon, trayTooltip } from '../../../src-main/app/tray-menu.ts';
import type { OverallState } from '../../../shared/state.ts';
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

describe('trayIcon', () => {
  const states: OverallState[] = ['off', 'busy', 'connected', 'trouble'];
  it.each(['win32', 'darwin', 'linux'] as const)('is drawn for every state on %s', (platform) => {
    const paths = states.map((state) => trayIcon('assets/tray', state, platform));
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
    expect(new Set(paths).size).toBe(4);
  });
});
