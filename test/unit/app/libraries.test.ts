import { createHash } from 'node:crypto';
import fs, { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkLibraries } from '../../../src-main/app/libraries.ts';
import { writeAsarHeader } from '../../support/asar-header.ts';

describe('checkLibraries', () => {
  let resources = '';
  beforeEach(() => void (resources = mkdtempSync(join(tmpdir(), 'kcptun-resources-'))));
  afterEach(() => rmSync(resources, { recursive: true }));

  const header = (library: string) => ({
    files: {
      'package.json': { size: 2, offset: '0', integrity: { hash: 'of what Electron checks itself' } },
      lib: {
        files: {
          'a.node': {
            size: library.length,
            unpacked: true,
            integrity: { hash: createHash('sha256').update(library).digest('hex') },
          },
        },
      },
    },
  });

  it('takes the libraries that the archive was made with, and no other', () => {
    writeAsarHeader(join(resources, 'app.asar'), header('library'));
    const library = join(resources, 'app.asar.unpacked', 'lib', 'a.node');
    mkdirSync(join(library, '..'), { recursive: true });
    writeFileSync(library, 'library');
    checkLibraries(resources, fs);
    writeFileSync(library, 'another');
    expect(() => checkLibraries(resources, fs)).toThrow(`${library} is not the file that this app came with`);
    rmSync(library);
    expect(() => checkLibraries(resources, fs)).toThrow('a.node');
  });
});
