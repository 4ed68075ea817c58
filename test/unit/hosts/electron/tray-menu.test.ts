import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { trayIcon } from '../../../../src-main/hosts/electron/tray.ts';
import { rate, trayTooltip } from '../../../../src-main/hosts/electron/tray-menu.ts';
import { wordsFor } from '../../../../src-main/hosts/electron/words.ts';
import type { OverallState } from '../../../../shared/state.ts';

describe('rate', () => {
  it.each([
    [0, '0 B/s'],
    [999, '999 B/s'],
    [1000, '1.0 KiB/s'],
    [1536, '1.5 KiB/s'],
    [10_240, '10 KiB/s'],
    [1_000_000, '977 KiB/s'],
    [1_600_000, '1.5 MiB/s'],
    [5 * 2 ** 40, '5120 GiB/s'],
  ])('%d is %s', (bytes, text) => expect(rate(bytes)).toBe(text));
});

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
      up: 1,
      down: 2,
    }));
    const tooltip = trayTooltip({ tunnels, words: wordsFor('en', 'en'), launchAtLogin: false });
    expect(tooltip.length).toBeLessThanOrEqual(127);
    expect(tooltip).toContain('a tunnel with a long name 0: ↑ 1 B/s ↓ 2 B/s');
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
