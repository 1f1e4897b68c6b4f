import type { PersonOwner } from '../../src/connections/connection.js';
import { type Connections, type ConnectionsDeps, createConnections } from '../../src/connections/connections.js';
import { KeepAlive, type KeepAliveDeps } from '../../src/connections/keep-alive.js';
import { KeepAliveSweep } from '../../src/connections/keep-alive-sweep.js';
import type { KeepAlivePolicy, ParentConnection } from '../../src/connections/parent-connection.js';
import type { AuditEvent } from '../../src/kernel/audit.port.js';
import { BehalfError } from '../../src/kernel/errors.js';
import { ANN, ANNS_ACCOUNT, BOB, type ConnectionKit, startConnectionKit } from '../support/connection-kit.js';
import { faultyStores } from '../support/faulty-stores.js';
import { oauthApp, oauthParent } from '../support/oauth-app.js';

const DAY = 86_400_000;
const POLICY: KeepAlivePolicy = { idleMs: 100 * DAY, maxUnusedMs: 365 * DAY };

let kit: ConnectionKit;
let counted: string[];
let running: KeepAlive[];

beforeEach(async () => {
  kit = await startConnectionKit({ keepAlive: POLICY });
  counted = [];
  running = [];
  rotate();
});

afterEach(async () => {
  await Promise.all(running.map((one) => one.stop()));
  await kit.stop();
});

/** Each login has a family of refresh tokens; a used one ends it. */
function rotate(delayMs = 0): void {
  const used = new Set<string>();
  kit.provider.script(({ path, form }) => {
    if (path === '/revoke') return { status: 200 };
    const given = form.get('refresh_token') ?? '';
    if (used.has(given)) return { status: 400, body: { error: 'invalid_grant' } };
    used.add(given);
    return { body: { access_token: `${given}'`, refresh_token: `${given}'`, expires_in: 3_600 }, delayMs };
  });
}

function parentWith(keepAlive: KeepAlivePolicy | undefined): ParentConnection {
  return oauthParent(oauthApp(kit.provider.url, keepAlive ? { keepAlive } : {}));
}

interface Process {
  readonly keepAlive: KeepAlive;
  readonly connections: Connections;
  readonly sweep: KeepAliveSweep;
}

type Change = Partial<
  Pick<KeepAliveDeps, 'list' | 'leases' | 'clock' | 'onEnded'> & Pick<ConnectionsDeps, 'store' | 'audit'>
>;

/** A process on the stores of the kit, as configured when it looks. */
function makeProcess(change: Change = {}, parents: () => readonly ParentConnection[] = () => [kit.parent]): Process {
  const find = (name: string) => parents().find((parent) => parent.name === name);
  const metrics = {
    ...kit.deps.metrics,
    count: (name: string, labels?: Readonly<Record<string, string>>) => {
      if (name === 'kept_alive') counted.push(labels?.['outcome'] ?? '');
    },
  };
  const deps = { ...kit.deps, metrics, ...change, parents: find };
  const connections = createConnections(deps);
  const list = change.list ?? kit.stores.keepAlive;
  const sweep = new KeepAliveSweep({
    store: deps.store,
    list,
    marks: kit.stores.expiring,
    plan: (owner, name, parent) => connections.idle.plan(owner, name, parent),
    parents,
  });
  const keepAlive = new KeepAlive({ ...deps, random: () => 0.5, list, idle: connections.idle, sweep, parents });
  running.push(keepAlive);
  return { keepAlive, connections, sweep };
}

/** Connects somebody now; their refresh token is their name. */
async function connect(owner: PersonOwner | 'shared' = ANN, { connections } = { connections: kit.connections }) {
  const tokens = kit.tokens('access', owner === 'shared' ? owner : owner.userId);
  await connections.activate(owner, 'crm', tokens, ANNS_ACCOUNT);
}

const people = (count: number): readonly PersonOwner[] =>
  Array.from({ length: count }, (_, n) => ({ ...ANN, userId: `U-${n}` }));

async function work({ keepAlive } = makeProcess()): Promise<number> {
  return kit.during(keepAlive.work());
}

const refreshed = () => kit.provider.callsOf('refresh_token').map(({ form }) => form.get('refresh_token'));

/** Lets the time run in steps until something is so; real calls take their real time meanwhile. */
async function runUntil(isSo: () => boolean | Promise<boolean>, stepMs = 1_000): Promise<void> {
  while (!(await isSo())) {
    await kit.clock.advance(stepMs);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

describe('a login that nobody uses', () => {
  it('is refreshed before its app would end it, and again before it would end it the next time', async () => {
    await connect();
    await kit.clock.jump(59 * DAY);
    expect(await work()).toBe(0);
    await kit.clock.jump(21 * DAY);
    expect(await work()).toBe(1);
    await kit.clock.jump(59 * DAY);
    expect(await work()).toBe(0);
    await kit.clock.jump(21 * DAY);
    expect(await work()).toBe(1);
    expect(refreshed()).toEqual(['U-ann', "U-ann'"]);
    expect(counted).toEqual(['refreshed', 'refreshed']);
    await expect(kit.connections.credentialFor(ANN, kit.parent)).resolves.toMatchObject({ kind: 'ready' });
  });

  it('may be the one that everybody shares', async () => {
    await connect('shared');
    await kit.clock.jump(80 * DAY);
    expect(await work()).toBe(1);
    expect(refreshed()).toEqual(['shared']);
  });

  it('is refreshed once, whatever number of processes look at the same time', async () => {
    rotate(50);
    const all = people(12);
    for (const owner of all) await connect(owner);
    await kit.clock.jump(80 * DAY);
    await kit.during(Promise.all([1, 2, 3].map(() => makeProcess().keepAlive.work())));
    expect([...refreshed()].sort()).toEqual(all.map(({ userId }) => userId).sort());
    expect(counted).toEqual(all.map(() => 'refreshed'));
  });

  it('is refreshed once where a command refreshes it at the same time', async () => {
    rotate(50);
    await connect();
    await kit.clock.jump(80 * DAY);
    const command = makeProcess().connections.credentialFor(ANN, kit.parent);
    const [answer] = await kit.during(Promise.all([command, makeProcess().keepAlive.work()]));
    expect(answer).toMatchObject({ kind: 'ready' });
    expect(refreshed()).toEqual(['U-ann']);
  });

  it('has its time moved by each refresh of a command', async () => {
    await connect();
    await kit.clock.jump(50 * DAY);
    await kit.connections.credentialFor(ANN, kit.parent);
    await kit.clock.jump(50 * DAY);
    expect(await work()).toBe(0);
    await kit.clock.jump(30 * DAY);
    expect(await work()).toBe(1);
    expect(refreshed()).toEqual(['U-ann', "U-ann'"]);
  });

  it('is left alone where nobody has switched that on, or where there is no refresh token', async () => {
    const off = makeProcess({}, () => [parentWith(undefined)]);
    await connect(ANN, off);
    await kit.connections.activate(BOB, 'crm', kit.tokens('only'), ANNS_ACCOUNT);
    await kit.clock.jump(100 * DAY);
    expect(await work()).toBe(0);
    expect(refreshed()).toEqual([]);
  });

  it('is left alone once that was switched off, and struck off the list', async () => {
    await connect();
    await kit.clock.jump(80 * DAY);
    expect(await work(makeProcess({}, () => [parentWith(undefined)]))).toBe(1);
    await kit.clock.jump(DAY);
    expect(await work()).toBe(0);
    expect(refreshed()).toEqual([]);
  });

  it('is left alone where its connection is not configured any more', async () => {
    await connect();
    await kit.clock.jump(80 * DAY);
    expect(await work(makeProcess({}, () => []))).toBe(1);
    expect(refreshed()).toEqual([]);
    await expect(kit.connections.get(ANN, 'crm')).resolves.toMatchObject({ status: 'connected' });
  });

  it('is kept for a time after its last use, and then not any more', async () => {
    await connect();
    await connect(BOB);
    await kit.clock.jump(360 * DAY);
    await kit.stores.connections.touch(BOB, 'crm', kit.clock.now());
    await kit.clock.jump(5 * DAY);
    expect(await work()).toBe(2);
    expect(refreshed()).toEqual(['U-bob']);
    expect([...counted].sort()).toEqual(['refreshed', 'unused']);
    await kit.clock.jump(30 * DAY);
    expect(await work()).toBe(0);
    await expect(kit.connections.get(ANN, 'crm')).resolves.toMatchObject({ status: 'connected' });
  });

  it('is not sent to another server than the one that it is of', async () => {
    await connect();
    await makeProcess().connections.activate(ANN, 'crm', kit.tokens('a', 'r'), ANNS_ACCOUNT, 'another client');
    await kit.clock.jump(80 * DAY);
    expect(await work()).toBe(1);
    expect(refreshed()).toEqual([]);
    await expect(kit.connections.get(ANN, 'crm')).resolves.toMatchObject({
      status: 'disconnected',
      reason: 'client_changed',
    });
  });

  it('is refreshed at its own time where the list is out of date', async () => {
    await connect();
    await kit.stores.keepAlive.schedule({ owner: ANN, name: 'crm', generation: 1 }, kit.clock.now());
    expect(await work()).toBe(1);
    expect(refreshed()).toEqual([]);
    await kit.clock.jump(59 * DAY);
    expect(await work()).toBe(0);
    await kit.clock.jump(21 * DAY);
    expect(await work()).toBe(1);
    expect(refreshed()).toEqual(['U-ann']);
  });

  it('is forgotten with its row, also by a process that knows nothing of the list', async () => {
    await connect();
    await kit.clock.jump(80 * DAY);
    const gone = { ...kit.stores.keepAlive, due: async () => [{ owner: BOB, name: 'crm' }] };
    expect(await work(makeProcess({ list: gone }))).toBe(1);
    await kit.connections.remove(ANN, 'crm');
    expect(await work()).toBe(0);
    expect(refreshed()).toEqual([]);
  });
});

describe('a login whose app says that it is over', () => {
  it('needs a new one, as after a refresh of a command; what shows it is told, and the audit log', async () => {
    const noted: AuditEvent[] = [];
    const ended: unknown[] = [];
    const audit = { note: (event: AuditEvent) => noted.push(event) };
    await connect();
    await kit.clock.jump(80 * DAY);
    kit.provider.script(() => ({ status: 400, body: { error: 'invalid_grant' } }));
    const process = makeProcess({ audit, onEnded: (owner) => ended.push(owner) });
    expect(await work(process)).toBe(1);
    await expect(kit.connections.credentialFor(ANN, kit.parent)).resolves.toEqual({
      kind: 'login_required',
      reason: 'login_ended',
      asked: ['api'],
    });
    expect(counted).toEqual(['login_ended']);
    expect(ended).toEqual([ANN]);
    expect(noted).toMatchObject([{ kind: 'connection', outcome: 'needs_login', by: 'service', code: 'login_ended' }]);
    await kit.clock.jump(80 * DAY);
    expect(await work(process)).toBe(0);
  });

  it('is not ended where somebody has logged in meanwhile', async () => {
    await connect();
    await kit.clock.jump(80 * DAY);
    kit.provider.script(async () => {
      await kit.connections.activate(ANN, 'crm', kit.tokens('fresh', 'fresh'), ANNS_ACCOUNT);
      return { status: 400, body: { error: 'invalid_grant' } };
    });
    expect(await work()).toBe(1);
    await expect(kit.connections.get(ANN, 'crm')).resolves.toMatchObject({ status: 'connected', generation: 2 });
  });
});

describe('a disconnect while a login is kept alive', () => {
  it.each(['disconnect', 'remove'] as const)('by %s wins: the new tokens are revoked', async (how) => {
    await connect();
    await kit.clock.jump(80 * DAY);
    kit.provider.script(async ({ path }) => {
      if (path === '/revoke') return { status: 200 };
      await kit.connections[how](ANN, 'crm');
      return { body: { access_token: 'late', refresh_token: 'late', expires_in: 3_600 } };
    });
    expect(await work()).toBe(1);
    const left = await kit.connections.get(ANN, 'crm');
    expect(left?.status).toBe(how === 'disconnect' ? 'disconnected' : undefined);
    expect(counted).toEqual([]);
    await kit.clock.jump(DAY);
    await kit.revoker.work();
    expect(kit.provider.callsOf('revoke').map(({ form }) => form.get('token'))).toContain('late');
    expect(await work()).toBe(0);
  });
});

describe('an app that does not answer', () => {
  it('is asked again later, with longer pauses, and the login is kept', async () => {
    await connect();
    await kit.clock.jump(80 * DAY);
    kit.provider.script(() => ({ status: 503 }));
    const process = makeProcess();
    const asked: number[] = [];
    const from = kit.clock.now();
    for (let hour = 0; hour < 48; hour += 1) {
      const before = refreshed().length;
      await work(process);
      if (refreshed().length > before) asked.push(Math.round((kit.clock.now() - from) / 3_600_000));
      await kit.clock.jump(3_600_000);
    }
    expect(asked.length).toBeGreaterThan(4);
    expect(asked.length).toBeLessThan(12);
    expect(new Set(counted)).toEqual(new Set(['failed']));
    rotate();
    await kit.clock.jump(DAY);
    expect(await work(process)).toBe(1);
    expect(counted.at(-1)).toBe('refreshed');
    await expect(kit.connections.get(ANN, 'crm')).resolves.toMatchObject({ status: 'connected' });
  });

  it('is not asked once for each person', async () => {
    for (const owner of people(10)) await connect(owner);
    await kit.clock.jump(80 * DAY);
    kit.provider.script(() => ({ status: 503 }));
    const process = makeProcess();
    expect(await work(process)).toBe(10);
    expect(refreshed()).toHaveLength(1);
    rotate();
    await kit.clock.jump(DAY);
    expect(await work(process)).toBe(10);
    expect(refreshed()).toHaveLength(11);
  });

  it('is left alone for as long as it asks', async () => {
    await connect();
    await kit.clock.jump(80 * DAY);
    kit.provider.script(() => ({ status: 429, headers: { 'retry-after': String(20 * 3_600) } }));
    const process = makeProcess();
    expect(await work(process)).toBe(1);
    await kit.clock.jump(19 * 3_600_000);
    expect(await work(process)).toBe(0);
  });

  it('does not keep others from being kept alive', async () => {
    const other = oauthParent(oauthApp(kit.provider.url, { connection: 'files', keepAlive: POLICY }));
    const process = makeProcess({}, () => [kit.parent, other]);
    await connect(ANN, process);
    await process.connections.activate(BOB, 'files', kit.tokens('access', 'U-bob'), ANNS_ACCOUNT);
    await kit.clock.jump(80 * DAY);
    kit.provider.script(({ form }) =>
      form.get('refresh_token') === 'U-ann' ? { status: 503 } : { body: { access_token: 'new', refresh_token: 'new' } },
    );
    expect(await work(process)).toBe(2);
    expect([...counted].sort()).toEqual(['failed', 'refreshed']);
  });
});

describe('logins from before it was switched on', () => {
  async function connectBefore(count: number): Promise<void> {
    const off = makeProcess({}, () => [parentWith(undefined)]);
    for (const owner of people(count)) await connect(owner, off);
  }

  async function sweep({ sweep: one } = makeProcess()): Promise<number> {
    let pages = 0;
    while (await one.step()) pages += 1;
    return pages;
  }

  it('are gone over page by page, once, and kept alive from then on', async () => {
    await connectBefore(150);
    expect(await sweep()).toBe(2);
    expect(await sweep()).toBe(0);
    await kit.clock.jump(59 * DAY);
    expect((await kit.stores.keepAlive.due(kit.clock.now(), 500, 1)).length).toBe(0);
    await kit.clock.jump(11 * DAY);
    const half = (await kit.stores.keepAlive.due(kit.clock.now(), 500, 20 * DAY)).length;
    expect(half).toBeGreaterThan(40);
    expect(half).toBeLessThan(110);
    await kit.clock.jump(10 * DAY);
    expect((await kit.stores.keepAlive.due(kit.clock.now(), 500, 1)).length).toBe(150 - half);
  });

  it('are gone over again from time to time, and when the setting is another', async () => {
    await connect();
    expect(await sweep()).toBe(1);
    expect(await sweep()).toBe(0);
    await kit.clock.jump(7 * DAY);
    expect(await sweep()).toBe(1);
    const shorter = makeProcess({}, () => [parentWith({ ...POLICY, idleMs: 10 * DAY })]);
    expect(await sweep(shorter)).toBe(1);
    await kit.clock.jump(DAY);
    expect(await work(shorter)).toBe(1);
    expect(refreshed()).toEqual(['U-ann']);
  });

  it('are not listed where they have ended, or where nobody has used them for too long', async () => {
    await connectBefore(2);
    await kit.connections.disconnect({ ...ANN, userId: 'U-0' }, 'crm');
    await kit.clock.jump(365 * DAY);
    expect(await sweep()).toBe(1);
    expect(await work()).toBe(0);
    await kit.stores.connections.touch({ ...ANN, userId: 'U-1' }, 'crm', kit.clock.now());
    await kit.clock.jump(7 * DAY);
    expect(await sweep()).toBe(1);
    expect(await work()).toBe(1);
    expect(refreshed()).toEqual(['U-1']);
  });

  it('are gone over by the process that does the work, while it does it', async () => {
    await connectBefore(3);
    await kit.clock.jump(80 * DAY);
    makeProcess().keepAlive.start();
    await runUntil(() => counted.length === 3);
    expect([...refreshed()].sort()).toEqual(['U-0', 'U-1', 'U-2']);
  });

  it('that cannot be read because the store is away come with the next try', async () => {
    await connectBefore(120);
    let isAway = true;
    const { keepAlive: list } = kit.stores;
    const process = makeProcess({
      list: {
        ...list,
        schedule: async (connection, dueAt) => {
          if (isAway) throw new BehalfError('store.unavailable', 'away');
          return list.schedule(connection, dueAt);
        },
      },
    });
    await expect(process.sweep.step()).rejects.toMatchObject({ code: 'store.unavailable' });
    isAway = false;
    expect(await sweep(process)).toBe(2);
    await kit.clock.jump(80 * DAY);
    expect((await kit.stores.keepAlive.due(kit.clock.now(), 500, 1)).length).toBe(120);
  });
});

describe('several processes', () => {
  /** Who asked for what is due, by process. */
  function watchedProcess(seen: string[], name: string, change: Change = {}): KeepAlive {
    const list = {
      ...kit.stores.keepAlive,
      due: async (...values: Parameters<KeepAliveDeps['list']['due']>) => {
        seen.push(name);
        return kit.stores.keepAlive.due(...values);
      },
    };
    return makeProcess({ list, ...change }).keepAlive;
  }

  it('have one that does the work, and another as soon as it stops', async () => {
    const seen: string[] = [];
    const first = watchedProcess(seen, 'first');
    const second = watchedProcess(seen, 'second');
    first.start();
    await runUntil(() => seen.length > 0);
    second.start();
    await runUntil(() => seen.length >= 5);
    expect(new Set(seen)).toEqual(new Set(['first']));
    await kit.during(first.stop());
    seen.length = 0;
    await runUntil(() => seen.length >= 2);
    expect(new Set(seen)).toEqual(new Set(['second']));
  });

  it('have another one when it dies, once its lease is over, and nothing is refreshed twice', async () => {
    rotate(5);
    const all = people(30);
    for (const owner of all) await connect(owner);
    await kit.clock.jump(80 * DAY);
    const seen: string[] = [];
    let isDead = false;
    const dying = watchedProcess(seen, 'dying', {
      // What is dead neither renews nor goes on.
      clock: {
        now: () => kit.clock.now(),
        sleep: (ms, signal) => (isDead ? new Promise(() => {}) : kit.clock.sleep(ms, signal)),
      },
    });
    running.splice(running.indexOf(dying), 1);
    dying.start();
    await runUntil(() => counted.length >= 3, 100);
    isDead = true;
    const diedAt = kit.clock.now();
    watchedProcess(seen, 'other').start();
    await runUntil(() => seen.includes('other'));
    expect(kit.clock.now() - diedAt).toBeLessThan(120_000);
    // What the dead one had taken shows itself again.
    await runUntil(() => counted.length >= 30, 5_000);
    expect([...refreshed()].sort()).toEqual(all.map(({ userId }) => userId).sort());
  });

  it('do nothing more once the lease is lost to another one', async () => {
    for (const owner of people(5)) await connect(owner);
    await kit.clock.jump(80 * DAY);
    const { leases } = kit.stores;
    let isFirst = true;
    const lost = {
      ...leases,
      async acquire(key: string, holder: string, ttlMs: number) {
        if (key !== 'keep-alive') return leases.acquire(key, holder, ttlMs);
        const isGiven = isFirst;
        isFirst = false;
        return isGiven;
      },
      renew: async (key: string, holder: string, ttlMs: number) =>
        key !== 'keep-alive' && (await leases.renew(key, holder, ttlMs)),
    };
    let answer = (): void => undefined;
    const isAnswered = new Promise<void>((resolve) => {
      answer = () => resolve();
    });
    kit.provider.script(async () => {
      await isAnswered;
      return { body: { access_token: 'new', refresh_token: 'new' } };
    });
    makeProcess({ leases: lost }).keepAlive.start();
    await runUntil(() => refreshed().length === 1, 100);
    await kit.clock.advance(21_000);
    answer();
    await runUntil(() => counted.length === 1);
    for (let turn = 0; turn < 10; turn += 1) await kit.clock.advance(60_000);
    expect(counted).toEqual(['refreshed']);
    expect(refreshed()).toHaveLength(1);
  });

  it('ask the store for nothing where no connection is to be kept alive', async () => {
    const { calls, stores } = faultyStores(kit.stores);
    const off = makeProcess({ list: stores.keepAlive, leases: stores.leases, store: stores.connections }, () => [
      parentWith(undefined),
    ]);
    off.keepAlive.start();
    for (let turn = 0; turn < 10; turn += 1) await kit.clock.advance(60_000);
    expect(calls).toEqual([]);
  });

  it('go on when the store is there again', async () => {
    await connect();
    await kit.clock.jump(80 * DAY);
    const { faults, stores } = faultyStores(kit.stores);
    faults.push({ at: 'keepAlive.due', kind: 'lost', times: 3 });
    makeProcess({ list: stores.keepAlive }).keepAlive.start();
    await runUntil(() => counted.length === 1);
    expect(refreshed()).toEqual(['U-ann']);
    expect(kit.logger.lines.filter(({ level }) => level === 'warn').length).toBeGreaterThanOrEqual(3);
  });

  it('ask an app at most twice in a second', async () => {
    for (const owner of people(10)) await connect(owner);
    await kit.clock.jump(80 * DAY);
    const at: number[] = [];
    kit.provider.script(() => {
      at.push(kit.clock.now());
      return { body: { access_token: 'new', refresh_token: 'new' } };
    });
    await work();
    expect(at).toHaveLength(10);
    expect((at.at(-1) ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(9 * 400);
  });
});
