import { endOf, momentOf } from '../../../src/cli/moment.js';

describe('a time on a command line', () => {
  it('is a day in UTC, to its end where it is an end', () => {
    const moment = momentOf('2026-11-27');
    expect(moment.at).toBe(Date.UTC(2026, 10, 27));
    expect(endOf(moment)).toBe(Date.UTC(2026, 10, 28));
  });

  it.each([
    ['2026-11-27T08:01:02Z', Date.UTC(2026, 10, 27, 8, 1, 2)],
    ['2026-11-27T08:01Z', Date.UTC(2026, 10, 27, 8, 1)],
    ['2026-11-27T00:30:00.250+01:00', Date.UTC(2026, 10, 26, 23, 30, 0, 250)],
  ])('is the moment %s, also as an end', (text, at) => {
    expect(momentOf(text).at).toBe(at);
    expect(endOf(momentOf(text))).toBe(at);
  });

  it.each([
    ...['2026-11-27 00:01', '2026-11-27T00:01', '2026-11-27T00:01:00', '2026-11-27t00:01:00Z', '2026-11-27T25:00:00Z'],
    ...['2026-02-30', '2026-02-30T00:00:00Z', '2026-13-01', '2026-11', '27.11.2026', 'yesterday', ''],
  ])('is none as "%s"', (text) => {
    expect(() => momentOf(text)).toThrow('Write a day in UTC as 2026-11-27');
  });
});
