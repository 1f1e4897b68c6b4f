import { Turns } from '../../../src/jobs/turns.js';
import { settled } from '../../support/at-rest.js';
import { gate } from '../../support/service-kit.js';

describe('turns', () => {
  test('of one key come one after the other, also after a failure, and give what the work gives', async () => {
    const turns = new Turns();
    const [first, second] = [gate(), gate()];
    const order: string[] = [];
    const one = turns.take('a', async () => {
      await first.opened;
      order.push('one');
      throw new Error('one fails');
    });
    const two = turns.take('a', async () => {
      order.push('two');
      await second.opened;
      return 2;
    });
    await settled();
    expect(order).toEqual([]);
    first.open();
    await expect(one).rejects.toThrow('one fails');
    second.open();
    expect(await two).toBe(2);
    expect(order).toEqual(['one', 'two']);
  });

  test('of different keys do not wait for each other', async () => {
    const turns = new Turns();
    const never = turns.take('a', () => new Promise(() => {}));
    expect(await Promise.race([never, turns.take('b', async () => 'b')])).toBe('b');
  });
});
