import { parseDate, parseTime } from '../../../src/recipes/dates.js';

const NOON = Date.UTC(2026, 10, 27, 12);

describe('dates that people type', () => {
  test.each([
    ['2026-12-24', '2026-12-24'],
    ['24.12.2026', '2026-12-24'],
    ['1.2.2027', '2027-02-01'],
    ['today', '2026-11-27'],
    ['Tomorrow', '2026-11-28'],
    ['day after tomorrow', '2026-11-29'],
  ])('%s is %s', (text, day) => {
    expect(parseDate(text, { now: NOON })).toBe(day);
  });

  test.each(['12/24/2026', '2026-02-30', '31.4.2026', 'soon', '2026-1-1', ''])('%s is none', (text) => {
    expect(parseDate(text, { now: NOON })).toBeUndefined();
  });

  test('today is the day where the person is', () => {
    expect(parseDate('today', { now: NOON, timeZone: 'Pacific/Kiritimati' })).toBe('2026-11-28');
    expect(parseDate('today', { now: NOON, timeZone: 'No/Where' })).toBe('2026-11-27');
  });

  test.each([
    ['14:30', '14:30'],
    ['9:05', '09:05'],
    ['2:30 pm', '14:30'],
    ['12am', '00:00'],
    ['12 PM', '12:00'],
    ['14 Uhr', '14:00'],
    ['9:30 uhr', '09:30'],
  ])('%s is the time %s', (text, time) => {
    expect(parseTime(text)).toBe(time);
  });

  test.each(['25:00', '14', '13pm', '25 Uhr', '10:75', 'noon'])('%s is no time', (text) => {
    expect(parseTime(text)).toBeUndefined();
  });
});
