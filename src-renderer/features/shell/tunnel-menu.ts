import ArrowDown from '@lucide/svelte/icons/arrow-down';
import ArrowUp from '@lucide/svelte/icons/arrow-up';
import CopyPlus from '@lucide/svelte/icons/copy-plus';
import FileOutput from '@lucide/svelte/icons/file-output';
import Gauge from '@lucide/svelte/icons/gauge';
import RefreshCw from '@lucide/svelte/icons/refresh-cw';
import Terminal from '@lucide/svelte/icons/terminal';
import Trash2 from '@lucide/svelte/icons/trash-2';
import type { Tunnel } from '../../client/tunnel.svelte.ts';
import { i18n } from '../../i18n/i18n.svelte.ts';
import type { App } from './app.svelte.ts';

/** What can be done with one tunnel, in the list and in its header alike. */
export function tunnelMenu(app: App, tunnel: Tunnel) {
  const { list } = i18n.t;
  const at = app.core.tunnels.indexOf(tunnel);
  return [
    {
      label: list.reconnect,
      icon: RefreshCw,
      disabled: !tunnel.on,
      onselect: () => void app.attempt(app.core.redial(tunnel)),
    },
    {
      label: i18n.t.probe.ping,
      icon: Gauge,
      disabled: tunnel.profile.demo,
      onselect: () => void app.attempt(app.core.ping([tunnel])),
    },
    {
      label: list.serverCommand,
      icon: Terminal,
      onselect: () => (app.dialog = { kind: 'server-command', tunnel }),
    },
    { label: list.export, icon: FileOutput, onselect: () => (app.dialog = { kind: 'export', tunnel }) },
    null,
    { label: list.clone, icon: CopyPlus, onselect: () => void app.clone(tunnel) },
    { label: list.moveUp, icon: ArrowUp, disabled: at === 0, onselect: () => void app.move(tunnel, -1) },
    {
      label: list.moveDown,
      icon: ArrowDown,
      disabled: at === app.core.tunnels.length - 1,
      onselect: () => void app.move(tunnel, 1),
    },
    null,
    {
      label: list.remove,
      icon: Trash2,
      danger: true,
      shortcut: tunnel.profile.demo ? undefined : 'Del',
      onselect: () => void app.remove(tunnel),
    },
  ];
}
