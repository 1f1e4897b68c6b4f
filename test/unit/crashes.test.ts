import { crashText } from '../../src/cli/crashes.js';
import { BehalfError } from '../../src/kernel/errors.js';

describe('what is said of an error that ends the process', () => {
  test('is the message of one of ours', () => {
    expect(crashText(new BehalfError('config.invalid', 'PORT is no number'))).toBe('PORT is no number');
  });

  test('is name, code and places of any other, nothing of its message and its fields', () => {
    const error = Object.assign(new TypeError('canary\n    at canary'), { code: 'ERR_X', url: 'canary' });
    expect(crashText(error)).toMatch(/^TypeError \(ERR_X\)\n {4}at .*crashes\.test\.ts/u);
    expect(crashText(error)).not.toContain('canary');
  });

  test.each(['canary', undefined, null, 5, { canary: 'canary' }])(
    'is what kind of thing it is where it is no error (%j)',
    (thrown) => {
      expect(crashText(thrown)).toMatch(/^[a-z]+$/u);
      expect(crashText(thrown)).not.toContain('canary');
    },
  );
});
