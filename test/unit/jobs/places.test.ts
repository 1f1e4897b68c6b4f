import { Places } from '../../../src/jobs/places.js';

describe('places', () => {
  test('are as many as there are', () => {
    const places = new Places(2);
    expect([places.take(), places.take(), places.take()]).toEqual([true, true, false]);
    places.leave();
    expect([places.take(), places.take()]).toEqual([true, false]);
  });

  test('go to who has waited longest, before anybody who comes along', async () => {
    const places = new Places(1);
    await places.wait();
    const order: string[] = [];
    const first = places.wait().then(() => order.push('first'));
    const second = places.wait().then(() => order.push('second'));
    places.leave();
    expect(places.take()).toBe(false);
    await first;
    places.leave();
    await second;
    expect(order).toEqual(['first', 'second']);
  });

  test('are not given any more once they are closed', async () => {
    const places = new Places(1);
    expect(places.take()).toBe(true);
    const waiting = places.wait();
    places.close();
    await expect(waiting).rejects.toMatchObject({ code: 'job.lost' });
    places.leave();
    expect(places.take()).toBe(false);
    await expect(places.wait()).rejects.toMatchObject({ code: 'job.lost' });
  });
});
