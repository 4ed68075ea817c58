import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';

/**
 * Bundles ./engine.ts as the app is bundled, and imports it: a development server's modules call one another through
 * getters, which would be timed too.
 * @returns a function that gives a new instance of the modules each time, so that what one measurement taught the compiler
 * does not slow the next
 */
export async function bundleEngine(): Promise<() => Promise<typeof import('./engine.ts')>> {
  const folder = mkdtempSync(fileURLToPath(new URL('../../node_modules/.bench-', import.meta.url)));
  process.once('exit', () => rmSync(folder, { recursive: true }));
  await build({
    configFile: fileURLToPath(new URL('../../vite.config.ts', import.meta.url)),
    logLevel: 'error',
    build: {
      ssr: fileURLToPath(new URL('./engine.ts', import.meta.url)),
      outDir: folder,
      target: 'node20',
      minify: false,
      rolldownOptions: { output: { entryFileNames: 'engine.mjs' } },
    },
    ssr: { noExternal: true },
  });
  let instance = 0;
  return () => import(`${pathToFileURL(join(folder, 'engine.mjs')).href}?${instance++}`);
}
