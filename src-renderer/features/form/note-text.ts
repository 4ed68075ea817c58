import { say } from '../../../shared/variant.ts';
import type { Words } from '../../../shared/words/languages.ts';
import type { FieldNote } from './form.svelte.ts';

/** The sentence under a field. */
export function noteText(note: FieldNote, { form, keys, problems }: Words): string {
  switch (note.code) {
    case 'required':
      return form.required;
    case 'host-needed':
      return form.hostNeeded;
    case 'host':
      return form.hostWrong;
    case 'port':
      return form.portWrong;
    case 'key-short':
      return form.keyShort;
    case 'file-name':
      return form.fileName;
    case 'locked':
    case 'unreadable':
    case 'cleared':
      return keys.missing[note.code];
    case 'local-taken':
      return form.localTaken(note.name);
    default:
      return say(problems, note);
  }
}
