import type { MenuItemConstructorOptions } from 'electron';
import { isOn, type OverallState, overallState } from '../../../shared/state.ts';
import type { BoardTunnel } from './tunnel-board.ts';
import type { Words } from './words.ts';

/** What the tray's menu sets off. */
export interface TrayActions {
  open(): void;
  toggle(id: string, on: boolean): void;
  connectAll(): void;
  disconnectAll(): void;
  startAtLogin(on: boolean): void;
  quit(): void;
}

export interface TrayFace {
  tunnels: readonly BoardTunnel[];
  words: Words;
  launchAtLogin: boolean;
}

/** An ampersand in a label would underline the letter behind it. */
const label = (text: string): string => text.replaceAll('&', '&&');

/**
 * The tray's menu: every tunnel as a checkbox. Open is always an item, because on Linux a click on the icon may never
 * be told.
 */
export function trayMenu(
  { tunnels, words, launchAtLogin }: TrayFace,
  act: TrayActions,
): MenuItemConstructorOptions[] {
  const toggles = tunnels.map(({ profile, state }): MenuItemConstructorOptions => ({
    type: 'checkbox',
    label: label(`${profile.name} — ${words.state[state.kind]}`),
    checked: isOn(state),
    click: ({ checked }) => act.toggle(profile.id, checked),
  }));
  return [
    { label: words.open, click: () => act.open() },
    { type: 'separator' },
    ...(toggles.length > 0 ? toggles : [{ label: words.noTunnels, enabled: false }]),
    { type: 'separator' },
    {
      label: words.connectAll,
      enabled: tunnels.some(({ state }) => !isOn(state)),
      click: () => act.connectAll(),
    },
    {
      label: words.disconnectAll,
      enabled: tunnels.some(({ state }) => isOn(state)),
      click: () => act.disconnectAll(),
    },
    { type: 'separator' },
    {
      type: 'checkbox',
      label: words.startAtLogin,
      checked: launchAtLogin,
      click: ({ checked }) => act.startAtLogin(checked),
    },
    { label: words.quit, click: () => act.quit() },
  ];
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB'];

/** Bytes a second with three digits at most, as in "1.5 MiB/s". */
export function rate(bytes: number): string {
  let unit = 0;
  while (bytes >= 1000 && unit < UNITS.length - 1) {
    bytes /= 1024;
    unit++;
  }
  return `${unit > 0 && bytes < 9.95 ? bytes.toFixed(1) : Math.round(bytes)} ${UNITS[unit]}/s`;
}

/** Windows cuts a longer tooltip in the middle of a word. */
const TOOLTIP_LENGTH = 127;

/** The running tunnels with their rates, a line each. */
export function trayTooltip({ tunnels, words }: TrayFace): string {
  const lines = [`kcptun desktop — ${words.overall[overall(tunnels)]}`];
  for (const { profile, state, up, down } of tunnels) {
    if (!isOn(state)) continue;
    const connected = state.kind === 'connected' || state.kind === 'degraded';
    lines.push(`${profile.name}: ${connected ? `↑ ${rate(up)} ↓ ${rate(down)}` : words.state[state.kind]}`);
    if (lines.join('\n').length > TOOLTIP_LENGTH) {
      lines.pop();
      lines.push('…');
      break;
    }
  }
  return lines.join('\n').slice(0, TOOLTIP_LENGTH);
}

export const overall = (tunnels: readonly BoardTunnel[]): OverallState =>
  overallState(tunnels.map(({ state }) => state));
