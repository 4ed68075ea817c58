import { describe, expect, it } from 'vitest';
import { safeBox } from '../../../../src-main/hosts/electron/safe-box.ts';
import { electronDouble } from '../../../support/electron-double.ts';

describe('safeBox', () => {
  it('seals by safeStorage, as text, and opens again', () => {
    const { electron } = electronDouble('/');
    const box = safeBox(electron, 'linux')!;
    const sealed = box.seal('hunter2 ✓');
    expect(sealed).toMatch(/^[A-Za-z0-9+/=]+$/);
    expect(sealed).not.toContain('hunter2');
    expect(box.open(sealed)).toBe('hunter2 ✓');
  });

  it('does not call encrypted what is not', () => {
    const { electron, seen } = electronDouble('/');
    seen.backend = 'basic_text';
    expect(safeBox(electron, 'linux')).toBeNull();
    expect(safeBox(electron, 'win32')).not.toBeNull();
    seen.encryption = false;
    expect(safeBox(electron, 'darwin')).toBeNull();
  });
});
