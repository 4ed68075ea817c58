import { parseArgs } from 'node:util';
import { AddressError, type HostPorts, parseAddress } from '../../../shared/address.ts';
import { CRYPTS, type CryptName, isCryptName } from '../../../shared/crypts.ts';
import { KEY_PLACEHOLDER, toCommandLine } from '../../../shared/options-convert.ts';
import { DEFAULT_KEY, specOf } from '../../../shared/options.ts';
import { fittingOptions, type ProbeReport, type ProbeStage, unknownOf } from '../../../shared/probe.ts';
import { probeServer } from '../../engine/probe/index.ts';
import { UsageError } from './arguments.ts';

export const PROBE_HELP = `usage: kcptun probe [options] host:port

Asks a kcptun server what it is, without opening a connection: cipher, forward error correction, compression, smux
version, windows, and the line to it. Takes some 10 seconds, until the server's first heartbeat.

  --key value
      the secret that client and server share
      (default: "it's a secrect"; or environment KCPTUN_KEY)
  --crypt all|name[,name]
      what to ask for
      (default: all)
  --json
      print one JSON object: found (by kcptun's JSON keys), line, and more
  --help, -h

host:min-max asks several ports of the range. Status 0: a server was found; 1: none answered; 2: a bad option.
`;

const OPTIONS = {
  key: { type: 'string' },
  crypt: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export interface ProbeArguments {
  remote: HostPorts;
  address: string;
  key: string;
  crypts: CryptName[];
  json: boolean;
}

/** The arguments of `kcptun probe`; null for help. @throws {UsageError} */
export function parseProbeArguments(
  argv: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): ProbeArguments | null {
  let given;
  try {
    // one dash or two, as everywhere else here
    const args = argv.map((arg) => (/^-[a-z]{2}/.test(arg) ? `-${arg}` : arg));
    given = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // node's message may repeat half of an unquoted key
    const what = code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? 'no such option' : 'a value is missing';
    throw new UsageError(`probe: ${what}: expected --key value, --crypt name, --json and host:port`);
  }
  const { key, crypt = 'all', json = false, help = false } = given.values;
  if (help) return null;
  const [address, ...rest] = given.positionals;
  if (address === undefined || rest.length > 0)
    throw new UsageError(`probe: expected one host:port, not ${given.positionals.length} arguments`);
  const crypts = crypt === 'all' ? [...CRYPTS] : crypt.split(',');
  if (!crypts.every(isCryptName))
    throw new UsageError(`--crypt ${JSON.stringify(crypt)}: expected all or some of ${CRYPTS.join(', ')}`);
  try {
    const remote = parseAddress(address, { use: 'dial', portRange: true }) as HostPorts;
    return { remote, address, key: key ?? (env.KCPTUN_KEY || DEFAULT_KEY), crypts, json };
  } catch (error) {
    if (error instanceof AddressError) throw new UsageError(`${JSON.stringify(address)}: ${error.message}`);
    throw error;
  }
}

const STAGES: Partial<Record<ProbeStage, string>> = {
  asking: 'asking …',
  measuring: 'found it, asking the rest …',
  waiting: "waiting for the server's first heartbeat …",
};

/** `kcptun probe`: prints what was found, and a client's command line that fits. @throws {UsageError} */
export async function runProbe(argv: readonly string[]): Promise<void> {
  const args = parseProbeArguments(argv);
  if (!args) return void process.stdout.write(PROBE_HELP);
  const { address, json, ...target } = args;
  let stage: ProbeStage = 'resolving';
  const report = await probeServer(
    { ...target, depth: 'all' },
    {
      onProgress: (progress) => {
        const text = STAGES[progress.stage];
        if (text && progress.stage !== stage && !json && process.stderr.isTTY)
          process.stderr.write(`${text}\n`);
        ({ stage } = progress);
      },
    },
  );
  process.stdout.write(
    json ? `${JSON.stringify(reportJson(report), null, 2)}\n` : textOf(report, address, target.crypts),
  );
  process.exitCode = report.answered === null ? 1 : 0;
}

/** What `--json` prints; times are milliseconds. */
export const reportJson = (report: ProbeReport): Record<string, unknown> => {
  const { found, line, family, endpoints, answered, sent, unopened, answeredMs, tookMs } = report;
  const server = answered === null ? null : endpoints[answered];
  const { heard: _, ...where } = server ?? { heard: null };
  return {
    found,
    line,
    unknown: unknownOf(report),
    family,
    server: server ? where : null,
    asked: endpoints,
    sent,
    unopened,
    answeredMs,
    tookMs,
  };
};

const milliseconds = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
const shownAddress = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

/** The report to be read. */
export function textOf(report: ProbeReport, address: string, crypts: readonly CryptName[]): string {
  if (report.answered === null) return silenceOf(report, crypts);
  const { found, line, family, endpoints, answered } = report;
  const known = (value: unknown): string => (value === undefined ? 'not known' : String(value));
  const { address: ip, port } = endpoints[answered];
  const shape = `${known(found.datashard)}+${known(found.parityshard)}`;
  const fec = found.datashard === 0 ? 'off' : found.datashard === undefined ? 'not known' : shape;
  const rows = [
    ['server', shownAddress(ip, port)],
    ['crypt', known(found.crypt)],
    ['FEC', fec],
    ['compression', found.nocomp === undefined ? 'not known' : found.nocomp ? 'off' : 'on'],
    ['smux version', known(found.smuxver)],
    ['rcvwnd', known(found.rcvwnd)],
    ['keepalive', found.keepalive === undefined ? 'not known' : `${found.keepalive} s`],
    ['release', FAMILIES[family ?? 'unknown']],
    ['round trip', line.rtt ? `${milliseconds(line.rtt.min)}, median ${milliseconds(line.rtt.median)}` : '-'],
    ['lost', line.loss === null ? 'not known' : `${Math.round(line.loss * 100)} %`],
    ['largest packet', line.mtu === null ? 'not known' : `${line.mtu} bytes`],
    ['cannot be told', unknownOf(report).join(', ')],
  ];
  const width = Math.max(...rows.map(([label]) => label.length)) + 2;
  const client = {
    ...fittingOptions(report, Number(specOf('mtu').default.client)),
    remoteaddr: address,
    key: KEY_PLACEHOLDER,
  };
  return `${rows.map(([label, value]) => label.padEnd(width) + value).join('\n')}\n\n${toCommandLine('client', client, 'kcptun client')}\n`;
}

const FAMILIES = {
  '2017': 'of 2017 or alike',
  '2021': '2019 to 2025',
  newest: 'late 2025 or later',
  unknown: '2019 or later',
};

/** What was tried, and what each silence means. */
function silenceOf({ endpoints, refusesOthers }: ProbeReport, crypts: readonly CryptName[]): string {
  const meaning = refusesOthers
    ? 'nothing came back, though other ports there refuse: somebody listens, and the key or the cipher is another'
    : 'nothing came back: the key differs, or UDP does not pass, or the machine is down';
  const lines = endpoints.map(({ address, port, heard }) => {
    const what = heard === 'refused' ? 'refused: nobody listens on this port' : meaning;
    return `${shownAddress(address, port)}: ${what}`;
  });
  return `${lines.join('\n')}\nasked for: ${crypts.join(', ')}\n`;
}
