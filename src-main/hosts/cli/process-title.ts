/** What stands in place of a key. */
const HIDDEN = '***';

/** The command line without the value of `--key`; null where that is not given. */
export function withoutKey(argv: readonly string[]): string[] | null {
  let hidden = false;
  const shown = argv.map((word, index) => {
    if (/^--?key=/.test(word)) {
      hidden = true;
      return word.replace(/=[^]*/, `=${HIDDEN}`);
    }
    if (index === 0 || !/^--?key$/.test(argv[index - 1])) return word;
    hidden = true;
    return HIDDEN;
  });
  return hidden ? shown : null;
}

/**
 * Takes a key out of what `ps` and /proc show to every user of the machine. On Linux and macOS the title lies where the
 * arguments were; on Windows it is the console's, and the arguments stay, for the user's own processes to see.
 */
export function hideKey(argv: readonly string[]): void {
  const shown = withoutKey(argv);
  if (shown) process.title = ['kcptun', ...shown].join(' ');
}
