import { characterBorder } from './text-border.js';

/** The text with `limit` UTF-16 units at most, and a sign where it is cut: never in what people see as one character. */
export function clip(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, characterBorder(text, limit - 1))}…`;
}
