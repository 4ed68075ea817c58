import { LONGEST_IMPORT } from '../../limits.ts';
import { plurals } from '../plural.ts';
import { codes } from './codes.ts';
import { counters } from './counters.ts';
import { desktop } from './desktop.ts';
import { form } from './form.ts';
import { options } from './options.ts';
import { advice, overview } from './overview.ts';
import { probe } from './probe.ts';
import { updates } from './updates.ts';

const plural = plurals('en');

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
    spare: (number: number) => `spare server (${number})`,
    route: (from: string, to: string) => `${from} → ${to}`,
  },
  likely: 'Likely causes',

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
    lines: (shown: number, all: number) =>
      (shown === all ? `${all} ` : `${shown} of ${all} `) + plural(all, { one: 'line', other: 'lines' }),
    app: 'App log',
  },

  desktop,
  form,
  probe,
  updates,
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
    imported: (count: number) =>
      plural(count, { one: 'Imported one tunnel', other: `Imported ${count} tunnels` }),
    refused: 'Not imported',
    convert: 'Turn it into the matching client',
    more: (count: number) => `and ${count} more`,
    reading: 'Reading…',
    tooLarge: (name: string) => `${name} is larger than ${LONGEST_IMPORT >> 20} MB`,
    done: 'Done',
    spares: (count: number) => plural(count, { one: 'one spare server', other: `${count} spare servers` }),
    sparesLeft: {
      json: 'kcptun uses the first server and passes over the spare ones; this app takes them all back.',
      command: 'A command line of kcptun names one server: the spare ones are left out.',
    },
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
    about: (version: string) => `kcptun desktop ${version}`,
  },
  keys: {
    kept: {
      keyring: "Encrypted with the system's secure storage.",
      plain:
        'In a file that only your user can read. A passphrase encrypts them; it is asked for at each start.',
      locked: 'Encrypted with a passphrase, which is still to be given.',
      open: 'Encrypted with a passphrase, which is asked for at each start.',
    },
    setUp: 'Set a passphrase…',
    change: 'Change the passphrase…',
    remove: 'Do without it',
    unlockTitle: 'Passphrase',
    unlockText:
      'The keys of your tunnels are encrypted with it. Tunnels that were running start once it is given.',
    setTitle: 'Set a passphrase',
    changeTitle: 'Change the passphrase',
    setText:
      'It encrypts the keys of all tunnels and is asked for at each start. It is stored nowhere: if it is forgotten, the keys have to be entered again.',
    passphrase: 'Passphrase',
    again: 'Once more',
    problems: {
      short: 'At least 8 characters. Several words are better.',
      different: 'Not the same as above',
      wrong: 'This is not the passphrase. Nothing is lost: try again.',
    },
    working: 'One moment…',
    unlock: 'Unlock',
    set: 'Encrypt the keys',
    later: 'Later',
    forgotten: 'Forgotten?',
    forgetTitle: 'Clear the keys?',
    forgetText: 'The keys that it encrypts cannot be had back. The tunnels and all other settings stay.',
    forget: 'Clear the keys',
    missingTitle: 'The key of this tunnel is missing',
    missing: {
      locked: 'It is encrypted, and waits for the passphrase.',
      unreadable:
        'It was encrypted by another system or user, and is kept as it is. Enter the key to use this tunnel here; that replaces the other.',
      cleared: 'It was cleared with the forgotten passphrase. Enter it again.',
    },
    enterKey: 'Enter the key',
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

  lost: {
    title: 'The connection to the core is gone',
    text: 'Waiting for it to come back. Tunnels keep running if the core does.',
    restart: 'If this stays, quit the app and start it again: the tunnels that were on come back.',
    address:
      'Each address opens one window, once: use the one that kcptun printed last, also after loading the page anew.',
  },
  ...codes,
};

export type Words = typeof en;
