/** A phrase for each plural category (CLDR) that a language has; `other` is every number that has none of its own. */
export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** Picks the form that goes with a number: 1 line, 2 lines; 1 строка, 2 строки, 5 строк. */
export function plurals(language: string): (count: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(language);
  return (count, forms) => forms[rules.select(count)] ?? forms.other;
}
