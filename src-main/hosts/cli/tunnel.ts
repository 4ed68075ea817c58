import { COUNTER_NAMES, type Counters } from '../../../shared/counters.ts';
import type { ClientOptions, ServerOptions, Side } from '../../../shared/options.ts';
import { NETWORK_CHANGES, NetworkWatch } from '../../app/network-watch.ts';
import { describeEvent, type EngineEvent } from '../../engine/events.ts';
import { startClient, startServer } from '../../engine/index.ts';
import { isStreamEvent } from '../../tunnels/engine-events.ts';
import { startLineLog } from '../../tunnels/line-log.ts';
import { startRefusalLog } from '../../tunnels/refusal-log.ts';
import { startSnmpLog } from '../../tunnels/snmp-log.ts';
import { openTrace } from '../../tunnels/trace-file.ts';
import { parseArguments } from './arguments.ts';
import { resolveOptions } from './config.ts';
import { sideHelp } from './help.ts';
import { Log } from './log.ts';
import { startupLines, unknownLines } from './startup.ts';
import { untilSignal } from './until-signal.ts';

/** As Go prints a struct with %+v. */
const countersLine = (counters: Counters): string =>
  `KCP SNMP:&{${COUNTER_NAMES.map((name) => `${name}:${counters[name]}`).join(' ')}}`;

/**
 * `kcptun client` and `kcptun server`: runs until SIGINT or SIGTERM, then closes every stream.
 * @throws {UsageError} for a bad option
 * @throws EngineError where it cannot listen
 */
export async function runTunnel(side: Side, argv: readonly string[], version: string): Promise<void> {
  const args = parseArguments(side, argv);
  if (args.ask === 'help') return void process.stdout.write(sideHelp(side));
  if (args.ask === 'version') return void process.stdout.write(`kcptun version ${version}\n`);
  const { options, spares, unknown } = resolveOptions(side, args, process.env);
  const log = new Log(options.log);
  const signal = untilSignal();

  for (const line of [...startupLines(version, options, spares), ...unknownLines(unknown)]) log.line(line);
  if ('key' in args.values)
    log.line('WARNING: --key can be seen by others on this machine: set KCPTUN_KEY, or name a file with -c');
  const onEvent = (event: EngineEvent): void => {
    if (options.quiet && isStreamEvent(event)) return;
    if (event.kind !== 'detail' || args.debug) log.line(describeEvent(event));
  };
  const setup = { onEvent, trace: openTrace(process.env, log.line) };
  const starting =
    side === 'client'
      ? startClient(options as ClientOptions, { ...setup, spares })
      : startServer(options as ServerOptions, setup);
  // stderr gets it too, but who logs to a file may not see that
  if (options.log !== '') starting.catch((error: Error) => log.line(error.message));
  const engine = await starting;
  const network = new NetworkWatch((why) => {
    log.line(NETWORK_CHANGES[why]);
    engine.redialAll();
  });
  network.start();
  const counters = (): Counters => engine.snapshot().counters;
  const stopSnmpLog = startSnmpLog(options, counters, (error) => log.line(`snmplog: ${error.message}`));
  const stopLineLog =
    args.lineLog &&
    startLineLog(
      args.lineLog,
      () => engine.snapshot(),
      (error) => log.line(`linelog: ${error.message}`),
    );
  const stopRefusalLog = startRefusalLog(() => engine.snapshot().refusals, log.line);
  // Windows has no SIGUSR1
  if (process.platform !== 'win32') process.on('SIGUSR1', () => log.line(countersLine(counters())));

  log.line(`${await signal}: closing`);
  network.stop();
  stopSnmpLog();
  stopRefusalLog();
  if (stopLineLog) await stopLineLog();
  await engine.close();
  await log.end();
  process.exit(0);
}
