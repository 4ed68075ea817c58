/**
 * A union with one variant a code. `Fields` has a member for each code, whose type is what that code says beside
 * itself; whoever makes a variant gives all of it, and whoever words it has all of it.
 */
export type Variant<Fields, C extends keyof Fields = keyof Fields> = {
  [K in C]: { code: K } & Fields[K];
}[C];

/** A sentence for each code, made of its fields. */
export type Sentences<Fields> = { [K in keyof Fields]: (fields: Fields[K]) => string };

/** The sentence of one variant. */
export const say = <Fields, C extends keyof Fields>(
  sentences: Sentences<Fields>,
  variant: Variant<Fields, C>,
): string => sentences[variant.code](variant);
