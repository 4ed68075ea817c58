import type { OverallState } from '../../../shared/state.ts';
import type { ElectronMain } from './electron-main.ts';
import {
  overall,
  type TrayActions,
  type TrayFace,
  trayIcon,
  trayMenu,
  trayTooltip,
} from '../../app/tray-menu.ts';

/** The icon in the tray, with its menu and tooltip; each is given to the system only when it has changed. */
export class TrayIcon {
  readonly #tray: Electron.Tray;
  #state: OverallState = 'off';
  #menu = '';
  #tooltip = '';

  constructor(
    readonly electron: Pick<ElectronMain, 'Tray' | 'Menu' | 'nativeImage'>,
    /** assets/tray */
    readonly folder: string,
    readonly platform: NodeJS.Platform,
    readonly actions: TrayActions,
  ) {
    this.#tray = new electron.Tray(this.#image());
    // on macOS a click opens the menu
    if (platform !== 'darwin') this.#tray.on('click', () => actions.open());
  }

  show(face: TrayFace): void {
    const state = overall(face.tunnels);
    if (state !== this.#state) {
      this.#state = state;
      this.#tray.setImage(this.#image());
    }
    const tooltip = trayTooltip(face);
    if (tooltip !== this.#tooltip) this.#tray.setToolTip((this.#tooltip = tooltip));
    const template = trayMenu(face, this.actions);
    const menu = JSON.stringify(template);
    if (menu === this.#menu) return;
    this.#menu = menu;
    this.#tray.setContextMenu(this.electron.Menu.buildFromTemplate(template));
  }

  /** The system has ticked a box by itself, and the core has refused: the next `show` puts it right. */
  invalidate(): void {
    this.#menu = '';
  }

  destroy(): void {
    this.#tray.destroy();
  }

  #image(): Electron.NativeImage {
    const image = this.electron.nativeImage.createFromPath(trayIcon(this.folder, this.#state, this.platform));
    if (this.platform === 'darwin') image.setTemplateImage(true);
    return image;
  }
}
