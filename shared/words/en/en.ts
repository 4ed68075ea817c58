import type { ImportNote } from '../../import/found.ts';
import { counters } from './counters.ts';
import { desktop } from './desktop.ts';
import { form } from './form.ts';
import { options } from './options.ts';
import { advice, overview } from './overview.ts';

type Params = Record<string, string | number>;

/** English, and the shape that every other language has to fill. */
export const en = {
  /** as its speakers call it */
  language: 'English',
  common: {
    app: 'kcptun desktop',
    close: 'Close',
    cancel: 'Cancel',
    copy: 'Copy',
    copied: 'Copied',
    dismiss: 'Dismiss',
    undo: 'Undo',
    messages: 'Messages',
    none: '–',
  },
  units: {
    rates: ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s'],
    bytes: ['B', 'kB', 'MB', 'GB', 'TB'],
    h: 'h',
    min: 'min',
    s: 's',
    ms: 'ms',
  },
  colours: {
    blue: 'Blue',
    teal: 'Teal',
    green: 'Green',
    yellow: 'Yellow',
    orange: 'Orange',
    red: 'Red',
    pink: 'Pink',
    violet: 'Violet',
  },

  states: {
    off: 'Off',
    starting: 'Starting',
    listening: 'Listening',
    connecting: 'Connecting',
    connected: 'Connected',
    reconnecting: 'Reconnecting',
    degraded: 'Degraded',
    failed: 'Failed',
  },
  /** all tunnels together */
  overall: { off: 'Off', busy: 'Connecting', connected: 'Connected', trouble: 'Needs attention' },
  /** what follows the state's word, in the list and in the header */
  stateDetail: {
    nothingTried: 'nothing tried yet',
    for: (time: string) => `for ${time}`,
    attempt: (attempt: number) => `try ${attempt}`,
    nextTry: (attempt: number, seconds: number) => `try ${attempt} in ${seconds} s`,
    againIn: (seconds: number) => `again in ${seconds} s`,
    route: (from: string, to: string) => `${from} → ${to}`,
  },
  /** short: in the list; title and text: in the header's notice */
  diagnoses: {
    'no-answer': {
      short: 'no answer',
      title: (p: Params) => `No answer from ${p.remote}`,
      text: (p: Params) =>
        `Packets have been sent for ${p.seconds} s and nothing valid has come back.` +
        (Number(p.checksumErrors) > 0
          ? ` ${p.checksumErrors} datagrams arrived whose checksum does not match: the server is there, but speaks with another key or crypt.`
          : ''),
    },
    'went-quiet': {
      short: 'the server went quiet',
      title: (p: Params) => `${p.remote} went quiet`,
      text: (p: Params) => `Nothing has been heard for ${p.seconds} s. It is dialled again until it answers.`,
    },
    'resolve-failed': {
      short: 'name not found',
      title: (p: Params) => `The name in ${p.remote} cannot be found`,
      text: (p: Params) => `The system's answer: ${p.detail}. It is looked up again at every try.`,
    },
    'port-in-use': {
      short: 'port in use',
      title: (p: Params) => `${p.address} is already in use`,
      text: () =>
        'Another program, or another tunnel, listens there. Choose another local port, or stop the other one.',
    },
    'listen-failed': {
      short: 'cannot listen',
      title: (p: Params) => `Cannot listen on ${p.address}`,
      text: (p: Params) => `The system's answer: ${p.detail}. Check the local address.`,
    },
    'wrong-smux-version': {
      short: 'smux versions differ',
      title: (p: Params) => `${p.remote} speaks another smux version`,
      text: () =>
        'Set smuxver to what the server uses: 1 for releases up to 2022 that were not told otherwise, 2 for the newest.',
    },
    'checksum-errors': {
      short: 'checksum errors',
      title: () => 'Datagrams with wrong checksums arrive',
      text: (p: Params) =>
        `${p.checksumErrors} so far. Either the key or crypt differs from the server's, or somebody else sends to this port.`,
    },
    'heavy-loss': {
      short: 'heavy loss',
      title: (p: Params) => `${p.percent} % of what is sent has to be sent again`,
      text: () => 'The line loses much, or is asked for more than it can carry. See the advice below.',
    },
    'network-down': {
      short: 'no network',
      title: () => 'The system refuses to send',
      text: (p: Params) => `${p.detail}. The tunnel comes back by itself when the network does.`,
    },
    'bad-option': {
      short: 'setting not valid',
      title: () => 'A setting is not valid',
      text: (p: Params) => `${p.detail}`,
    },
    'worker-died': {
      short: 'stopped unexpectedly',
      title: () => "The tunnel's thread stopped unexpectedly",
      text: (p: Params) => `${p.detail}`,
    },
    other: { short: 'trouble', title: () => 'Something went wrong', text: (p: Params) => `${p.detail}` },
  },
  likely: 'Likely causes',
  causes: {
    'wrong-key': "The key differs from the server's",
    'wrong-crypt': "The crypt differs from the server's",
    'wrong-address': 'The address or port is not where the server listens',
    'server-down': 'The server is not running',
    'udp-blocked': 'A firewall on the way drops UDP to that port',
    'wrong-smuxver': 'smuxver differs: 1 before 2023 by default, 2 in the newest release',
    'wrong-compression': 'Compression is on at one end and off at the other',
    'wrong-fec': 'FEC shards differ, which a server of 2017 does not forgive',
    'wrong-qpp': 'QPP or its count differs',
    offline: 'This computer is offline',
    'windows-too-large': 'The windows are larger than the line can carry',
    'more-parity-needed': 'More is lost than the parity shards can rebuild',
    'same-port-twice': 'Two tunnels use the same local port',
  },

  list: {
    label: 'Tunnels',
    search: 'Search tunnels',
    noMatch: 'No tunnel of that name',
    create: 'New tunnel',
    import: 'Import',
    preferences: 'Preferences',
    menu: (name: string) => `More for ${name}`,
    toggle: (name: string) => `${name}: switched on`,
    clone: 'Duplicate',
    moveUp: 'Move up',
    moveDown: 'Move down',
    export: 'Export…',
    remove: 'Delete',
    connect: 'Connect',
    disconnect: 'Disconnect',
    reconnect: 'Reconnect',
    all: 'All tunnels',
    exportAll: 'Export all…',
    connectAll: 'Connect all',
    disconnectAll: 'Disconnect all',
    serverCommand: 'Server command',
    removed: (name: string) => `“${name}” deleted`,
  },
  tabs: {
    overview: 'Overview',
    connections: 'Connections',
    settings: 'Settings',
    counters: 'Counters',
    log: 'Log',
  },

  overview,
  advice,
  connections: {
    source: 'From',
    opened: 'Opened',
    sent: 'Sent',
    received: 'Received',
    state: 'State',
    open: 'open',
    closedAgo: (time: string) => `closed ${time} ago`,
    empty: 'No connections',
    emptyText: (address: string) => `A program that connects to ${address} shows up here.`,
    emptyOff: 'Switch the tunnel on to see who uses it.',
    count: (open: number, closed: number) =>
      closed ? `${open} open, ${closed} closed in the last minute` : `${open} open`,
    filter: 'Filter by address',
  },

  counters: {
    name: 'Counter',
    value: 'Value',
    meaning: 'Meaning',
    copyText: 'Copy as text',
    copyCsv: 'Copy as CSV',
    empty: 'No counters yet',
    emptyText: 'They are counted from the moment the tunnel is switched on.',
    meanings: counters,
  },

  log: {
    follow: 'Follow',
    filter: 'Filter',
    level: 'Level',
    levels: { error: 'Error', warn: 'Warning', info: 'Info', debug: 'Debug' },
    allLevels: {
      error: 'errors only',
      warn: 'warnings and worse',
      info: 'info and worse',
      debug: 'everything',
    },
    save: 'Save…',
    clear: 'Clear',
    empty: 'Nothing logged yet',
    noMatch: 'No line matches',
    lines: (shown: number, all: number) => (shown === all ? `${all} lines` : `${shown} of ${all} lines`),
    app: 'App log',
  },

  desktop,
  form,
  options,

  serverCommand: {
    title: 'Server command',
    text: 'Run this on the server. It matches this tunnel: key, crypt, FEC, smux version and compression are the same, and the windows face each other.',
    form: 'Format',
    command: 'Command line',
    json: 'JSON file (-c)',
    withKey: 'Include the key',
    withKeyHint: 'Without it a placeholder stands in its place.',
  },

  transfer: {
    importTitle: 'Import tunnels',
    importText:
      "Files or text: kcptun's JSON, a command line, kcptun:// and ss:// links, a LuCI or kcptun-gui configuration.",
    drop: 'Drop files here',
    choose: 'Choose files…',
    paste: 'or paste text',
    pastePlaceholder: '{"remoteaddr": "vps:29900", …} or client -r "vps:29900" -l ":12948" …',
    pasted: 'pasted text',
    importAction: 'Import',
    imported: (count: number) => (count === 1 ? 'Imported one tunnel' : `Imported ${count} tunnels`),
    refused: 'Not imported',
    server: "This is a server's configuration.",
    convert: 'Turn it into the matching client',
    notRecognised: 'In none of the formats that can be read.',
    badJson: 'It begins as JSON, and is none.',
    /** `text` is the English sentence that came with it */
    notes: {
      'smuxver-assumed': (p: Params) =>
        `It does not say which smux version: ${p.smuxver} is assumed. kcptun took 1 until late 2025, and takes 2 since.`,
      'server-config': () => "It was a server's: this is the client that fits it.",
      'unknown-keys': (p: Params) => `Kept, but without meaning here: ${p.keys}`,
      'bad-value': (p: Params) => `A value was wrong and is at its default: ${p.text}`,
      'manual-ignored': () => 'nodelay, interval, resend and nc count only in mode manual.',
      'config-file': () => 'It names a configuration file with -c: import that one too.',
      shadowsocks: () => 'Only the tunnel is taken over: point the Shadowsocks client at its local address.',
    } satisfies Record<ImportNote['code'], (p: Params) => string>,
    tooLarge: (name: string) => `${name} is larger than 1 MB`,
    done: 'Done',
    exportTitle: 'Export',
    exportOne: (name: string) => `“${name}”`,
    exportAll: 'All tunnels',
    what: 'What',
    format: 'Format',
    formats: { json: "kcptun's JSON", command: 'Command line', link: 'Link' },
    secret: 'This holds the key. Give it only to whom you would give the key.',
    save: 'Save file',
    saveAll: (count: number) => `Save ${count} files`,
    dropAnywhere: 'Drop to import',
  },

  welcome: {
    title: 'A quick way through a bad line',
    text: 'kcptun carries your TCP connections over UDP, with error correction and eager repeats, to a server of your own. Start with one of these:',
    create: 'Create a tunnel',
    createText: 'You have a kcptun server: enter its address and key.',
    import: 'Import',
    importText: 'You have a kcptun JSON file, a command line or a link.',
    demo: 'Try it here',
    demoText: 'No server yet: see a tunnel at work inside this computer.',
    nothing: 'No tunnel chosen',
    nothingText: 'Choose one on the left, or make a new one.',
  },

  preferences: {
    title: 'Preferences',
    appearance: 'Appearance',
    language: 'Language',
    languageSystem: 'Same as the system',
    theme: 'Theme',
    themes: { system: 'Same as the system', light: 'Light', dark: 'Dark' },
    start: 'Starting',
    launchAtLogin: 'Start at login',
    startMinimised: 'Start in the tray',
    restoreTunnels: 'Bring back the tunnels that were running',
    notifications: 'Notify of unexpected loss and recovery',
    network: 'Network and log',
    udp: 'How datagrams are sent',
    udps: { auto: 'Fastest that works', dgram: 'Plain sockets' },
    udpHint: 'Taken at the next connect.',
    logLevel: 'Log',
    appLog: 'Show the app log',
    keys: 'Keyboard',
    keyStorage: 'Keys at rest',
    keySecure: "encrypted with the system's secure storage",
    keyPlain: 'in a file that only your user can read: this system offers no secure storage',
    about: (version: string) => `kcptun desktop ${version}`,
  },
  shortcuts: {
    create: 'New tunnel',
    import: 'Import',
    edit: 'Edit settings',
    remove: 'Delete',
    search: 'Search',
    toggle: 'Connect or disconnect',
    preferences: 'Preferences',
    tabs: 'Views 1 to 5',
  },

  notices: {
    'entry-set-aside': (p: Params) =>
      `A saved tunnel (${p.name ?? p.entry ?? ''}) could not be read and was set aside. The others are untouched.`,
    'key-unreadable': (p: Params) =>
      `The key of “${p.name ?? ''}” cannot be decrypted on this system. Enter it again in its settings.`,
    'store-newer': () =>
      'The saved tunnels were written by a newer version. They are read as far as they are understood.',
  },
  errors: {
    'bad-request': 'The core did not understand the request.',
    'bad-argument': 'A value was refused.',
    'bad-option': 'A setting is not valid.',
    'key-missing': 'The key of this tunnel cannot be opened here.',
    'not-found': 'It is not there any more.',
    unsupported: 'This is not possible here.',
    'not-recognised': 'In none of the formats that can be read.',
    'storage-failed': 'Could not be saved on disk.',
    'worker-died': "The tunnel's thread did not come up.",
    disconnected: 'The connection to the core is gone.',
    internal: 'Something went wrong inside.',
  },
  lost: {
    title: 'The connection to the core is gone',
    text: 'Waiting for it to come back. Tunnels keep running if the core does.',
    code: 'Each address opens one window, once: use the one that kcptun printed last, also after loading the page anew.',
  },
};

export type Words = typeof en;
