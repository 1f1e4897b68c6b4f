/** The text with `limit` UTF-16 units at most, and a sign where it is cut. Never splits a character in two. */
export function clip(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = limit - 1;
  const code = text.charCodeAt(end - 1);
  return `${text.slice(0, code >= 0xd8_00 && code <= 0xdb_ff ? end - 1 : end)}…`;
}
