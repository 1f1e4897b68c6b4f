/** Our words for what JSONata finds at run time: its own quote data. `{function}` and `{token}` are of the expression. */
const WORDS: Readonly<Record<string, string>> = {
  D1001: 'a number is out of range',
  D1002: 'what stands behind - is no number',
  D1009: 'two keys of a map are the same',
  D1011: 'too deep',
  D1012: 'too slow',
  D2014: 'too long',
  D2015: 'too long',
  D3030: '$number got what is no number',
  D3050: '$reduce needs a function of two arguments',
  D3060: '$sqrt got a number below zero',
  D3070: '$sort needs a function where its items are neither all texts nor all numbers',
  D3110: '$toMillis got no date as in ISO 8601',
  D3137: '$error was called',
  D3138: '$single found more than one',
  D3139: '$single found nothing',
  D3140: 'an address is not rightly written',
  D3141: '$assert found that something does not hold',
  T0410: 'argument {index} of {function} is of another type',
  T0411: '{function} lacks an argument, or the one that it has is of another type',
  T0412: 'argument {index} of {function} must be a list of {type}',
  T1003: 'a key of a map is no text',
  T1005: '{token} is called, and no function',
  T1006: '{token} is called, and no function',
  T2001: 'the left side of {token} is no number',
  T2002: 'the right side of {token} is no number',
  T2003: 'the left side of .. is no whole number',
  T2004: 'the right side of .. is no whole number',
  T2006: 'the right side of ~> is no function',
  T2007: 'what is sorted by is sometimes a text and sometimes a number',
  T2008: 'what is sorted by is neither a text nor a number',
  T2009: 'the sides of {token} are of different types',
  T2010: 'a side of {token} is neither a text nor a number',
};

/** Codes of pictures of numbers, and of dates. */
const PICTURES: readonly (readonly [codes: RegExp, words: string])[] = [
  [/^D30(?:8\d|9[0-3])$/u, 'the picture of $formatNumber is wrong'],
  [/^D313\d$/u, 'the picture of a date or a number is wrong'],
];

/** Why an expression has failed, without any data: with JSONata's code where that tells more. */
export function whyItFailed(error: unknown): string {
  const code = textAt(error, 'code', /^[A-Z]\d{4}$/u);
  if (code === undefined) return 'unknown';
  const words = WORDS[code] ?? PICTURES.find(([codes]) => codes.test(code))?.[1];
  if (words === undefined) return code;
  if (words.startsWith('too ')) return words;
  const token = textAt(error, 'token', /^[\w<>=!+*/%.~:&-]{1,40}$/u);
  const filled = words
    .replace('{function}', () => (token === undefined ? 'a function' : `$${token}`))
    .replace('{token}', token ?? 'a function')
    .replace('{index}', textAt(error, 'index', /^\d{1,2}$/u) ?? '1')
    .replace('{type}', textAt(error, 'type', /^[a-z ]{1,20}$/u) ?? 'one type');
  return `${filled} (${code})`;
}

/** What stands at a name of the error, where it has the form that is expected. */
function textAt(error: unknown, name: string, form: RegExp): string | undefined {
  if (typeof error !== 'object' || error === null || !Object.hasOwn(error, name)) return undefined;
  const value: unknown = Reflect.get(error, name);
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  return form.test(text) ? text : undefined;
}
