import type { TableBlock } from './message.js';

/** What spreadsheets take for a formula: `-5` is only a number. https://owasp.org/www-community/attacks/CSV_Injection */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?\d[\d.,]*%?$/;
/** Has Excel read the file as UTF-8. */
const BYTE_ORDER_MARK = '\ufeff';

/** A table with its titles. https://www.rfc-editor.org/rfc/rfc4180 */
export function csvOf({ columns, rows }: TableBlock): string {
  const lines = [columns.map(({ title }) => title), ...rows].map((cells) => cells.map(csvCell).join(','));
  return `${BYTE_ORDER_MARK}${lines.join('\r\n')}\r\n`;
}

function csvCell(text: string): string {
  const harmless = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
