/**
 * What a sandboxed preload has of Electron, for a page: `require('electron')`. Both ways a value is cloned as the
 * context bridge and IPC clone it: what structured clone refuses (a function, a proxy, a symbol) throws. Plain
 * JavaScript, for its text is put into the page.
 *
 * @param {symbol} deliver where in the page a message for the preload is handed in
 * @param {(channel: string, args: unknown[]) => void} tell takes a message to the main process
 */
module.exports = (deliver, tell) => {
  const listeners = new Map();
  const ipcRenderer = {
    send: (channel, ...args) => void tell(channel, structuredClone(args)),
    on: (channel, listener) => void listeners.set(channel, [...(listeners.get(channel) ?? []), listener]),
    off: (channel, listener) =>
      void listeners.set(
        channel,
        (listeners.get(channel) ?? []).filter((one) => one !== listener),
      ),
  };
  const bridged = (value) =>
    typeof value === 'function' ? (...args) => bridged(value(...args.map(bridged))) : structuredClone(value);
  const contextBridge = {
    exposeInMainWorld: (name, api) => {
      const verbs = Object.entries(api).map(([verb, value]) => [verb, bridged(value)]);
      Object.defineProperty(window, name, { value: Object.freeze(Object.fromEntries(verbs)) });
    },
  };
  Object.defineProperty(window, deliver, {
    value: (channel, args) => {
      for (const listener of listeners.get(channel) ?? []) listener({}, ...args);
    },
  });
  return (name) => {
    if (name === 'electron') return { contextBridge, ipcRenderer };
    throw new Error(`module not found: ${name}`);
  };
};
