/** What parsers of URLs take apart in another way than people do, and characters that they treat specially. */
export const URL_PIECES: readonly string[] = [
  ...['/', '/', '\\', '.', '..', '%2e', '%2E', '%', '%41', '?', '&', '=', '#', '@', ':', '*', "'", '"', ' '],
  ...['\t', '\n', '\0', '\u007f', '|', '^', '`', '{', '<', '~', ';', 'é', 'ſ', '\u212a', '\ud800'],
];
