/** What this build can do about a newer version: nothing, say that there is one and where, or fetch and install it too. */
export type UpdateWay = 'none' | 'page' | 'install';

/** What is known of newer versions. Times are milliseconds since 1970. */
export type UpdateState =
  /** nobody has looked since the start */
  | { kind: 'unknown' }
  | { kind: 'checking' }
  /** this is the newest */
  | { kind: 'newest'; at: number }
  /** it could not be found out; `message` is the system's or the library's own, in English */
  | { kind: 'check-failed'; at: number; message: string }
  | { kind: 'available'; version: string }
  /** `share` from 0 to 1 */
  | { kind: 'downloading'; version: string; share: number }
  | { kind: 'download-failed'; version: string; message: string }
  /** lies on disk, and its checksum is right */
  | { kind: 'ready'; version: string }
  /** the tunnels are stopped, then the app restarts */
  | { kind: 'installing'; version: string };
