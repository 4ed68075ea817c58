import { formatAddress, type HostPorts, parseAddress } from '../../shared/address.ts';
import type { Diagnosis } from '../../shared/diagnosis.ts';
import { type ClientOptions, SMUX_AUTO } from '../../shared/options.ts';
import { fittingOptions, type ProbeReport } from '../../shared/probe.ts';

/**
 * What a probe has proved to be wrong with a client's options, the gravest first, and the options that set all of it
 * right; null where nothing is, or not yet.
 * @param ended whether the probe has: before, silence proves nothing
 */
export function proofOf(report: ProbeReport, options: ClientOptions, ended: boolean): Diagnosis | null {
  if (report.answered === null) return ended ? silence(report, options.remoteaddr) : null;
  const elsewhere = ended ? otherEndpoint(report, options.remoteaddr) : null;
  const wrong = Object.entries(fittingOptions(report, options.mtu)).filter(
    ([key, value]) => options[key as keyof ClientOptions] !== value && matters(key, report, options),
  );
  if (wrong.length === 0) return elsewhere;
  const fix: Partial<ClientOptions> = { ...elsewhere?.fix, ...Object.fromEntries(wrong) };
  return difference(report, options, fix);
}

/** Windows, modes and the FEC of a server that learns the client's shape may differ; a version that is learned fits. */
const matters = (key: string, { family }: ProbeReport, { smuxver }: ClientOptions): boolean =>
  key === 'smuxver'
    ? smuxver !== SMUX_AUTO
    : (key !== 'datashard' && key !== 'parityshard') || family === '2017';

/** What is said of the gravest of what `fix` sets right. */
function difference({ found }: ProbeReport, options: ClientOptions, fix: Partial<ClientOptions>): Diagnosis {
  const remote = options.remoteaddr;
  const rest = { remote, likely: [], fix };
  if (fix.crypt !== undefined)
    return { code: 'other-crypt', mine: options.crypt, theirs: fix.crypt, ...rest };
  if (fix.nocomp !== undefined) return { code: 'other-compression', compressed: !fix.nocomp, ...rest };
  if (fix.smuxver !== undefined)
    return { code: 'other-smux', mine: options.smuxver, theirs: fix.smuxver, ...rest };
  if (fix.datashard !== undefined || fix.parityshard !== undefined) {
    const mine = `${options.datashard}+${options.parityshard}`;
    return { code: 'other-fec', mine, theirs: `${found.datashard}+${found.parityshard}`, ...rest };
  }
  return { code: 'large-lost', mtu: options.mtu, passes: fix.mtu!, likely: [], fix };
}

/** Some of the ports or addresses do not answer, and one does. */
function otherEndpoint({ endpoints, answered }: ProbeReport, remote: string): Diagnosis | null {
  const good = endpoints[answered!];
  const dead = endpoints.filter(({ heard }) => heard !== 'answered');
  if (dead.length === 0) return null;
  const { host, minPort, maxPort } = parseAddress(remote, { use: 'dial', portRange: true }) as HostPorts;
  const { address, port } = good;
  if (dead.some((one) => one.port !== port)) {
    const fix = { remoteaddr: formatAddress({ host, minPort: port, maxPort: port }) };
    return { code: 'other-port', remote, port, likely: [], fix };
  }
  const fix = { remoteaddr: formatAddress({ host: address, minPort, maxPort }) };
  return { code: 'other-address', remote, address, likely: [], fix };
}

function silence({ endpoints, refusesOthers }: ProbeReport, remote: string): Diagnosis {
  if (endpoints.every(({ heard }) => heard === 'refused'))
    return { code: 'nobody-listens', remote, likely: ['server-down', 'wrong-address'] };
  if (refusesOthers) return { code: 'key-refused', remote, likely: ['wrong-key'] };
  return {
    code: 'nothing-returns',
    remote,
    likely: ['wrong-key', 'udp-blocked', 'server-down', 'wrong-address'],
  };
}
