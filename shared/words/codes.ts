import type { ImportRefusal, NoticeFields } from '../api.ts';
import type { DiagnosisWords, LikelyCause } from '../diagnosis.ts';
import type { ErrorCode } from '../errors.ts';
import type { ImportNoteFields } from '../import/found.ts';
import type { ProblemFields } from '../options-problem.ts';
import type { Sentences } from '../variant.ts';

/** What a language says of every code: a code without its words, or words of a value it does not bring, is no program. */
export interface CodeWords {
  diagnoses: DiagnosisWords;
  causes: Record<LikelyCause, string>;
  notices: Sentences<NoticeFields>;
  importNotes: Sentences<ImportNoteFields>;
  /** `message` says in plain English what is wrong */
  importRefusals: Record<ImportRefusal, (message: string) => string>;
  problems: Sentences<ProblemFields>;
  errors: Record<ErrorCode, string>;
}
