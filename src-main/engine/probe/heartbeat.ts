import { EngineError } from '../errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { FRAME_HEADER_BYTES } from '../smux/frame.ts';
import { SnappyDecoder } from '../snappy/decoder.ts';
import { STREAM_IDENTIFIER } from '../snappy/framing.ts';

/** What the first bytes of a server's stream tell. */
export interface StreamFormat {
  nocomp: boolean;
  /** null where they are no smux frame: the key fits, and something else does not */
  smuxver: 1 | 2 | null;
}

/**
 * Reads a server's stream as far as it has come, from its first byte on: it begins with smux' heartbeat (NOP), or with
 * snappy's identifier and that in a chunk.
 * @returns undefined while it is too short to tell
 */
export function streamFormat(kernel: Kernel, stream: Uint8Array): StreamFormat | undefined {
  const common = Math.min(stream.length, STREAM_IDENTIFIER.length);
  const compressed = stream.subarray(0, common).every((byte, i) => byte === STREAM_IDENTIFIER[i]);
  if (compressed && common < STREAM_IDENTIFIER.length) return undefined;
  let plain = stream;
  if (compressed) {
    const chunks: Buffer[] = [];
    try {
      new SnappyDecoder(kernel).input(stream, 0, stream.length, (bytes, offset, length) =>
        chunks.push(Buffer.from(bytes.subarray(offset, offset + length))),
      );
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return { nocomp: false, smuxver: null };
    }
    plain = Buffer.concat(chunks);
  }
  if (plain.length < FRAME_HEADER_BYTES) return undefined;
  const [version] = plain;
  return { nocomp: !compressed, smuxver: version === 1 || version === 2 ? version : null };
}
