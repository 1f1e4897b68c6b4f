import { formatResults, type Measurement, type PartName, parseResults, Results } from '../../../bench/measurements.js';
import { median, medianRatio, quantile } from '../../../bench/statistics.js';

function run(part: PartName, startedAt: string, isQuick = false) {
  return { kind: 'part', part, startedAt, seconds: 1, machine: 'a machine', isQuick } as const;
}

function measured(part: PartName, name: string, value: number, at: Measurement['at'] = {}): Measurement {
  return { kind: 'measurement', part, name, value, at };
}

const january = new Results(
  [run('startup', '2026-01-01'), run('memory', '2026-01-01')],
  [measured('startup', 'startUp', 300, { program: 'a', round: 1 }), measured('memory', 'heap', 5)],
);

describe('results', () => {
  it('are the same after they were kept', () => {
    expect(parseResults(formatResults(january))).toEqual(january);
  });

  it('keep of each part the later run', () => {
    const later = new Results(
      [run('startup', '2026-02-02')],
      [measured('startup', 'startUp', 250, { program: 'a', round: 1 })],
    );

    const known = january.with(later);

    expect(known.values('startup', 'startUp')).toEqual([250]);
    expect(known.values('memory', 'heap')).toEqual([5]);
    expect(known.run('startup')?.startedAt).toBe('2026-02-02');
  });

  it('are found by some of their labels', () => {
    const results = new Results(
      [],
      [
        measured('startup', 'startUp', 1, { program: 'a', round: 1 }),
        measured('startup', 'startUp', 2, { program: 'b', round: 1 }),
      ],
    );

    expect(results.values('startup', 'startUp', { round: 1 })).toEqual([1, 2]);
    expect(results.value('startup', 'startUp', { program: 'b' })).toBe(2);
    expect(results.value('startup', 'startUp', { program: 'c' })).toBeUndefined();
  });

  it('tell short runs from others', () => {
    const results = new Results(
      [run('startup', '2026-01-01', true), run('memory', '2026-01-01')],
      [measured('startup', 'startUp', 300), measured('memory', 'heap', 5)],
    );

    expect(results.short(true).measurements.map(({ part }) => part)).toEqual(['startup']);
    expect(results.short(false).measurements.map(({ part }) => part)).toEqual(['memory']);
  });

  it('name the line that cannot be read', () => {
    expect(() => parseResults(`${formatResults(january)}{"kind":"measurement"}\n`)).toThrow('Line 5');
  });
});

describe('statistics', () => {
  it('find the value below which a share lies', () => {
    expect(quantile([5, 1, 4, 2, 3], 0.5)).toBe(3);
    expect(quantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.99)).toBe(10);
    expect(median([])).toBeNaN();
  });

  it('compare pair by pair', () => {
    // The second pair was measured while the machine was busy: both took twice as long.
    expect(medianRatio([10, 22, 11], [10, 20, 10])).toBe(1.1);
  });
});
