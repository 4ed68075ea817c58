export type EngineErrorCode =
  /** the kernel memory of this thread is used up */
  | 'out-of-memory'
  /** an option has a value that is not allowed */
  | 'bad-option'
  /** another program listens at the port or unix socket */
  | 'port-in-use'
  /** the system refuses to listen there, for another reason */
  | 'listen-failed'
  /** a name that no address was found for */
  | 'resolve-failed'
  /** this machine lacks what the engine cannot do without */
  | 'unsupported'
  /** what the peer sent is no compressed stream, or a broken one: it may not compress */
  | 'snappy-corrupt'
  /** the peer sent what smux does not allow */
  | 'smux-protocol'
  /** the peer's frames are of another smux version */
  | 'smux-version'
  /** the peer was not heard for as long as a session waits */
  | 'keepalive-timeout'
  /** a newer session of the same peer took this one's place */
  | 'peer-closed'
  /** a UDP socket cannot be opened or dialled with, or broke */
  | 'socket-failed'
  /** closed at this end, or used after that */
  | 'closed';

/** Every error of the engine: it has a stable code, and its message never holds a key. */
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

/** A frame of another smux version: code `smux-version`. */
export class SmuxVersionError extends EngineError {
  /** @param seen the version that the frame says it is of */
  constructor(
    readonly seen: number,
    message: string,
  ) {
    super('smux-version', message);
  }
}

/** An option that cannot be: code `bad-option`. */
export class OptionError extends EngineError {
  constructor(
    /** the option by kcptun's name, as in its JSON file */
    readonly field: string,
    /** as JSON; empty for a secret, and where the name is no option's */
    readonly value: string,
    /** what the option allows, in plain English */
    readonly expected: string,
  ) {
    super('bad-option', `${value === '' ? field : `${field} ${value}`}: expected ${expected}`);
  }
}
