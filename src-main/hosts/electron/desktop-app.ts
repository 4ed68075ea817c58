import type * as Electron from 'electron';

/** The Electron modules the host stands on, handed in so that its logic runs against a double. */
export type ElectronMain = typeof Electron;

export class DesktopApp {
  constructor(readonly electron: ElectronMain) {}

  start(): void {
    this.electron.app.quit();
  }
}
