import { isSpoken } from './texts-for.js';

/** Ranges that are looked at: no browser sends more, and no header costs more time. */
const MAX_RANGES = 20;

/**
 * The language of an `Accept-Language` header that is wanted most among those that there are (RFC 9110 section 12.5.4);
 * undefined where none of them is.
 */
export function preferredLocale(header: string | undefined): string | undefined {
  const ranges = (header ?? '').split(',', MAX_RANGES).map((range) => {
    const [tag = '', ...parameters] = range.split(';').map((part) => part.trim());
    const weight = parameters.find((parameter) => /^q=/iu.test(parameter))?.slice(2);
    return { tag, weight: weight === undefined ? 1 : Number(weight) };
  });
  const wanted = ranges.filter(({ tag, weight }) => weight > 0 && isSpoken(tag));
  // A stable sort: of two that are wanted as much, the first one.
  return wanted.sort((left, right) => right.weight - left.weight)[0]?.tag;
}
