import { runInNewContext } from 'node:vm';
import {
  asBehalfError,
  BehalfError,
  describeForeignError,
  ERROR_CODES,
  isBehalfError,
} from '../../../src/kernel/errors.js';

describe('an error of ours', () => {
  test('has a text for people, a reference for both sides, and an audience', () => {
    const error = new BehalfError('app.forbidden', 'crm answered 403');
    expect(error).toMatchObject({
      message: 'crm answered 403',
      userText: ERROR_CODES['app.forbidden'].text,
      details: {},
    });
    expect(error.ref).toMatch(/^[0-9a-f]{8}$/);
    expect(error.audience).toBe('person');
    expect(new BehalfError('internal', 'x').ref).not.toBe(error.ref);
  });

  test('is told by its name and code, also when it comes from another realm', () => {
    const foreign: unknown = runInNewContext(
      "Object.assign(new Error('x'), { name: 'BehalfError', code: 'job.lost' })",
    );
    expect(isBehalfError(foreign)).toBe(true);
    expect(isBehalfError(foreign, 'job.lost', 'internal')).toBe(true);
    expect(isBehalfError(foreign, 'internal')).toBe(false);
    for (const other of [undefined, null, 'BehalfError', new Error('x'), { code: 'internal' }]) {
      expect(isBehalfError(other)).toBe(false);
    }
  });

  test('is made of any other without its message and its fields', () => {
    const error = asBehalfError(Object.assign(new TypeError('canary'), { code: 'EPIPE', body: 'canary' }));
    expect(error).toMatchObject({ code: 'internal', userText: 'Something went wrong on my side.' });
    expect(error.message).toMatch(/^Unexpected TypeError \(EPIPE\) at .*errors\.test\.ts/);
    expect(JSON.stringify(error)).not.toContain('canary');
    expect(asBehalfError(error)).toBe(error);
    for (const [thrown, text] of [
      ['canary', 'string'],
      [undefined, 'undefined'],
      [null, 'object'],
      [{ name: 5, stack: 6 }, 'error'],
    ] as const) {
      expect(describeForeignError(thrown)).toBe(text);
    }
  });

  test('has texts for people that are sentences and hold no internals', () => {
    for (const { text } of Object.values(ERROR_CODES)) expect(text).toMatch(/^[A-Z][^{}<>_]*[.?]$/);
  });
});
