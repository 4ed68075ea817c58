import type { ClientOptions } from './options.ts';
import type { Variant } from './variant.ts';

/** Why a tunnel does not work as it should, and the values of the sentence; never a secret. Times are ms since 1970. */
export interface DiagnosisFields {
  /** dialled since then, and the server has acknowledged nothing yet */
  'no-answer': { remote: string; since: number; checksumErrors: number };
  /** was connected, and the server was last heard then */
  'went-quiet': { remote: string; since: number };
  /** the server's name does not resolve */
  'resolve-failed': { remote: string; detail: string };
  /** the local port is taken */
  'port-in-use': { address: string };
  /** the local address cannot be listened on */
  'listen-failed': { address: string; detail: string };
  /** the peer speaks another smux version */
  'wrong-smux-version': { remote: string };
  /** datagrams come whose checksum does not match */
  'checksum-errors': { checksumErrors: number };
  /** a large share of the segments has to be sent again */
  'heavy-loss': { percent: number };
  /** the operating system refuses to send */
  'network-down': { detail: string };
  /** an option is not valid */
  'bad-option': { detail: string };
  /** the tunnel's worker thread died */
  'worker-died': { detail: string };
  /** anything else the engine said */
  other: { detail: string };

  // What follows was proved by asking the server; `mine` is what the tunnel has, `theirs` what the server has.
  /** the server answers with this key and another crypt */
  'other-crypt': { remote: string; mine: string; theirs: string };
  /** the server speaks another smux version than the tunnel's smuxver */
  'other-smux': { remote: string; mine: number; theirs: number };
  /** whether the server compresses; the tunnel does the opposite */
  'other-compression': { remote: string; compressed: boolean };
  /** a server of 2017, which needs the client's shape to be its own */
  'other-fec': { remote: string; mine: string; theirs: string };
  /** of the ports of a range some do not answer, and this one does */
  'other-port': { remote: string; port: number };
  /** of the addresses of a name some do not answer, and this one does */
  'other-address': { remote: string; address: string };
  /** the network says that nobody listens at the port */
  'nobody-listens': { remote: string };
  /** nothing answers with any crypt, though somebody listens */
  'key-refused': { remote: string };
  /** whatever is asked, nothing comes back */
  'nothing-returns': { remote: string };
  /** packets as large as the mtu vanish, and these pass */
  'large-lost': { mtu: number; passes: number };
}

export type DiagnosisCode = keyof DiagnosisFields;

/** What may be behind a diagnosis. */
export type LikelyCause =
  /** the two ends have other keys */
  | 'wrong-key'
  /** the two ends have other crypts */
  | 'wrong-crypt'
  /** the server listens at another address or port */
  | 'wrong-address'
  /** no server runs there */
  | 'server-down'
  /** something on the way drops UDP */
  | 'udp-blocked'
  /** the two ends speak other smux versions */
  | 'wrong-smuxver'
  /** one end compresses, and the other does not */
  | 'wrong-compression'
  /** one end has QPP, or another number of pads */
  | 'wrong-qpp'
  /** this computer has no network */
  | 'offline'
  /** more is sent than the line takes */
  | 'windows-too-large'
  /** groups lose more than their parity rebuilds */
  | 'more-parity-needed'
  /** two tunnels have the same local port */
  | 'same-port-twice';

/** One thing that is wrong, and what may be behind it, the likeliest first; `fix` are the options that set it right. */
export type Diagnosis = Variant<DiagnosisFields> & { likely: LikelyCause[]; fix?: Partial<ClientOptions> };

/** How long ago a moment (ms since 1970) was, in words: "12 s". */
export type Ago = (since: number) => string;

/** What a language says of each diagnosis: `short` in the list, `title` and `text` in the header's notice. */
export type DiagnosisWords = {
  [C in DiagnosisCode]: {
    short: string;
    title: (fields: DiagnosisFields[C]) => string;
    text: (fields: DiagnosisFields[C], ago: Ago) => string;
  };
};
