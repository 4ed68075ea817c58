import { KEY_BITS, SHORTEST_KEY } from '../../limits.ts';
import { MAX_UINT16 } from '../../wire.ts';
import { plurals } from '../plural.ts';

const plural = plurals('en');

/** The words of the form. */
export const form = {
  newTitle: 'New tunnel',
  name: 'Name',
  nameHint: 'What you want to call it',
  newName: 'My tunnel',
  colour: 'Colour',
  autostart: 'Connect when the app starts',
  preset: 'Presets',
  presetHint: 'A preset sets mode, FEC, windows and compression. Address and key stay as they are.',
  presets: {
    defaults: { name: 'Defaults', text: "kcptun's own: fast, FEC 10+3" },
    gaming: { name: 'Gaming', text: 'least delay: fast3, no compression, FEC 5+5' },
    download: { name: 'Download', text: 'most throughput: fast2, large windows, FEC 10+3' },
    lossy: { name: 'Very lossy line', text: 'survives half of it lost: fast3, FEC 5+5' },
    server2017: { name: '2017 server', text: 'what a release of 20170120 understands: smux 1' },
  },
  sections: {
    server: 'Server',
    local: 'On this computer',
    speed: 'Speed and loss',
    windows: 'Windows',
    wire: 'Wire and sessions',
  },
  spares: {
    title: 'Spare servers',
    hint: 'Where the server does not answer and another one does, new connections go to that one, and back to the first when it has answered well for ten minutes. What is open stays where it is.',
    add: 'Add a server',
    server: (number: number) => `Server ${number}`,
    up: (number: number) => `Move server ${number} up`,
    down: (number: number) => `Move server ${number} down`,
    remove: (number: number) => `Remove server ${number}`,
    differs: (count: number) =>
      count ? `What differs from the first (${count})` : 'What differs from the first',
    wrong: 'A name or an address, and a port or a range, such as spare.example.com:29900',
    asFirst: 'as the first',
    yes: 'on',
    no: 'off',
    preferences: { first: 'the first that works', fastest: 'the least latency' },
  },
  words: { auto: 'learned from the server' } as Record<string, string>,
  advancedShow: (changed: number) => (changed ? `Advanced (${changed} changed)` : 'Advanced'),
  mustMatch: 'both ends',
  mustMatchHint: 'Must be the same on the server, or nothing gets through.',
  mustMatch2017: 'A server of 2017 wants it the same; newer ones learn it by themselves.',
  default: (value: string) => `default ${value}`,
  save: 'Save',
  create: 'Create',
  createAndConnect: 'Create and connect',
  discard: 'Discard changes',
  unsaved: 'Unsaved changes',
  saved: 'Saved',
  savedRunning: 'Saved. The running tunnel still uses the old settings.',
  reconnectNow: 'Reconnect now',
  errors: (count: number) =>
    plural(count, { one: 'One field needs attention', other: `${count} fields need attention` }),
  keyShow: 'Show the key',
  keyHide: 'Hide the key',
  keyGenerate: 'Generate',
  keyGenerateHint: `A random key of ${KEY_BITS} bits. The server needs the same one.`,
  keyShort: `Short keys can be guessed. Use at least ${SHORTEST_KEY} characters, or generate one.`,
  /** what the chosen cipher keeps others from */
  cryptHelp: {
    none: 'How each packet is encrypted: here, not at all.',
    weak: 'Hides the data from a glance only.',
    forgeable: 'Keeps the data from being read, not from being forged.',
    malleable:
      'Nobody on the way can read the data. Who knows the last bytes of a packet can change them, if compression and FEC are off; aes-128-gcm prevents that.',
    sealed:
      'Nobody on the way can read or change the data. A captured packet can still be sent again, as with every cipher here. Newest release only.',
  },
  /** beside a cipher that is not like most of them */
  cryptNotes: {
    sealed: 'nobody can change it; newest release only',
    forgeable: 'can be forged',
    weak: 'hides little',
    none: 'protects nothing',
  },
  onlyHere: 'Only programs on this computer can use it.',
  modeSets: 'What the mode sets; manual lets you change it',
  modeNotes: {
    fast3: 'quickest, sends most again',
    fast2: 'quick',
    fast: "kcptun's default",
    normal: 'thriftiest of the four',
    manual: 'the four values beside it',
  },
  fecOff: 'FEC is off: what is lost is sent again, one round trip later.',
  fecExplain: (group: number, survive: number, share: string, cost: string) =>
    `Of each ${group} packets any ${survive} may be lost (${share}) without waiting for a repeat. It adds ${cost} to what is sent.`,
  ceiling: 'What the windows allow',
  ceilingDown: (rate: string) => `up to ${rate} down`,
  ceilingUp: (rate: string) => `up to ${rate} up`,
  ceilingServer: "If the server's windows are at least as large.",
  ceilingRtt: 'Round trip',
  ceilingMeasured: (ms: string) => `measured: ${ms} ms`,
  ceilingTarget: 'Wanted download',
  ceilingApply: 'Set windows',
  extra: 'Unknown keys, kept from an import',
  demo: 'The demo cannot be changed. Create a tunnel of your own to try settings.',
  secureStorageMissing:
    'This system offers no secure storage: the key is kept in a file that only your user can read.',
  required: 'Needed',
  host: 'Host',
  port: 'Port or range',
  hostNeeded: 'Where is the server? A name or an address',
  hostWrong: 'Not a host name or an address',
  portWrong: `A port from 1 to ${MAX_UINT16}, or a range such as 29900-29999`,
  fileName: 'Only the name counts: the file lies in a folder of the app.',
  localTaken: (name: string) => `“${name}” listens there as well: the two cannot run at once`,
  units: {
    seconds: 's',
    milliseconds: 'ms',
    bytes: 'bytes',
    'bytes/s': 'bytes/s',
    packets: 'packets',
  },
};
