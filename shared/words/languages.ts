import { en, type Words } from './en/en.ts';
import { ru } from './ru/ru.ts';
import { zh } from './zh/zh.ts';

export type { Words };

/** Every language that is spoken, under its BCP 47 tag. */
export const LANGUAGES = { en, 'zh-CN': zh, ru } satisfies Record<string, Words>;

export type Language = keyof typeof LANGUAGES;
/** In the order in which they are offered. */
export const LANGUAGE_TAGS = Object.keys(LANGUAGES) as [Language, ...Language[]];

const primary = (tag: string): string => tag.toLowerCase().split('-')[0];

/**
 * The language to speak: the one that was chosen, else the first of the system's that is spoken here, else English.
 * @param preferred the system's languages as BCP 47 tags, the likeliest first
 */
export function spokenLanguage(chosen: Language | 'system', preferred: readonly string[]): Language {
  if (chosen !== 'system') return chosen;
  for (const tag of preferred) {
    const spoken = LANGUAGE_TAGS.find((language) => primary(language) === primary(tag));
    if (spoken) return spoken;
  }
  return 'en';
}
