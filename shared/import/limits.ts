/** Characters of one text, and of all of an import: past it they are no configuration. */
export const LONGEST_IMPORT = 1 << 20;
export const LONGEST_IMPORTS = 4 << 20;
