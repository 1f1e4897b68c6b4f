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

  test('are replaced while people are asked, fill in forms and log in, and none of them has to begin anew', async () => {
    await stage.world.apps.crmControl.setApiFault({ delayMs: APP_DELAY_MS });
    const people = new Busy(stage);
    const going = [people.answer(stage.actor('carl', 'teams')), people.fillIn(stage.actor('max'))];
    going.push(people.logIn(stage.actor('rita', 'teams')));
    for (const replica of stage.replicas) {
      await replica.stop('SIGTERM');
      await replica.start();
    }
    people.end();
    const amounts = await Promise.all(going);

    for (const done of amounts) expect(done.length).toBeGreaterThan(2);
    expect(await Promise.all(amounts.flat().map((amount) => stage.deals(amount)))).toEqual(amounts.flat().map(() => 1));
    expect(balancer.failures).toEqual([]);
  });
});

/** People who are in the midst of something all the time, each with amounts of their own; what does not go well rejects. */
class Busy {
  readonly #stage: FaultStage;
  #amount = 500_000;
  #isOver = false;

  constructor(stage: FaultStage) {
    this.#stage = stage;
  }

  end(): void {
    this.#isOver = true;
  }

  answer(person: Actor): Promise<readonly number[]> {
    return this.#again(async (amount) => {
      await this.#stage.ask(person, 'unkeyed deal', /Which amount/);
      await person.say(String(amount));
      await this.#stage.reads(person, new RegExp(`Unkeyed deal of ${amount}$`));
    });
  }

  fillIn(person: Actor): Promise<readonly number[]> {
    return this.#again(async (amount) => {
      await person.command('unkeyed deal');
      expect(await person.fillIn({ amount: String(amount) })).toBe('');
      await this.#stage.reads(person, new RegExp(`Unkeyed deal of ${amount}$`));
    });
  }

  logIn(person: Actor): Promise<readonly number[]> {
    return this.#again(async (amount) => {
      const prompt = await this.#stage.ask(person, `own deal amount: ${amount}`, /Please connect to Acme CRM/);
      await this.#stage.logIn(person, prompt);
      await this.#stage.reads(person, new RegExp(`Own deal of ${amount}$`));
      const connections = await this.#stage.ask(person, 'personal_connections', /Acme CRM as .* Connected/);
      await person.choose(connections, /Acme CRM/);
      await person.press(connections, 'Disconnect');
    });
  }

  /** Until it is over; gives the amounts. */
  async #again(once: (amount: number) => Promise<void>): Promise<readonly number[]> {
    const amounts: number[] = [];
    while (!this.#isOver) {
      this.#amount += 1;
      const amount = this.#amount;
      await once(amount);
      amounts.push(amount);
    }
    return amounts;
  }
}

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
