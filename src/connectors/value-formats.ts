import type { ValueRule } from './action.js';

type Format = NonNullable<ValueRule['format']>;

/** Longest address of a mailbox (RFC 5321 section 4.5.3.1.3, without its brackets). */
const MAX_EMAIL = 254;

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i;

/** True for a text in the format: RFC 3339 for dates, a plain mailbox, an http(s) address. */
export function isOfFormat(text: string, format: Format): boolean {
  switch (format) {
    case 'date':
      return isDate(text);
    case 'date-time': {
      const [date = '', time = '', ...rest] = text.split(/[Tt ]/u);
      return rest.length === 0 && isDate(date) && TIME.test(time);
    }
    case 'email':
      return (
        text.length <= MAX_EMAIL &&
        /^[^\s@<>"(),:;\\[\]]+@[^\s@<>"(),:;\\[\].]+(?:\.[^\s@<>"(),:;\\[\].]+)+$/u.test(text)
      );
    case 'uri':
      return !/[\s\p{Cc}]/u.test(text) && URL.canParse(text) && /^https?:\/\//iu.test(text);
  }
}

/** A day that the calendar has. */
function isDate(text: string): boolean {
  const [, year, month, day] = DATE.exec(text) ?? [];
  if (year === undefined) return false;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}
