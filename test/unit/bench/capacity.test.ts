import fc from 'fast-check';
import type { Costs } from '../../../bench/capacity/costs.js';
import { auditBytesAt, cpuAt, DEFAULT_RETENTION, LIMITS, needOf, rateAt } from '../../../bench/capacity/model.js';
import { predictCpu, predictDay } from '../../../bench/capacity/predict.js';
import { countDay, planDay, seededRandom } from '../../../bench/capacity/traffic.js';
import { peakShare, USAGE } from '../../../bench/capacity/usage.js';

const act = { cpuMs: 1, redisOperations: 20, redisCpuMs: 0.1 };
const COSTS: Costs = {
  load: [
    { perSecond: 0, cpuMs: 10 },
    { perSecond: 100, cpuMs: 210 },
    { perSecond: 1_000, cpuMs: 1_000 },
  ],
  redisLoad: [
    { perSecond: 0, cpuMs: 0 },
    { perSecond: 1_000, cpuMs: 100 },
  ],
  acts: { finished: act, suspended: act, login: { ...act, cpuMs: 4 }, repeated: { ...act, cpuMs: 0.25 } },
  redisRoundTrips: 4,
  redisNetworkBytes: 5_000,
  outsideNetworkBytes: 3_000,
  connectionBytes: 2_400,
  jobBytes: 1_500,
  claimBytes: 120,
  auditBytes: { full: 100, alone: 500 },
  suspendedBytes: 4_000,
  loginBytes: 3_500,
};

describe('the CPU of a process', () => {
  it('goes along what was measured', () => {
    expect(cpuAt(COSTS.load, 0)).toBe(10);
    expect(cpuAt(COSTS.load, 50)).toBe(110);
    expect(cpuAt(COSTS.load, 550)).toBe(605);
  });

  it('goes on in proportion beyond it', () => {
    expect(cpuAt(COSTS.load, 1_900)).toBe(1_900);
  });

  it('tells the rate that it came from', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 5_000, noNaN: true }), (rate) => {
        expect(rateAt(COSTS.load, cpuAt(COSTS.load, rate))).toBeCloseTo(rate, 6);
      }),
    );
  });
});

describe('what people need', () => {
  const need = (users: number, retention = DEFAULT_RETENTION) => needOf(users, USAGE, retention, COSTS);

  it('adds up what is kept', () => {
    const { memory } = need(1_000, { historyDays: 2, auditDays: 3 });

    expect(memory.connections).toBeCloseTo(1_000 * 0.8 * 2 * 2_400);
    expect(memory.history).toBe(8_000 * 2 * 1_500);
    // At a fraction of a command a second, hardly any two are in one page.
    expect(memory.audit / (8_000 * 3)).toBeGreaterThan(420);
    expect(memory.audit / (8_000 * 3)).toBeLessThan(500);
    expect(memory.claims).toBe(8_000 * 120);
    expect(memory.total).toBeCloseTo(
      (memory.connections + memory.history + memory.audit + memory.claims + memory.waiting) * LIMITS.redisHeadroom,
    );
  });

  it('keeps less of a command in the audit log, the more of them come in a second', () => {
    expect(auditBytesAt(0, COSTS)).toBe(500);
    expect(auditBytesAt(1, COSTS)).toBe(300);
    expect(auditBytesAt(1_000_000, COSTS)).toBeCloseTo(100, 2);
    const each = (users: number): number => need(users).memory.audit / users;
    expect(each(100_000)).toBeLessThan(each(10_000));
    expect(each(10_000)).toBeLessThan(each(1_000));
  });

  it('is planned for the busiest five minutes, with one process to spare', () => {
    const { peakPerSecond, replicas } = need(1_000_000);

    expect(peakPerSecond).toBeCloseTo((8_000_000 * peakShare(USAGE)) / 300);
    const each = rateAt(COSTS.load, LIMITS.serviceCore * 1_000);
    expect(replicas - 1).toBeGreaterThanOrEqual(Math.floor(peakPerSecond / each));
    expect(replicas - 1).toBeLessThanOrEqual(Math.ceil((peakPerSecond / each) * 1.2));
  });

  it('is one Redis for few, and a Cluster where one has no room or no time', () => {
    expect(need(1_000).layout).toEqual({ kind: 'one' });
    expect(need(1_000_000, { historyDays: 30, auditDays: 1 }).layout).toMatchObject({ kind: 'cluster' });
    const { layout, memory } = need(10_000_000, { historyDays: 1, auditDays: 0 });
    expect(layout).toEqual({ kind: 'cluster', masters: Math.ceil(memory.total / LIMITS.redisBytes) });
  });

  it('says when the audit log has no room on one server', () => {
    expect(need(10_000_000).layout).toMatchObject({ kind: 'impossible' });
  });

  it('never shrinks when people join', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000_000 }), fc.integer({ min: 0, max: 5_000_000 }), (users, more) => {
        const [before, after] = [need(users), need(users + more)];
        expect(after.replicas).toBeGreaterThanOrEqual(before.replicas);
        expect(after.memory.total).toBeGreaterThanOrEqual(before.memory.total);
        expect(after.redisCores).toBeGreaterThanOrEqual(before.redisCores);
      }),
    );
  });
});

describe('a simulated day', () => {
  const plan = planDay({ users: 500, recipes: 20, usage: USAGE }, seededRandom(7));
  const slots = countDay(plan);
  const total = (kind: 'finished' | 'suspended' | 'login' | 'repeated'): number =>
    slots.reduce((sum, slot) => sum + slot[kind], 0);

  it('is the same with the same chance, and another with another', () => {
    const again = planDay({ users: 500, recipes: 20, usage: USAGE }, seededRandom(7));
    const other = planDay({ users: 500, recipes: 20, usage: USAGE }, seededRandom(8));

    expect(again).toEqual(plan);
    expect(other).not.toEqual(plan);
  });

  it('has as many commands as people type, in the order of time', () => {
    expect(total('finished') + total('suspended')).toBe(500 * USAGE.commandsPerUserPerDay);
    expect(plan.events.every(({ at }, index) => at >= (plan.events[index - 1]?.at ?? 0))).toBe(true);
    expect(plan.events.at(-1)?.at).toBeLessThan(86_400);
  });

  it('follows the curve of an office day, with its bursts', () => {
    const commands = slots.map(({ finished, suspended }) => finished + suspended);
    const hour = (at: number): number => commands.slice(at * 12, at * 12 + 12).reduce((sum, count) => sum + count, 0);

    expect(hour(10)).toBeGreaterThan(hour(12));
    expect(hour(12)).toBeGreaterThan(hour(3) * 5);
    expect(commands[13 * 12]).toBeGreaterThan((hour(13) / 13) * 1.3);
  });

  it('is made by few people who ask much and many who ask seldom', () => {
    const asked = new Map<number, number>();
    for (const event of plan.events) {
      if (event.kind === 'command') asked.set(event.user, (asked.get(event.user) ?? 0) + 1);
    }
    const counts = [...asked.values()].sort((left, right) => right - left);
    const busiest = counts.slice(0, 50).reduce((sum, count) => sum + count, 0);

    expect(busiest / 4_000).toBeGreaterThan(0.3);
  });

  it('has the wanted shares of waiting commands, logins and repeated deliveries', () => {
    expect(total('suspended') / 4_000).toBeGreaterThan(USAGE.waitingShare * 0.6);
    expect(total('suspended') / 4_000).toBeLessThan(USAGE.waitingShare * 1.6);
    expect(total('repeated') / 4_000).toBeCloseTo(USAGE.repeatedShare, 2);
    expect(total('login')).toBeGreaterThan(0);
    expect(total('login')).toBeLessThanOrEqual(plan.users - plan.connected);
  });

  it('lets people who have logged in wait no more', () => {
    const login = plan.events.find(({ kind }) => kind === 'login');
    const before = plan.events.filter(
      (event) => event.kind === 'command' && event.user === login?.user && event.at < login.at,
    );

    expect(before.length).toBeGreaterThan(0);
    expect(login?.user).toBeGreaterThanOrEqual(plan.connected);
  });

  it('costs what its events cost', () => {
    const replay = { replicas: 2, slotSeconds: 1 };
    const day = predictDay(slots, replay, COSTS);

    expect(day.redisOperations).toBeCloseTo(20 * (4_000 + total('login') + total('repeated')));
    const audit = slots.reduce((sum, { finished }) => sum + finished * auditBytesAt(finished / 2, COSTS), 0);
    expect(day.redisBytes).toBeCloseTo(
      total('finished') * 1_620 + audit + total('suspended') * 4_000 + total('login') * 3_500,
    );
    expect(day.serviceCpuMs).toBeCloseTo(predictCpu(slots, replay, COSTS).reduce((sum, cpu) => sum + cpu, 0));
    // Two idle processes for 288 seconds, and at this rate about 2 ms for each of some 4 000 commands.
    expect(day.serviceCpuMs).toBeGreaterThan(2 * 288 * 10 + 4_000 * 1.8);
    expect(day.serviceCpuMs).toBeLessThan(2 * 288 * 10 + 4_000 * 2.4);
  });
});
