import { takeSettingsFile } from '../../../src/cli/settings-file.js';

describe('--settings on a command line', () => {
  it.each([
    [['start', '--settings=.env'], { words: ['start'], file: '.env' }],
    [['--settings', 'a b.env', 'keys', 'list'], { words: ['keys', 'list'], file: 'a b.env' }],
    [['connect', 'crm', '--set', 'a=b'], { words: ['connect', 'crm', '--set', 'a=b'] }],
    [[], { words: [] }],
  ])('is taken out of %j', (words, taken) => {
    expect(takeSettingsFile(words)).toEqual(taken);
  });

  it.each([[['--settings']], [['start', '--settings=']]])('needs a file: %j', (words) => {
    expect(() => takeSettingsFile(words)).toThrow('--settings needs the name of a file');
  });
});
