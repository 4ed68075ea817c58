import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AddressError, formatAddress, parseAddress } from '../../shared/address.ts';
import { parseOptions } from '../../shared/options-parse.ts';
import { checkValue } from '../../shared/options-value.ts';
import { problemLine } from '../../shared/options-problem.ts';
import { type OptionSpec, OPTIONS, optionsOf, type Side } from '../../shared/options.ts';
import { parseArguments, UsageError } from '../../src-main/hosts/cli/arguments.ts';
import { formatGoTime } from '../../src-main/tunnels/go-time.ts';

const SIDES: readonly Side[] = ['client', 'server'];
const side = fc.constantFrom(...SIDES);

it('reads any object as options that are right', () => {
  const keys = fc.oneof(fc.constantFrom(...OPTIONS.map(({ key }) => key)), fc.string());
  fc.assert(
    fc.property(side, fc.dictionary(keys, fc.jsonValue()), (which, input) => {
      const { options, problems } = parseOptions(which, input);
      const values: Record<string, unknown> = options;
      for (const spec of optionsOf(which)) expect(checkValue(spec, values[spec.key])).toBeNull();
      for (const problem of problems) expect(problemLine(problem)).not.toContain('\n');
    }),
    { numRuns: 1000 },
  );
});

it('never tells what was given for a key', () => {
  const secret = 'hunter2hunter2';
  const word = fc.oneof(
    fc.constantFrom(
      '--key',
      '-key',
      `--key=${secret}`,
      secret,
      `--kye=${secret}`,
      '--nocomp',
      '--mtu',
      '5',
      '--',
    ),
    fc.string(),
  );
  fc.assert(
    fc.property(side, fc.array(word, { maxLength: 6 }), (which, argv) => {
      // as the value of another option it is no secret
      fc.pre(!argv.some((each, i) => each.includes(secret) && /^--?(?!key$)/.test(argv[i - 1] ?? '')));
      try {
        const args = parseArguments(which, argv);
        if (args.ask !== 'run') return;
        const { problems } = parseOptions(which, args.values);
        expect(problems.map((problem) => problemLine(problem)).join()).not.toContain(secret);
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
        expect(String(error)).not.toContain(secret);
      }
    }),
    { numRuns: 2000 },
  );
});

it('reads any text as an address that is written the same, or refuses it', () => {
  const forms = OPTIONS.flatMap((spec: OptionSpec) => (spec.kind === 'address' ? [spec.address] : []));
  const pieces = fc.array(
    fc.constantFrom('[', ']', ':', '::', '1', 'f', 'host', '.', '-', '%', '/', '65535', '0'),
    {
      maxLength: 12,
    },
  );
  const text = fc.oneof(
    fc.string(),
    fc.ipV6(),
    pieces.map((each) => each.join('')),
  );
  fc.assert(
    fc.property(text, fc.constantFrom(...forms), (input, form) => {
      try {
        const address = parseAddress(input, form);
        expect(parseAddress(formatAddress(address), form)).toEqual(address);
      } catch (error) {
        expect(error).toBeInstanceOf(AddressError);
      }
    }),
    { numRuns: 3000 },
  );
});

it('formats any layout', () => {
  fc.assert(
    fc.property(fc.string(), fc.date({ noInvalidDate: true }), (layout, time) => {
      expect(formatGoTime(layout, time)).toBeTypeOf('string');
    }),
  );
});
