/** Characters of a passphrase. Nothing is asked of them but length, which is what makes guesses dear. */
export const SHORTEST_PASSPHRASE = 8;
export const LONGEST_PASSPHRASE = 1024;
