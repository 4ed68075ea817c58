#!/usr/bin/env node
import { version } from '../../../package.json';
import { collectorFound } from '../../engine/runtime/collector.ts';
import { UsageError } from './arguments.ts';
import { MAIN_HELP } from './help.ts';
import { hideKey } from './process-title.ts';

const COMMANDS = ['client', 'server', 'probe', 'web', 'start'];

/** Runs one command to its end. @throws {UsageError} */
async function run([command, ...rest]: string[]): Promise<void> {
  switch (command) {
    case 'client':
    case 'server':
      // before what is loaded for them has V8's nursery grow by itself
      collectorFound();
      return (await import('./tunnel.ts')).runTunnel(command, rest, version);
    case 'probe':
      return (await import('./probe.ts')).runProbe(rest);
    case 'web':
      return (await import('./web.ts')).runWeb(rest);
    case 'start':
      return (await import('./start.ts')).runStart(rest);
    case '--version':
    case '-version':
    case '-v':
      return void process.stdout.write(`kcptun version ${version}\n`);
    case 'help':
    case '--help':
    case '-help':
    case '-h':
      return void process.stdout.write(MAIN_HELP);
  }
  const asked = command === undefined ? 'a command is missing' : `${command}: no such command`;
  throw new UsageError(`${asked}: expected ${COMMANDS.join(', ')}, --help or --version`);
}

hideKey(process.argv.slice(2));
run(process.argv.slice(2)).catch((error: unknown) => {
  // what is wrong with the world is one line too; a defect of ours shows where it is
  const expected = error instanceof UsageError || (error instanceof Error && 'code' in error);
  process.stderr.write(`kcptun: ${expected ? error.message : String((error as Error).stack)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
