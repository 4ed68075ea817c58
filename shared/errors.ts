/** Codes of the errors that cross from the core to a window; the window words them in its own language. */
export const ERROR_CODES = [
  /** the message is no request of this schema */
  'bad-request',
  /** an argument has the wrong type or range; `fields` names each */
  'bad-argument',
  /** an option of a profile is out of range or contradicts another; `fields` names each */
  'bad-option',
  /** the profile's key is sealed and cannot be opened here */
  'key-missing',
  /** a new key cannot be kept before the passphrase that seals the others is given */
  'keys-locked',
  /** the passphrase is not the one that the keys are sealed with */
  'wrong-passphrase',
  /** no profile, tunnel, notice or undo of that id */
  'not-found',
  /** the app keeps no more tunnels than it has */
  'too-many',
  /** what is on takes all the sessions, or all the windows, that the app has for its tunnels */
  'too-much-on',
  /** this host cannot do it (no tray, no login item, no secure storage) */
  'unsupported',
  /** a name that no address was found for */
  'not-resolved',
  /** reading or writing on disk failed */
  'storage-failed',
  /** the connection between window and core is gone */
  'disconnected',
  /** a defect of ours */
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** One thing wrong with one field: which field, and what was expected in plain English. */
export interface FieldError {
  field: string;
  message: string;
}

/** What an error is on the wire. */
export interface ErrorData {
  code: ErrorCode;
  message: string;
  fields: FieldError[];
}

/** An error with a stable code; its message never holds a key. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly fields: readonly FieldError[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Anything thrown, as it may cross: errors that are not ours say nothing but their message. */
export function toErrorData(error: unknown): ErrorData {
  if (error instanceof ApiError) {
    return { code: error.code, message: error.message, fields: [...error.fields] };
  }
  return { code: 'internal', message: error instanceof Error ? error.message : String(error), fields: [] };
}

export const fromErrorData = (data: ErrorData): ApiError =>
  new ApiError(data.code, data.message, data.fields);
