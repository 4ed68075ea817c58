import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** By electron-builder's numbers of architectures: x64 and arm64. */
const ARCHITECTURES = { 1: 'x64', 3: 'arm64' };
/** e_machine of ELF. */
const ELF = { 0x3e: 'x64', 0xb7: 'arm64' };

/** What a native library runs on, by its header; undefined where it is not of Linux. */
function architectureOf(path) {
  const header = readFileSync(path).subarray(0, 20);
  return header.readUInt32BE(0) === 0x7f454c46 ? ELF[header.readUInt16LE(18)] : undefined;
}

/** After a package is laid out: only Linux has a native library, the one of the package's own architecture. */
export default async function checkLibraries({ appOutDir, arch, electronPlatformName, packager }) {
  const unpacked = join(packager.getResourcesDir(appOutDir), 'app.asar.unpacked');
  let libraries = [];
  try {
    libraries = readdirSync(unpacked, { recursive: true }).filter((name) => name.endsWith('.node'));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  const found = libraries.map((name) => architectureOf(join(unpacked, name)));
  const wanted = electronPlatformName === 'linux' ? [ARCHITECTURES[arch]] : [];
  if (JSON.stringify(found) !== JSON.stringify(wanted)) {
    throw new Error(
      `native libraries of the ${electronPlatformName} package: expected ${JSON.stringify(wanted)}, ` +
        `found ${JSON.stringify(libraries)} for ${JSON.stringify(found)}; ` +
        'npm install --no-save --force @koromix/koffi-linux-arm64 gets the other one',
    );
  }
}
