import type { OptionSpec } from '../../../shared/options.ts';
import type { Words } from '../../../shared/words/languages.ts';
import type { FieldNote } from './form.svelte.ts';

/** Numbers above this are bounds only of the format, and are not worth naming. */
const MAX = 0x7fffffff;

/** The sentence under a field. */
export function noteText({ code, name = '' }: FieldNote, t: Words['form'], spec?: OptionSpec): string {
  switch (code) {
    case 'required':
      return t.required;
    case 'host-needed':
      return t.hostNeeded;
    case 'host':
      return t.hostWrong;
    case 'port':
      return t.portWrong;
    case 'key-short':
      return t.keyShort;
    case 'unreadable':
      return t.keyMissing[code];
    case 'local-taken':
      return t.localTaken(name);
  }
  const bounds: Record<string, string | number> =
    spec?.kind === 'integer' ? { min: spec.min, max: spec.max === MAX ? '' : spec.max } : {};
  return t.problems[code](bounds);
}
