import { ERROR_CODES, type ErrorCode } from '../../kernel/errors.js';

/** What is said of an error of which nothing more exact is known; the texts stand beside the codes that they explain. */
export const errors = () => {
  const texts = Object.entries(ERROR_CODES).map(([code, { text }]) => [code, text]);
  return Object.fromEntries(texts) as Readonly<Record<ErrorCode, string>>;
};
