import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { smoke } from '../../app/smoke.ts';
import { visit } from '../web/visit.ts';
import { type RunningWeb, startWeb, type WebArguments } from '../web/web.ts';
import { UsageError } from './arguments.ts';
import { MAIN_HELP } from './help.ts';
import { untilSignal } from './until-signal.ts';
import { MAX_UINT16 } from '../../../shared/wire.ts';

const OPTIONS = {
  port: { type: 'string' },
  folder: { type: 'string' },
  smoke: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** The arguments of `kcptun web`; null for help. @throws {UsageError} */
export function parseWebArguments(argv: readonly string[]): (WebArguments & { smoke: boolean }) | null {
  let given;
  try {
    given = parseArgs({ args: [...argv], options: OPTIONS }).values;
  } catch (error) {
    // the rest of node's message is advice on its own syntax
    const [what] = (error as Error).message.split('. ');
    throw new UsageError(`${what}: expected --port port, --folder path or --smoke`);
  }
  const { port = '0', folder, smoke = false, help } = given;
  if (help) return null;
  if (!/^\d{1,5}$/.test(port) || Number(port) > MAX_UINT16)
    throw new UsageError(`--port ${JSON.stringify(port)}: expected an integer from 0 to ${MAX_UINT16}`);
  return { port: Number(port), folder, smoke };
}

/** `kcptun web`: serves the window until SIGINT or SIGTERM, which stop the tunnels. */
export async function runWeb(argv: readonly string[]): Promise<void> {
  const args = parseWebArguments(argv);
  if (!args) return void process.stdout.write(MAIN_HELP);
  if (args.smoke) return runSmoke(args);
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

/** `--smoke`: proves the build, in a folder of its own unless one is named; one line, and 0 where all works. */
async function runSmoke({ port, folder }: WebArguments): Promise<void> {
  const aside = folder === undefined ? mkdtempSync(join(tmpdir(), 'kcptun-smoke-')) : undefined;
  let web: RunningWeb | undefined;
  const { code, line } = await smoke(async () => {
    web = await startWeb({ port, folder: folder ?? aside });
    return { core: web.core, shown: visit(web.address) };
  });
  process.stdout.write(`kcptun: ${line}\n`);
  await web?.close();
  if (aside) rmSync(aside, { recursive: true, force: true });
  process.exit(code);
}
