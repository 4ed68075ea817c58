// Runs the built shell in plain Node: `node run.mjs <folder of package.json> [argument …]`. Whoever imports electron,
// ours or a package, gets the stand-in beside this file.
import Module, { register } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { register as readTypeScript } from 'tsx/esm/api';

readTypeScript();
const standIn = new URL('electron.ts', import.meta.url).href;
const hook = `export const resolve = (name, context, next) =>
  next(({ electron: ${JSON.stringify(standIn)}, 'original-fs': 'node:fs' })[name] ?? name, context);`;
// a packaged app finds its archive here
process.resourcesPath = process.env.HARNESS_RESOURCES;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
// a package of CommonJS asks for it by require
const { default: electron } = await import(standIn);
const load = Module._load;
Module._load = (name, ...rest) => (name === 'electron' ? electron : load(name, ...rest));
await import(pathToFileURL(join(process.argv[2], 'dist', 'node', 'main.js')).href);
