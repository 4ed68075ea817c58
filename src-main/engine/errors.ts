export type EngineErrorCode =
  | 'out-of-memory'
  | 'bad-option'
  | 'port-in-use'
  | 'listen-failed'
  | 'resolve-failed'
  | 'unsupported'
  | 'snappy-corrupt'
  | 'smux-protocol'
  | 'smux-version'
  | 'keepalive-timeout'
  | 'peer-closed'
  | 'socket-failed'
  | 'closed';

/** An error of the engine with a stable code; its message never holds a key. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  constructor(
    readonly code: EngineErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
