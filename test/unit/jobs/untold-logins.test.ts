import { UntoldLogins } from '../../../src/jobs/untold-logins.js';
import { ANN } from '../../support/service-kit.js';

describe('logins that are passed on to waiting jobs', () => {
  test('are passed on again when that failed, up to a bound', async () => {
    let isAway = true;
    const told: string[] = [];
    const logins = new UntoldLogins<string>(async ({ connected }) => {
      if (isAway) throw new Error('away');
      told.push(connected);
    }, 2);
    for (const connected of ['one', 'two', 'three'])
      await expect(logins.tell({ user: ANN, connected })).rejects.toThrow('away');
    isAway = false;
    await logins.tell({ user: ANN, connected: 'four' });
    await logins.tellAgain();
    await logins.tellAgain();
    expect(told).toEqual(['four', 'one', 'two']);
  });
});
