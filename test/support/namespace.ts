import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './debian.ts';
import { Process } from './process.ts';

/** Every packet into the net that is on it vanishes, and nobody says so; its first address is this machine's. */
const NET = '198.51.100';
export const HERE = `${NET}.1`;
export const VOID = `${NET}.7`;

const whyNot = (): string | undefined =>
  process.platform !== 'linux' || process.getuid?.() !== 0 || !findProgram('ip')
    ? 'network namespaces need root on Linux, and iproute2'
    : undefined;

/** A network of its own for the programs that are run in it: loopback, a net that swallows all, and names. */
export class Namespace implements AsyncDisposable {
  static readonly missing = whyNot();

  private constructor(
    private readonly holder: Process,
    private readonly folder: string,
  ) {}

  /** @param names as /etc/hosts has them */
  static async open(names = ''): Promise<Namespace> {
    const folder = await mkdtemp(join(tmpdir(), 'kcptun-network-'));
    const hosts = join(folder, 'hosts');
    await writeFile(hosts, `127.0.0.1 localhost\n${names}`);
    const script = [
      'set -e',
      'ip link set lo up',
      // a cable to nobody: what is sent to somebody there arrives, and is not for who is there
      'ip link add void type veth peer name nobody',
      `ip address add ${HERE}/24 dev void`,
      'ip link set void up',
      'ip link set nobody up',
      `ip neighbour add ${VOID} lladdr 02:00:00:00:00:07 dev void`,
      `mount --bind ${hosts} /etc/hosts`,
      'echo ready',
      'exec sleep infinity',
    ].join('\n');
    const holder = new Process('unshare', ['--net', '--mount', 'sh', '-c', script]);
    await holder.until('the namespace', () => holder.output.includes('ready'));
    return new Namespace(holder, folder);
  }

  /** Runs what follows it here. */
  get enter(): string[] {
    return ['nsenter', '-t', String(this.holder.pid), '-n', '-m'];
  }

  start(command: string, ...args: string[]): Process {
    const [enter, ...rest] = this.enter;
    return new Process(enter, [...rest, command, ...args]);
  }

  /** A program that runs another here, for who starts programs himself. @returns its path */
  async wrap(command: string): Promise<string> {
    const path = join(this.folder, 'wrapped');
    await writeFile(path, `#!/bin/sh\nexec ${this.enter.join(' ')} ${command} "$@"\n`);
    await chmod(path, 0o755);
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.holder.stop('SIGKILL');
    await rm(this.folder, { recursive: true });
  }
}
