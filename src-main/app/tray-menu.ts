import { join } from 'node:path';
import type { Ping } from '../../shared/probe.ts';
import { isOn, type OverallState, overallState, type TunnelState, usedServer } from '../../shared/state.ts';
import type { Locale } from '../../shared/words/locale.ts';
import type { MenuItem } from './menu-item.ts';
import type { BoardTunnel } from './tunnel-board.ts';

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
  locale: Locale;
  launchAtLogin: boolean;
}

/** An ampersand in a label would underline the letter behind it. */
const label = (text: string): string => text.replaceAll('&', '&&');

/** The spare server that is in use. */
function spareOf(state: TunnelState): string {
  const used = usedServer(state);
  return used && used.index > 0 ? `, ${used.remote}` : '';
}

/**
 * The tray's menu: every tunnel as a checkbox. Open is always an item, because on Linux a click on the icon may never
 * be told.
 */
export function trayMenu({ tunnels, locale, launchAtLogin }: TrayFace, act: TrayActions): MenuItem[] {
  const { desktop, list, preferences, states } = locale.words;
  const latencyOf = (ping: Ping | null): string => (ping ? ` (${locale.latency(ping.rtt)})` : '');
  const toggles = tunnels.map(({ profile, state, ping }): MenuItem => ({
    type: 'checkbox',
    label: label(`${profile.name} — ${states[state.kind]}${spareOf(state)}${latencyOf(ping)}`),
    checked: isOn(state),
    click: ({ checked }) => act.toggle(profile.id, checked),
  }));
  return [
    { label: desktop.open, click: () => act.open() },
    { type: 'separator' },
    ...(toggles.length > 0 ? toggles : [{ label: desktop.noTunnels, enabled: false }]),
    { type: 'separator' },
    {
      label: list.connectAll,
      enabled: tunnels.some(({ state }) => !isOn(state)),
      click: () => act.connectAll(),
    },
    {
      label: list.disconnectAll,
      enabled: tunnels.some(({ state }) => isOn(state)),
      click: () => act.disconnectAll(),
    },
    { type: 'separator' },
    {
      type: 'checkbox',
      label: preferences.launchAtLogin,
      checked: launchAtLogin,
      click: ({ checked }) => act.startAtLogin(checked),
    },
    { label: desktop.quit, click: () => act.quit() },
  ];
}

/** Windows cuts a longer tooltip in the middle of a word. */
const TOOLTIP_LENGTH = 127;

/** The running tunnels with their rates, a line each. */
export function trayTooltip({ tunnels, locale }: TrayFace): string {
  const { common, states } = locale.words;
  const lines = [`${common.app} — ${locale.words.overall[overall(tunnels)]}`];
  for (const { profile, state, up, down } of tunnels) {
    if (!isOn(state)) continue;
    const connected = state.kind === 'connected' || state.kind === 'degraded';
    const flow = locale.rates(down, up);
    const says = connected ? `↓ ${flow.down} ↑ ${flow.up} ${flow.unit}` : states[state.kind];
    lines.push(`${profile.name}: ${says}`);
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

/**
 * The icon's file; each state has a shape of its own. On macOS it is black and clear, and the system colours it; Windows
 * picks a size out of many; panels of Linux know no scales and take one size.
 */
export function trayIcon(folder: string, state: OverallState, platform: NodeJS.Platform): string {
  if (platform === 'darwin') return join(folder, `${state}Template.png`);
  return platform === 'win32' ? join(folder, `${state}.ico`) : join(folder, 'linux', `${state}.png`);
}
