import { svelte } from '@sveltejs/vite-plugin-svelte';
import { main as asc } from 'assemblyscript/asc';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url));

/**
 * `virtual:kernel` is the WebAssembly module of src-main/engine/kernel/assembly, compiled here and handed
 * over as base64, so that it travels inside the one bundle into every host (and into an asar).
 */
export function kernel(): Plugin {
  const id = 'virtual:kernel';
  const folder = join(root, 'src-main/engine/kernel/assembly');
  return {
    name: 'kernel',
    resolveId: (source) => (source === id ? '\0' + id : undefined),
    async load(source) {
      if (source !== '\0' + id) return undefined;
      for (const file of readdirSync(folder)) if (file.endsWith('.ts')) this.addWatchFile(join(folder, file));
      let binary: Uint8Array | undefined;
      const { error, stderr } = await asc(
        [
          'index.ts',
          ...['--baseDir', folder, '--outFile', 'kernel.wasm', '--runtime', 'stub', '--use', 'abort='],
          ...[
            '-O3',
            '--noAssert',
            '--converge',
            '--enable',
            'simd',
            '--importMemory',
            // A fresh memory is all zero: no need to ship zeros.
            '--zeroFilledMemory',
            '--memoryBase',
            '1024',
          ],
        ],
        {
          writeFile: (_name: string, contents: Uint8Array | string) => void (binary = contents as Uint8Array),
        },
      );
      if (error || !binary)
        throw new Error(`the kernel did not compile: ${error?.message}\n${stderr.toString()}`);
      return `export default ${JSON.stringify(Buffer.from(binary).toString('base64'))};`;
    },
  };
}

export default defineConfig({
  root: join(root, 'src-renderer'),
  base: './',
  plugins: [kernel(), svelte()],
  builder: {
    // the default environment 'ssr' is not ours to build
    buildApp: async (builder) => {
      for (const name of ['node', 'preload', 'client']) await builder.build(builder.environments[name]);
    },
  },
  environments: {
    client: { build: { outDir: join(root, 'dist/window'), emptyOutDir: true, target: 'es2023' } },
    node: {
      consumer: 'server',
      resolve: { conditions: ['node', 'import'] },
      build: {
        outDir: join(root, 'dist/node'),
        emptyOutDir: true,
        ssr: true,
        target: 'node20',
        minify: false,
        sourcemap: true,
        rollupOptions: {
          input: {
            kcptun: join(root, 'src-main/hosts/cli/kcptun.ts'),
            engine: join(root, 'src-main/engine/index.ts'),
            worker: join(root, 'src-main/tunnels/worker.ts'),
            main: join(root, 'src-main/hosts/electron/main.ts'),
          },
          external: [/^node:/, 'electron', 'electron/main', 'original-fs'],
          output: { comments: false },
        },
      },
    },
    preload: {
      consumer: 'server',
      resolve: { noExternal: true },
      build: {
        outDir: join(root, 'dist/preload'),
        emptyOutDir: true,
        ssr: true,
        target: 'node20',
        minify: false,
        rollupOptions: {
          input: { preload: join(root, 'src-main/hosts/electron/preload.ts') },
          external: ['electron', 'electron/renderer'],
          output: { format: 'cjs', entryFileNames: '[name].cjs' },
        },
      },
    },
  },
  test: {
    root,
    globalSetup: 'test/support/global-setup.ts',
    testTimeout: 30_000,
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      { extends: true, test: { name: 'fuzz', include: ['test/fuzz/**/*.test.ts'], testTimeout: 120_000 } },
      {
        extends: true,
        test: {
          name: 'hostile',
          include: ['test/hostile/**/*.test.ts'],
          testTimeout: 180_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      // a minute of every attack at once, and a minute after it
      {
        extends: true,
        test: { name: 'attack', include: ['test/hostile/**/*.attack.ts'], testTimeout: 400_000 },
      },
      {
        extends: true,
        test: {
          name: 'interop',
          include: ['test/interop/**/*.test.ts'],
          testTimeout: 120_000,
          fileParallelism: false,
          // alone on the machine: it measures times and rates
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
