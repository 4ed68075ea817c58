import { contextBridge, ipcRenderer } from 'electron';
import type { Transport } from '../../../shared/api.ts';
import { API_CHANNEL } from './channel.ts';

// The window gets three verbs and nothing of Electron. What it sends is checked in the main process.
const bridge: Transport = {
  send: (message) => ipcRenderer.send(API_CHANNEL, message),
  onMessage: (listener) => {
    const receive = (_event: unknown, message: unknown): void => listener(message);
    ipcRenderer.on(API_CHANNEL, receive);
    return () => void ipcRenderer.off(API_CHANNEL, receive);
  },
  // the main process outlives every window
  onClose: () => () => undefined,
};
contextBridge.exposeInMainWorld('kcptun', bridge);
