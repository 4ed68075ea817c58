import { MAX_GROUP, QPP_KEY_BYTES, QPP_PADS } from '../../wire.ts';
import { MOST_PROFILES } from '../../profile.ts';
import type { CodeWords } from '../codes.ts';
import { plurals } from '../plural.ts';

const plural = plurals('en');

/** English for what the core tells by a code. */
export const codes: CodeWords = {
  diagnoses: {
    'no-answer': {
      short: 'no answer',
      title: (p) => `No answer from ${p.remote}`,
      text: (p, ago) =>
        `Packets have been sent for ${ago(p.since)} and nothing valid has come back.` +
        (p.checksumErrors > 0
          ? ` ${p.checksumErrors} ` +
            plural(p.checksumErrors, {
              one: 'datagram arrived whose checksum does not match',
              other: 'datagrams arrived whose checksums do not match',
            }) +
            ': the server is there, but speaks with another key or crypt.'
          : ''),
    },
    'went-quiet': {
      short: 'the server went quiet',
      title: (p) => `${p.remote} went quiet`,
      text: (p, ago) => `Nothing has been heard for ${ago(p.since)}. It is dialled again until it answers.`,
    },
    'resolve-failed': {
      short: 'name not found',
      title: (p) => `The name in ${p.remote} cannot be found`,
      text: (p) => `The system's answer: ${p.detail}. It is looked up again at every try.`,
    },
    'port-in-use': {
      short: 'port in use',
      title: (p) => `${p.address} is already in use`,
      text: () =>
        'Another program, or another tunnel, listens there. Choose another local port, or stop the other one.',
    },
    'listen-failed': {
      short: 'cannot listen',
      title: (p) => `Cannot listen on ${p.address}`,
      text: (p) => `The system's answer: ${p.detail}. Check the local address.`,
    },
    'wrong-smux-version': {
      short: 'smux versions differ',
      title: (p) => `${p.remote} speaks another smux version`,
      text: () =>
        'Set smuxver to what the server uses: 1 for releases up to 2022 that were not told otherwise, 2 for the newest.',
    },
    'checksum-errors': {
      short: 'checksum errors',
      title: () => 'Datagrams with wrong checksums arrive',
      text: (p) =>
        `${p.checksumErrors} so far. Either the key or crypt differs from the server's, or somebody else sends to this port.`,
    },
    'heavy-loss': {
      short: 'heavy loss',
      title: (p) => `${p.percent} % of what is sent has to be sent again`,
      text: () => 'The line loses much, or is asked for more than it can carry. See the advice below.',
    },
    'network-down': {
      short: 'no network',
      title: () => 'The system refuses to send',
      text: (p) => `${p.detail}. The tunnel comes back by itself when the network does.`,
    },
    'bad-option': {
      short: 'setting not valid',
      title: () => 'A setting is not valid',
      text: (p) => p.detail,
    },
    'worker-died': {
      short: 'stopped unexpectedly',
      title: () => "The tunnel's thread stopped unexpectedly",
      text: (p) => p.detail,
    },
    other: { short: 'trouble', title: () => 'Something went wrong', text: (p) => p.detail },
    'other-crypt': {
      short: 'crypt differs',
      title: (p) => `The server uses ${p.theirs}`,
      text: (p) => `${p.remote} answers with this key and crypt ${p.theirs}; here it is ${p.mine}.`,
    },
    'other-smux': {
      short: 'smux versions differ',
      title: (p) => `The server speaks smux ${p.theirs}`,
      text: (p) => `Here smuxver is ${p.mine}: sessions come up, and nothing passes them.`,
    },
    'other-compression': {
      short: 'compression differs',
      title: (p) => (p.compressed ? 'The server compresses' : 'The server does not compress'),
      text: (p) =>
        `Here it is the other way round, so neither end can read the other. nocomp is to be ${p.compressed ? 'off' : 'on'}.`,
    },
    'other-fec': {
      short: 'FEC differs',
      title: (p) => `The server's FEC is ${p.theirs}`,
      text: (p) => `Here it is ${p.mine}. A server as old as this one needs the same at both ends.`,
    },
    'other-port': {
      short: 'some ports are dead',
      title: (p) => `Port ${p.port} answers, others of the range do not`,
      text: (p) => `Of ${p.remote} only some ports lead to the server: each new session may miss it.`,
    },
    'other-address': {
      short: 'some addresses are dead',
      title: (p) => `${p.address} answers, another address of the name does not`,
      text: (p) => `The name in ${p.remote} stands for several addresses, and not all lead to the server.`,
    },
    'nobody-listens': {
      short: 'nobody listens',
      title: (p) => `Nobody listens on ${p.remote}`,
      text: () =>
        'The machine is there and refuses the port. Start the server, or check the port: kcptun-server prints it as “listening on”.',
    },
    'key-refused': {
      short: 'wrong key',
      title: () => 'The key is wrong, whatever the crypt',
      text: (p) =>
        `${p.remote} was asked with every crypt, and a server that is there stayed silent. Compare the key letter by letter.`,
    },
    'nothing-returns': {
      short: 'nothing comes back',
      title: (p) => `Nothing comes back from ${p.remote}`,
      text: () =>
        'Every crypt was asked for, and not even a refusal came. Open the UDP port in the firewall of the server and of its provider, and check that the server runs with this key.',
    },
    'large-lost': {
      short: 'large packets vanish',
      title: (p) => `Packets of ${p.mtu} bytes vanish on the way`,
      text: (p) =>
        `Small ones pass, and so do those of up to ${p.passes} bytes. Lower the mtu to that here and at the server.`,
    },
  },
  causes: {
    'wrong-key': "The key differs from the server's",
    'wrong-crypt': "The crypt differs from the server's",
    'wrong-address': 'The address or port is not where the server listens',
    'server-down': 'The server is not running',
    'udp-blocked': 'A firewall on the way drops UDP to that port',
    'wrong-smuxver': 'smuxver differs: 1 before 2023 by default, 2 in the newest release',
    'wrong-compression': 'Compression is on at one end and off at the other',
    'wrong-qpp': 'QPP or its count differs',
    offline: 'This computer is offline',
    'windows-too-large': 'The windows are larger than the line can carry',
    'more-parity-needed': 'More is lost than the parity shards can rebuild',
    'same-port-twice': 'Two tunnels use the same local port',
  },

  notices: {
    'entry-set-aside': (p) =>
      `A saved tunnel (${p.name}) could not be read and was set aside. The others are untouched.`,
    'key-unreadable': (p) =>
      `The key of “${p.name}” cannot be decrypted on this system. Enter it again in its settings.`,
    'not-restored': () =>
      'The app has crashed twice within a minute: no tunnel was switched on by itself. Switch them on one by one to find which it is.',
    'store-newer': () =>
      'The saved tunnels were written by a newer version. They are read as far as they are understood.',
  },

  importNotes: {
    'smuxver-assumed': (p) =>
      `It does not say which smux version: ${p.smuxver} is assumed. kcptun took 1 until late 2025, and takes 2 since.`,
    'server-config': () => "It was a server's: this is the client that fits it.",
    'unknown-keys': (p) => `Kept, but without meaning here: ${p.keys.join(', ')}`,
    'bad-value': (p) => `A value was wrong and is at its default: ${p.detail}`,
    'file-dropped': (p) => `Left out: ${p.keys.join(', ')}. An import has no say in where files are written.`,
    'extra-dropped': (p) => `Left out, as too large or nested too deep: ${p.keys.join(', ')}`,
    'every-interface': (p) =>
      `It listens on ${p.address}, which is every interface: other computers can use this tunnel too.`,
    'manual-ignored': () => 'nodelay, interval, resend and nc count only in mode manual.',
    'config-file': (p) => `It reads more options from ${p.path}: import that file too.`,
    shadowsocks: () => 'Only the tunnel is taken over: point the Shadowsocks client at its local address.',
  },

  importRefusals: {
    'not-recognised': () => 'In none of the formats that can be read.',
    'bad-json': () => 'It begins as JSON, and is none.',
    'server-config': () => "This is a server's configuration.",
    'bad-entry': (message) => `One of its tunnels cannot work: ${message}`,
    'too-many': () => `The app keeps ${MOST_PROFILES} tunnels at most. The rest was left out.`,
  },

  problems: {
    type: () => 'Not a value that is meant here',
    integer: (p) =>
      p.max === null ? `A whole number, at least ${p.min}` : `A whole number from ${p.min} to ${p.max}`,
    choice: (p) => `One of ${p.choices.join(', ')}`,
    address: () => 'host:port, such as 127.0.0.1:12948 or [::1]:12948, or the path of a unix socket',
    'mtu-too-small': (p) => `At least ${p.least}: beside the headers no data fits in`,
    'too-many-shards': (p) => `Data and parity packets together: at most ${MAX_GROUP}, not ${p.shards}`,
    'too-many-sessions': (p) => `At most ${p.most}: each is a socket and a session of its own`,
    'windows-too-large': (p) => `At most ${p.most} with windows this large, or memory runs out`,
    'streambuf-over-smuxbuf': (p) => `Not more than the session buffer, ${p.smuxbuf}`,
    'server-list': () =>
      'Expected a list of servers, each an address or an object with remoteaddr and what differs',
    'raw-sockets': () => 'Needs raw sockets, which are not to be had here',
    'default-key': () =>
      'The key every kcptun comes with: anybody can use the tunnel and read what it carries.',
    'no-secrecy': () => 'Protects nothing: anybody on the way can read and change what is carried.',
    'forgeable-crypt': () =>
      'Hides what is carried, but one captured packet is enough to forge others. Use aes-128-gcm, or aes where the server has no other.',
    'fec-off': () => 'With one of the two at 0 there is no FEC.',
    'manual-ignored': () => 'Taken only in mode manual.',
    'scavenge-race': () => 'Longer than the age of a session: old and new ones compete for the line.',
    'qpp-weak': () =>
      `Weaker than meant: it wants a key of ${QPP_KEY_BYTES} bytes and at least ${QPP_PADS} pads, an odd number of them.`,
    'every-interface': () => 'Other computers can use this tunnel too; 127.0.0.1 keeps it to this one.',
    'pprof-ignored': () => 'Ignored here.',
  },

  errors: {
    'bad-request': 'The core did not understand the request.',
    'bad-argument': 'A value was refused.',
    'bad-option': 'A setting is not valid.',
    'key-missing': 'The key of this tunnel cannot be opened here.',
    'not-found': 'It is not there any more.',
    'keys-locked': 'Give the passphrase first: a new key cannot be encrypted without it.',
    'wrong-passphrase': 'This is not the passphrase.',
    'too-many': 'The app keeps no more tunnels than there are now.',
    'too-much-on':
      'The tunnels that are on leave too few sessions or too little memory for this one. Switch one of them off, or lower conn or the windows here.',
    unsupported: 'This is not possible here.',
    'not-resolved': 'The name cannot be found.',
    'storage-failed': 'Could not be saved on disk.',
    disconnected: 'The connection to the core is gone.',
    internal: 'Something went wrong inside.',
  },
};
