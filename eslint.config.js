import { readdirSync } from 'node:fs';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import imports from 'eslint-plugin-import-x';
import svelte from 'eslint-plugin-svelte';
import tseslint from 'typescript-eslint';

/** Arrows point one way: renderer -> shared; hosts -> app -> tunnels -> engine -> shared. */
const upward = [
  ['shared', ['src-main', 'src-renderer']],
  ['src-renderer', ['src-main']],
  ['src-main', ['src-renderer']],
  ['src-main/engine', ['src-main/tunnels', 'src-main/store', 'src-main/app', 'src-main/hosts']],
  ['src-main/tunnels', ['src-main/app', 'src-main/hosts']],
  ['src-main/store', ['src-main/tunnels', 'src-main/app', 'src-main/hosts']],
  ['src-main/app', ['src-main/hosts']],
].flatMap(([target, froms]) =>
  froms.map((from) => ({
    target: `./${target}`,
    from: `./${from}`,
    message: `${target} must not import ${from}`,
  })),
);
/** In the window: a view knows the shell and the states, the tunnel's page its views, and nobody the page or the list. */
const MAY_IMPORT = { shell: [], state: ['shell'], tunnel: null };
const window = [
  ['client', ['components', 'features', 'i18n']],
  ['components', ['client', 'features']],
  ['i18n', ['client', 'components', 'features']],
].flatMap(([target, froms]) =>
  froms.map((from) => ({
    target: `./src-renderer/${target}`,
    from: `./src-renderer/${from}`,
    message: `the window's ${target} must not import ${from}`,
  })),
);
const features = readdirSync(new URL('src-renderer/features', import.meta.url))
  .map((name) => [name, MAY_IMPORT[name] === undefined ? ['shell', 'state'] : MAY_IMPORT[name]])
  .filter(([, may]) => may !== null)
  .map(([name, may]) => ({
    target: `./src-renderer/features/${name}`,
    from: './src-renderer/features',
    except: [name, ...may].map((other) => `./${other}`),
    message: `the feature ${name} may import ${may.join(' and ') || 'no other'} alone`,
  }));
const noElectron = { name: 'electron', message: 'only src-main/hosts/electron knows Electron' };

export default tseslint.config(
  { ignores: ['dist', 'release', 'src-main/engine/kernel/assembly', 'test/vectors', 'test-results'] },
  ...tseslint.configs.recommended,
  ...svelte.configs.recommended,
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
  },
  {
    plugins: { 'import-x': imports },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones: [...upward, ...window, ...features] }],
      'import-x/no-cycle': 'error',
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-imports': ['error', { paths: [noElectron] }],
    },
  },
  {
    files: ['shared/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [noElectron, 'svelte'],
          patterns: [{ group: ['node:*', 'svelte/*'], message: 'shared runs everywhere' }],
        },
      ],
    },
  },
  { files: ['src-main/hosts/electron/**', 'test/**'], rules: { 'no-restricted-imports': 'off' } },
  { files: ['test/**', 'src-main/hosts/cli/**', '*.config.*'], rules: { 'no-console': 'off' } },
);
