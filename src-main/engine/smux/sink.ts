/** Where a smux session writes its frames: the framed, reliable byte stream below it. */
export interface FrameSink {
  /** Whether the layer below takes another frame now; asked before each frame, never within one. */
  writable(): boolean;
  /** Takes all of bytes[from..from+length) at once, by copy. */
  write(bytes: Uint8Array, from: number, length: number): void;
}
