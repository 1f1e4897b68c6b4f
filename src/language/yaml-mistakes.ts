import { type Document, visit, type YAMLError } from 'yaml';
import type { Problem } from './problem.js';

type Said = Pick<Problem, 'severity' | 'message' | 'hint'>;

/** A space that looks like one and is none for YAML: it comes along when a text is copied from a page. */
export const ODD_SPACE = {
  severity: 'error',
  message: 'the line begins with a space that is none for YAML',
  hint: 'type the spaces at its beginning anew: it may have been copied from a page',
} as const;

const WORDS: Readonly<Partial<Record<YAMLError['code'], Omit<Said, 'severity'>>>> = {
  TAB_AS_INDENT: { message: 'a tab stands where YAML wants spaces', hint: 'indent with spaces' },
  MULTIPLE_DOCS: { message: 'a second document begins here (---)', hint: 'put each into a file of its own' },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'a second key stands in this line, or it is not indented as those beside it',
    hint: 'put a text with ": " in quotes, and indent the keys of one map alike',
  },
};

/** What is wrong with the syntax, in words that tell what to do where the parser's do not. */
export function inPlainWords({ code, message }: Pick<YAMLError, 'code' | 'message'>): Omit<Said, 'severity'> {
  return WORDS[code] ?? { message: message.split('\n', 1)[0] ?? message };
}

/** Where a line is indented with another space than the usual one. */
export function oddIndentation(text: string): number | undefined {
  const found = /^[ -]*[\u00a0\u2000-\u200b\u202f\u3000]/mu.exec(text);
  return found ? found.index + found[0].length - 1 : undefined;
}

/** Aliases before which there is no anchor of their name. */
export function unknownAliases(document: Document): readonly { readonly name: string; readonly offset: number }[] {
  const anchors = new Set<string>();
  const found: { name: string; offset: number }[] = [];
  visit(document, {
    Value(_, { anchor }) {
      if (anchor !== undefined) anchors.add(anchor);
    },
    Alias(_, { range, source }) {
      if (!anchors.has(source)) found.push({ name: source, offset: range?.[0] ?? 0 });
    },
  });
  return found;
}

export function noAnchor(name: string): Said {
  return { severity: 'error', message: `there is no anchor "&${name}" before this` };
}
