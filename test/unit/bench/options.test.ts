import { PARTS } from '../../../bench/measurements.js';
import { readOptions } from '../../../bench/options.js';

describe('the options of the bench', () => {
  it('are start-up and commands, at length, when nothing is said', () => {
    expect(readOptions([])).toMatchObject({
      parts: ['startup', 'commands'],
      isQuick: false,
      rounds: 5,
      sizes: [1_000, 10_000, 100_000, 1_000_000],
      soakMinutes: 30,
      writesPages: false,
    });
  });

  it('name parts, which run in their own order', () => {
    expect(readOptions(['--only', 'soak,startup'])).toMatchObject({ parts: ['startup', 'soak'] });
    expect(readOptions(['--only', 'all'])).toMatchObject({ parts: PARTS });
    expect(readOptions(['--only', 'none', '--report'])).toMatchObject({ parts: [], writesPages: true });
    expect(readOptions(['--recipes'])).toMatchObject({ parts: ['recipes'] });
  });

  it('are small for a short run, unless they are said', () => {
    expect(readOptions(['--quick', '--minutes', '3'])).toMatchObject({ isQuick: true, rounds: 1, soakMinutes: 3 });
  });

  it('sort sizes', () => {
    expect(readOptions(['--sizes', '5000,1000'])).toMatchObject({ sizes: [1_000, 5_000] });
  });

  it.each([
    [['--only', 'soap'], 'soap'],
    [['--sizes', '1000,many'], 'many'],
    [['--minutes', '0'], '--minutes'],
    [['--store', 'paper'], 'paper'],
  ])('refuse %j and say why', (args, words) => {
    expect(() => readOptions(args)).toThrow(words);
  });
});
