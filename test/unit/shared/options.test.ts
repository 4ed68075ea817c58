import { describe, expect, it } from 'vitest';
import { defaultOptions, effectiveKcp, MODES, OPTIONS, optionsOf, PRESETS } from '../../../shared/options.ts';
import { checkValue } from '../../../shared/options-value.ts';

describe('the table of options', () => {
  it('names each option, and each flag of a side, once', () => {
    expect(new Set(OPTIONS.map(({ key }) => key)).size).toBe(OPTIONS.length);
    for (const side of ['client', 'server'] as const) {
      const flags = optionsOf(side).flatMap((spec) => spec.flags);
      expect(new Set(flags).size).toBe(flags.length);
    }
  });

  it('has keys that match whatever their case', () => {
    for (const { key } of OPTIONS) expect(key).toBe(key.toLowerCase());
  });

  it('has only defaults that it allows', () => {
    for (const side of ['client', 'server'] as const)
      for (const spec of optionsOf(side)) expect(checkValue(spec, spec.default[side])).toBeNull();
  });
});

describe('effectiveKcp', () => {
  const manual = { nodelay: 1, interval: 20, resend: 3, nc: 0 };

  it('takes the preset of a mode, whatever the four options say', () => {
    const tunings = MODES.map((mode) =>
      Object.values(effectiveKcp({ ...defaultOptions('client'), ...manual, mode })),
    );
    expect(tunings).toEqual([
      [1, 10, 2, 1],
      [1, 20, 2, 1],
      [0, 30, 2, 1],
      [0, 40, 2, 1],
      [1, 20, 3, 0],
    ]);
    expect(Object.keys(PRESETS)).toHaveLength(MODES.length - 1);
  });

  it('takes a manual interval as kcp-go does: 10 to 5000', () => {
    expect(effectiveKcp({ ...manual, interval: 0, mode: 'manual' }).interval).toBe(10);
    expect(effectiveKcp({ ...manual, interval: 60_000, mode: 'manual' }).interval).toBe(5000);
  });
});
