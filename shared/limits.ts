/** Characters of a passphrase. Nothing is asked of them but length, which is what makes guesses dear. */
export const SHORTEST_PASSPHRASE = 8;
export const LONGEST_PASSPHRASE = 1024;
/** Characters of a tunnel's key below which its form warns. */
export const SHORTEST_KEY = 12;
/** Random bits of a key that is made. */
export const KEY_BITS = 256;
/** Characters of one text, and of all of an import: past it they are no configuration. */
export const LONGEST_IMPORT = 1 << 20;
export const LONGEST_IMPORTS = 4 << 20;
