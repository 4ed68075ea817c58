declare module 'virtual:kernel' {
  /** The compiled kernel module, base64 (see vite.config.ts). */
  const base64: string;
  export default base64;
}
