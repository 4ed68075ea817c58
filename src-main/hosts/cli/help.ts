import { expected } from '../../../shared/options-value.ts';
import { type OptionSpec, optionsOf, type Side } from '../../../shared/options.ts';

export const MAIN_HELP = `kcptun: carries TCP connections over UDP, as xtaci/kcptun does

usage:
  kcptun client [options]    listen for TCP connections and carry them to a kcptun server
  kcptun server [options]    take them from kcptun clients and connect each to a target
  kcptun probe [options] host:port
                             ask a server what it is, and print a client's command line that fits it
  kcptun web [--port port] [--folder path] [--smoke]
                             serve the window to a browser on this machine; profiles are kept in the folder
  kcptun start [--folder path] [--smoke]
                             open the window, or serve it where Electron is missing
                             --smoke proves that it works: 1 MiB through a tunnel, one line, and the end
  kcptun --version
  kcptun --help

'kcptun client --help', 'kcptun server --help' and 'kcptun probe --help' list the options.
`;

/** Listed by kcptun itself only in its sources. */
const valueName = (spec: OptionSpec): string =>
  spec.kind === 'integer' ? ` ${spec.unit ?? 'number'}` : spec.kind === 'boolean' ? '' : ' value';

function describe(spec: OptionSpec, side: Side): string {
  const flags = spec.flags
    .map((flag) => `${flag.length === 1 ? '-' : '--'}${flag}${valueName(spec)}`)
    .join(', ');
  const value = spec.default[side];
  const notes = [
    spec.kind === 'integer' && expected(spec),
    spec.kind === 'choice' && expected(spec),
    spec.kind !== 'boolean' && value !== '' && `default: ${JSON.stringify(value)}`,
    spec.key === 'key' && 'or environment KCPTUN_KEY',
    spec.mustMatch === 'always' && 'the same at both ends',
    spec.mustMatch === '20170120' && 'the same at both ends with a kcptun of 2017',
    spec.since === 'newest' && 'not known to kcptun 20210922',
  ].filter((note) => note !== false);
  return [
    `  ${flags}`,
    `      ${spec.help}`,
    ...(notes.length > 0 ? [`      (${notes.join('; ')})`] : []),
  ].join('\n');
}

/** Every option with its meaning, what is allowed, and its default. */
export const sideHelp = (side: Side): string => `usage: kcptun ${side} [options]

Options begin with one dash or two; --name=value and --name value are the same.

${optionsOf(side)
  .map((spec) => describe(spec, side))
  .join('\n')}
  -c file
      JSON file of options, by their long names in lower case (QPPCount is qpp-count); it overrides the command line
  --linelog file
      CSV file for what is known of the line, a second a line: its rate, round trip, queue, loss, and what is sent by
      that; its name may be a Go time layout, as that of snmplog
  --debug
      logs the inner life of the sessions, too
  --version, -v
  --help, -h

SIGUSR1 prints the counters (not on Windows); SIGINT and SIGTERM close everything.
`;
