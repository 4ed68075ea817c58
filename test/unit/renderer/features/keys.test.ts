import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../../shared/errors.ts';
import type { Core } from '../../../../src-renderer/client/core.svelte.ts';
import { Passphrase } from '../../../../src-renderer/features/keys/passphrase.svelte.ts';

function passphrase(purpose: 'unlock' | 'set') {
  const asked: string[] = [];
  const answer = async (text: string): Promise<void> => {
    asked.push(text);
    if (text === 'wrong one') throw new ApiError('wrong-passphrase', 'not this one');
    if (text === 'disk full') throw new ApiError('storage-failed', 'no room');
  };
  const core = { unlock: answer, setPassphrase: answer } as Pick<Core, 'unlock' | 'setPassphrase'> as Core;
  return { asked, typed: new Passphrase(core, purpose) };
}

describe('Passphrase', () => {
  it('is set only when it is long enough and twice the same, and says why once it was tried', async () => {
    const { asked, typed } = passphrase('set');
    typed.text = 'short';
    expect(typed.problem).toBeNull();
    expect(await typed.submit()).toBe(false);
    expect(typed.problem).toBe('short');
    typed.text = 'long enough';
    expect(typed.problem).toBe('different');
    typed.again = 'long enough';
    expect(typed.problem).toBeNull();
    expect(await typed.submit()).toBe(true);
    expect(asked).toEqual(['long enough']);
  });

  it('that is wrong is told, until it is changed', async () => {
    const { asked, typed } = passphrase('unlock');
    expect(await typed.submit()).toBe(false);
    typed.text = 'wrong one';
    expect(await typed.submit()).toBe(false);
    expect([typed.problem, typed.busy]).toEqual(['wrong', false]);
    expect(await typed.submit()).toBe(false);
    typed.text = 'x';
    expect(typed.problem).toBeNull();
    expect(await typed.submit()).toBe(true);
    expect(asked).toEqual(['wrong one', 'x']);
    typed.text = 'disk full';
    await expect(typed.submit()).rejects.toThrow('no room');
    expect(typed.busy).toBe(false);
  });
});
