import { join } from 'node:path';
import { electronDouble } from '../electron-double.ts';
import { serveWindows } from './windows.ts';

/** What `import electron from 'electron'` gives a shell in plain Node: a double whose windows another process shows. */
const { HARNESS_FOLDER: folder } = process.env;
if (!folder) throw new Error('HARNESS_FOLDER: expected the folder that stands for the system');
const double = electronDouble(join(folder, 'system'));
double.seen.packaged = process.resourcesPath !== undefined;
serveWindows(double);

export default double.electron;
