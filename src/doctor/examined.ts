import { asBehalfError } from '../kernel/errors.js';
import type { Finding } from './examination.port.js';

/** Runs an examination; what it throws becomes a finding, so that the others still come. */
export async function examined(
  subject: string,
  examine: () => Promise<readonly Finding[]>,
  fix: string,
): Promise<readonly Finding[]> {
  try {
    return await examine();
  } catch (error) {
    const { code, message } = asBehalfError(error);
    const state = code === 'config.invalid' || code === 'store.corrupt' ? 'wrong' : 'unknown';
    return [{ subject, state, says: message, fix }];
  }
}
