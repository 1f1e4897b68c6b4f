import { distance } from 'fastest-levenshtein';

/** The known word that a mistyped one most likely stands for, if one is near. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const limit = word.length < 3 ? 1 : Math.max(2, Math.floor(word.length / 3));
  let best: { readonly word: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    const steps = distance(word.toLowerCase(), candidate.toLowerCase());
    if (steps <= limit && (!best || steps < best.distance)) best = { word: candidate, distance: steps };
  }
  return best?.word;
}

/** A hint: the nearest known word, else the list of what there is. */
export function didYouMean(word: string, known: Iterable<string>): string | undefined {
  const words = [...known];
  const near = nearest(word, words);
  if (near !== undefined) return `did you mean "${near}"?`;
  if (words.length === 0 || words.length > 12) return undefined;
  return `there is: ${words.join(', ')}`;
}
