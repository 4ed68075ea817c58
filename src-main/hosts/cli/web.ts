import { parseArgs } from 'node:util';
import { startWeb, type WebArguments } from '../web/web.ts';
import { UsageError } from './arguments.ts';
import { MAIN_HELP } from './help.ts';
import { untilSignal } from './until-signal.ts';
import { MAX_UINT16 } from '../../../shared/wire.ts';

const OPTIONS = {
  port: { type: 'string' },
  folder: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** The arguments of `kcptun web`; null for help. @throws {UsageError} */
export function parseWebArguments(argv: readonly string[]): WebArguments | null {
  let given;
  try {
    given = parseArgs({ args: [...argv], options: OPTIONS }).values;
  } catch (error) {
    // the rest of node's message is advice on its own syntax
    const [what] = (error as Error).message.split('. ');
    throw new UsageError(`${what}: expected --port port or --folder path`);
  }
  const { port = '0', folder, help } = given;
  if (help) return null;
  if (!/^\d{1,5}$/.test(port) || Number(port) > MAX_UINT16)
    throw new UsageError(`--port ${JSON.stringify(port)}: expected an integer from 0 to ${MAX_UINT16}`);
  return { port: Number(port), folder };
}

/** `kcptun web`: serves the window until SIGINT or SIGTERM, which stop the tunnels. */
export async function runWeb(argv: readonly string[]): Promise<void> {
  const args = parseWebArguments(argv);
  if (!args) return void process.stdout.write(MAIN_HELP);
  const web = await startWeb({
    ...args,
    onAddress: (address) =>
      process.stdout.write(`kcptun: open ${address} for one more window, or where that one was reloaded\n`),
  });
  process.stdout.write(`kcptun: open ${web.address} in a browser\n`);
  await untilSignal();
  await web.close();
  process.exit(0);
}
