import { setTimeout as pause } from 'node:timers/promises';
import type { Actor } from '../../../playground/tour/actors.js';
import { type LoadBalancer, startLoadBalancer } from '../../support/load-balancer.js';
import { FaultStage } from './support/fault-stage.js';

const PEOPLE = ['rita', 'carl', 'max'] as const;
const PACE_MS = 200;
/** So that there is always something under way. */
const APP_DELAY_MS = 400;
/** After SIGTERM. */
const ENDS_WITHIN_MS = 25_000;

/** A bound for what hangs: three processes end and start, one after the other. */
jest.setTimeout(240_000);

describe('three replicas behind a load balancer that looks at their readiness', () => {
  let stage: FaultStage;
  let balancer: LoadBalancer;

  beforeAll(async () => {
    stage = await FaultStage.start({ store: 'redis', replicas: 3 });
    balancer = await startLoadBalancer(stage.replicas.map(({ url }) => url));
    stage.leadTo(balancer);
  });

  afterAll(async () => {
    await stage?.stop();
    await balancer?.stop();
  });

  test('are replaced one after the other under steady traffic: no request is refused, and every command is done exactly once', async () => {
    await stage.world.apps.crmControl.setApiFault({ delayMs: APP_DELAY_MS });
    const traffic = new Traffic(PEOPLE.map((id) => stage.actor(id)));
    const going = traffic.go();
    for (const replica of stage.replicas) {
      await stage.until('it to be busy', async () => (await replica.metric('jobs_running')) > 0);
      const askedAt = Date.now();
      await replica.stop('SIGTERM');
      expect(replica.exitCode).toBe(0);
      expect(Date.now() - askedAt).toBeLessThan(ENDS_WITHIN_MS);
      await replica.start();
      const before = balancer.count(replica.url);
      await stage.until('the new one to get requests', () => balancer.count(replica.url) > before);
    }
    traffic.end();
    const amounts = await going;

    await stage.until('all answers', () => amounts.every((amount) => answersTo(stage, amount) > 0));
    expect(balancer.failures).toEqual([]);
    const { requests } = stage.world.slack;
    // One that a busy machine answers late comes again, and still counts once.
    expect(requests.filter(({ failure }) => failure && failure !== 'http_timeout')).toEqual([]);
    expect(requests.length).toBeGreaterThanOrEqual(amounts.length);
    const { opportunities } = await stage.world.apps.crmControl.records();
    const done = amounts.map((amount) => opportunities.filter((deal) => deal.amount === amount).length);
    expect(done).toEqual(amounts.map(() => 1));
    expect(amounts.map((amount) => answersTo(stage, amount))).toEqual(amounts.map(() => 1));
    for (const replica of stage.replicas) expect(replica.log()).not.toMatch(/job\.interrupted|unhandled|uncaught/i);
  });
});

/** How many messages somebody sees that answer to the command with that amount. */
function answersTo(stage: FaultStage, amount: number): number {
  return PEOPLE.reduce((sum, id) => sum + stage.count(stage.actor(id), new RegExp(`deal of ${amount}$`)), 0);
}

/** Commands of people who take turns, each with an amount of its own, whose repetition the app would not recognise. */
class Traffic {
  readonly #people: readonly Actor[];
  #isOver = false;

  constructor(people: readonly Actor[]) {
    this.#people = people;
  }

  /** Resolves with the amounts of all commands once the last one has been taken. */
  async go(): Promise<readonly number[]> {
    const said: Promise<number>[] = [];
    for (let amount = 1_000; !this.#isOver; amount += 1) {
      const person = this.#people[amount % this.#people.length];
      if (person) said.push(person.say(`unkeyed deal amount: ${amount}`).then(() => amount));
      await pause(PACE_MS);
    }
    return Promise.all(said);
  }

  end(): void {
    this.#isOver = true;
  }
}
