import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NtExecutable, NtExecutableResource, Resource } from 'resedit';

/** What electron-builder packs in place of Electron's binary: files that hold nothing but what it looks for. */

/** As @electron/fuses finds it in a binary: this text, version 1, the number of fuses, and a character for each. */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
/** The fuses of version 1 in the order of the wire, and how Electron comes. */
const FUSES = {
  runAsNode: '1',
  cookieEncryption: '0',
  nodeOptionsEnvironmentVariable: '1',
  nodeCliInspectArguments: '1',
  embeddedAsarIntegrityValidation: '0',
  onlyLoadAppFromAsar: '0',
  loadBrowserProcessSpecificV8Snapshot: '0',
  grantFileProtocolExtraPrivileges: '1',
};
export type FuseName = keyof typeof FUSES;

const wire = (): Buffer => {
  const states = Object.values(FUSES).join('');
  return Buffer.concat([Buffer.from(SENTINEL), Buffer.from([1, states.length]), Buffer.from(states)]);
};

/** Which fuses of a binary are on. */
export function fusesOf(binary: Buffer): Record<FuseName, boolean> {
  const at = binary.indexOf(SENTINEL) + SENTINEL.length + 2;
  const names = Object.keys(FUSES) as FuseName[];
  return Object.fromEntries(names.map((name, i) => [name, binary[at + i] === 0x31])) as Record<
    FuseName,
    boolean
  >;
}

/** A Windows program of no code, whose resources can be read and written. */
function windowsProgram(): Buffer {
  const program = NtExecutable.createEmpty(false, false);
  const resources = NtExecutableResource.from(program);
  const version = Resource.VersionInfo.createEmpty();
  version.setStringValues({ lang: 1033, codepage: 1200 }, { ProductName: 'Electron' });
  version.outputToResourceEntries(resources.entries);
  resources.outputResource(program);
  return Buffer.concat([Buffer.from(program.generate()), wire()]);
}

/** What asar archives a Windows program says it takes. */
export function integrityOf(program: Buffer): { file: string; alg: string; value: string }[] {
  const { entries } = NtExecutableResource.from(NtExecutable.from(program));
  const entry = entries.find(({ type }) => type === 'INTEGRITY');
  return entry ? JSON.parse(Buffer.from(entry.bin).toString()) : [];
}

const plist = (name: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict>
  <key>CFBundleExecutable</key><string>${name}</string>
  <key>CFBundleName</key><string>${name}</string>
</dict></plist>
`;

/** Lays out a stand-in for Electron's release in `folder`, for electron-builder's `electronDist`. */
export function layElectronDist(folder: string, platform: 'linux' | 'win32' | 'darwin'): void {
  const write = (path: string, content: string | Buffer): void => {
    const to = join(folder, path);
    mkdirSync(join(to, '..'), { recursive: true });
    writeFileSync(to, content, { mode: 0o755 });
  };
  write('LICENSE', '');
  write('LICENSES.chromium.html', '');
  write('version', '');
  if (platform !== 'darwin') {
    mkdirSync(join(folder, 'resources'), { recursive: true });
    return platform === 'linux' ? write('electron', wire()) : write('electron.exe', windowsProgram());
  }
  const contents = 'Electron.app/Contents';
  write(`${contents}/Info.plist`, plist('Electron'));
  write(`${contents}/MacOS/Electron`, '');
  mkdirSync(join(folder, contents, 'Resources'), { recursive: true });
  write(`${contents}/Frameworks/Electron Framework.framework/Electron Framework`, wire());
  for (const kind of ['', ' (GPU)', ' (Plugin)', ' (Renderer)']) {
    const helper = `Electron Helper${kind}`;
    write(`${contents}/Frameworks/${helper}.app/Contents/Info.plist`, plist(helper));
    write(`${contents}/Frameworks/${helper}.app/Contents/MacOS/${helper}`, '');
  }
}
