import { KeepAlivePauses } from '../../../src/connections/keep-alive-pauses.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('the pauses of what could not be kept alive', () => {
  let pauses: KeepAlivePauses;
  beforeEach(() => {
    pauses = new KeepAlivePauses();
  });

  it('double for the connection, up to twelve hours', () => {
    const tries = Array.from({ length: 9 }, () => pauses.failed('crm', 'ann', { now: 0 }) / MINUTE);
    expect(tries).toEqual([10, 20, 40, 80, 160, 320, 640, 720, 720]);
  });

  it('double for its app, up to an hour, and hold only that one back', () => {
    const until = Array.from({ length: 8 }, () => {
      pauses.failed('crm', 'ann', { now: 0 });
      return (pauses.appPause('crm', 0) ?? 0) / MINUTE;
    });
    expect(until).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    expect(pauses.appPause('files', 0)).toBeUndefined();
    expect(pauses.appPause('crm', HOUR)).toBeUndefined();
  });

  it('are never shorter than what the app asks for', () => {
    expect(pauses.failed('crm', 'ann', { now: 5, retryAfterMs: 30 * HOUR })).toBe(5 + 30 * HOUR);
    expect(pauses.appPause('crm', 5)).toBe(5 + 30 * HOUR);
  });

  it('begin anew once the app has answered', () => {
    for (let failure = 0; failure < 5; failure += 1) pauses.failed('crm', 'ann', { now: 0 });
    pauses.answered('crm', 'ann');
    expect(pauses.appPause('crm', 0)).toBeUndefined();
    expect(pauses.failed('crm', 'ann', { now: 0 })).toBe(10 * MINUTE);
    expect(pauses.appPause('crm', 0)).toBe(MINUTE);
  });

  it('of others of the app stay as they are', () => {
    pauses.failed('crm', 'ann', { now: 0 });
    pauses.failed('crm', 'ann', { now: 0 });
    expect(pauses.failed('crm', 'bob', { now: 0 })).toBe(10 * MINUTE);
    pauses.answered('crm', 'bob');
    expect(pauses.failed('crm', 'ann', { now: 0 })).toBe(40 * MINUTE);
  });
});
