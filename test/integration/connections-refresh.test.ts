import { AuditLog } from '../../src/audit/audit-log.js';
import { connectionKey } from '../../src/connections/connection-records.js';
import type { ConnectionStore } from '../../src/connections/connection-store.port.js';
import { type Connections, createConnections } from '../../src/connections/connections.js';
import type { CredentialAnswer } from '../../src/connections/credential-finder.js';
import { BehalfError } from '../../src/kernel/errors.js';
import { joinKey } from '../../src/kernel/ids.js';
import type { MetricCounter } from '../../src/kernel/metrics.port.js';
import { createVault } from '../../src/kernel/vault.js';
import { rotateKeys } from '../../src/rotate-keys.js';
import { ANN, ANNS_ACCOUNT, type ConnectionKit, startConnectionKit, vaultKey } from '../support/connection-kit.js';
import type { TokenCall } from '../support/token-server.js';

const HOUR = 3_600_000;

let kit: ConnectionKit;
let issued: number;

beforeEach(async () => {
  kit = await startConnectionKit();
  issued = 0;
  rotate();
});

afterEach(() => kit.stop());

/** Gives a new pair for the refresh token that was issued last; any other is reuse, and reuse kills the grant. */
function rotate(options: { readonly expiresIn?: number; readonly delayMs?: number } = {}): void {
  let current = 'refresh-0';
  kit.provider.script(({ path, form }) => {
    if (path === '/revoke') return { status: 200 };
    if (form.get('refresh_token') !== current) {
      current = 'dead';
      return { status: 400, body: { error: 'invalid_grant' } };
    }
    issued += 1;
    current = `refresh-${issued}`;
    const body = { access_token: `access-${issued}`, refresh_token: current, token_type: 'Bearer' };
    return { body: { ...body, expires_in: options.expiresIn ?? 3600 }, delayMs: options.delayMs ?? 0 };
  });
}

async function connect(expiresInMs = HOUR): Promise<void> {
  await kit.connections.activate(ANN, 'crm', kit.tokens('access-0', 'refresh-0', expiresInMs), ANNS_ACCOUNT);
}

function ask(connections: Connections = kit.connections, refusedGeneration?: number): Promise<CredentialAnswer> {
  return connections.credentialFor(ANN, kit.parent, refusedGeneration === undefined ? {} : { refusedGeneration });
}

async function tokenOf(answer: Promise<CredentialAnswer>): Promise<string> {
  const given = await answer;
  return given.kind === 'ready' && given.credential.kind === 'bearer' ? given.credential.token.reveal() : given.kind;
}

const refreshes = () => kit.provider.callsOf('refresh_token').length;

async function revokedTokens(): Promise<readonly (string | null)[]> {
  await kit.revoker.work();
  return kit.provider.callsOf('revoke').map(({ form }) => form.get('token'));
}

/** Another process on the same store. */
function otherProcess(store: ConnectionStore = kit.stores.connections): Connections {
  return createConnections({ ...kit.deps, store });
}

/** A promise that a test lets go on. */
function gate() {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open: () => open() };
}

describe('a token that is due', () => {
  it('is refreshed before its end, once, and stored with the rotated refresh token', async () => {
    await connect();
    await kit.clock.advance(HOUR - 6 * 60_000);
    await expect(tokenOf(ask())).resolves.toBe('access-0');
    await kit.clock.advance(2 * 60_000);
    await expect(tokenOf(ask())).resolves.toBe('access-1');
    await expect(tokenOf(ask(otherProcess()))).resolves.toBe('access-1');
    expect(refreshes()).toBe(1);
    await kit.clock.advance(HOUR);
    await expect(tokenOf(ask())).resolves.toBe('access-2');
  });

  it('is refreshed once for many askers of one process', async () => {
    rotate({ delayMs: 50 });
    await connect();
    await kit.clock.advance(HOUR);
    const answers = await Promise.all(Array.from({ length: 20 }, () => tokenOf(ask())));
    expect(new Set(answers)).toEqual(new Set(['access-1']));
    expect(refreshes()).toBe(1);
  });

  it('is refreshed once for many processes', async () => {
    rotate({ delayMs: 50 });
    await connect();
    await kit.clock.advance(HOUR);
    const processes = Array.from({ length: 5 }, () => otherProcess());
    const asked = processes.flatMap((connections) => [tokenOf(ask(connections)), tokenOf(ask(connections))]);
    expect(new Set(await kit.during(Promise.all(asked)))).toEqual(new Set(['access-1']));
    expect(refreshes()).toBe(1);
  });

  it('is not refreshed by a process that read it before another one refreshed it', async () => {
    await connect();
    await kit.clock.advance(HOUR);
    const { leases } = kit.stores;
    const late = createConnections({
      ...kit.deps,
      leases: {
        ...leases,
        acquire: async (key, holder, ttlMs) => {
          await ask();
          return leases.acquire(key, holder, ttlMs);
        },
      },
    });
    await expect(tokenOf(ask(late))).resolves.toBe('access-1');
    expect(refreshes()).toBe(1);
  });

  it('is not refreshed by a process that has lost its lease', async () => {
    await connect();
    await kit.clock.advance(HOUR);
    const { connections: store, leases } = kit.stores;
    let reads = 0;
    const paused = createConnections({
      ...kit.deps,
      leases: { ...leases, renew: async () => false },
      store: {
        ...store,
        get: async (owner, name) => {
          reads += 1;
          // The second read comes after the lease: here the process stands still for longer than it lasts.
          if (reads === 2) await kit.clock.advance(30_000);
          return store.get(owner, name);
        },
      },
    });
    await expect(ask(paused)).rejects.toMatchObject({ code: 'oauth.transient' });
    expect(refreshes()).toBe(0);
  });

  it('is used to its end where there is no refresh token, and asks for a login then', async () => {
    await kit.connections.activate(ANN, 'crm', kit.tokens('only'), ANNS_ACCOUNT);
    await kit.clock.advance(HOUR - 1);
    await expect(tokenOf(ask())).resolves.toBe('only');
    await kit.clock.advance(1);
    await expect(ask()).resolves.toEqual({ kind: 'login_required', reason: 'login_over', asked: ['api'] });
    expect(refreshes()).toBe(0);
  });

  it('holds its lease as long as the provider takes', async () => {
    const reached = gate();
    const answered = gate();
    await connect();
    await kit.clock.advance(HOUR);
    kit.provider.script(async () => {
      reached.open();
      await answered.passed;
      return { body: { access_token: 'late', token_type: 'Bearer' } };
    });
    const slow = tokenOf(ask());
    await reached.passed;
    for (let step = 0; step < 12; step += 1) {
      await kit.clock.advance(5_000);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const waiting = kit.during(tokenOf(ask(otherProcess())));
    answered.open();
    await expect(slow).resolves.toBe('late');
    await expect(waiting).resolves.toBe('late');
    expect(refreshes()).toBe(1);
  });
});

describe('a process that refreshes and is killed', () => {
  const LEASE_MS = 20_000;
  const key = joinKey('refresh', connectionKey(ANN, 'crm'));

  it('while another waits leaves the refresh to that one, when its lease is over', async () => {
    await connect();
    await kit.clock.advance(HOUR);
    const now = kit.clock.now();
    // It has renewed its lease when the other one had waited for ten seconds.
    await kit.stores.leases.acquire(key, 'killed', 10_000 + LEASE_MS);
    await expect(kit.during(tokenOf(ask()))).resolves.toBe('access-1');
    expect(kit.clock.now() - now).toBeGreaterThanOrEqual(10_000 + LEASE_MS);
    expect(refreshes()).toBe(1);
  });

  it('does not hold up those whose token still does', async () => {
    await connect();
    await kit.clock.advance(HOUR - 60_000);
    await kit.stores.leases.acquire(key, 'killed', LEASE_MS);
    const now = kit.clock.now();
    await expect(kit.during(tokenOf(ask()))).resolves.toBe('access-0');
    expect(kit.clock.now() - now).toBeLessThan(LEASE_MS);
    expect(refreshes()).toBe(0);
  });

  it('and many after it end in a word that it cannot be done now, not in waiting for ever', async () => {
    await connect();
    await kit.clock.advance(HOUR);
    const leases = { ...kit.stores.leases, acquire: async () => false };
    const waiting = kit.during(ask(createConnections({ ...kit.deps, leases })));
    await expect(waiting).rejects.toMatchObject({ code: 'oauth.transient' });
    expect(refreshes()).toBe(0);
  });
});

describe('a token that the app refused', () => {
  it('is replaced by force, though its time has not come', async () => {
    await connect();
    await expect(tokenOf(ask(kit.connections, 1))).resolves.toBe('access-1');
  });

  it('is not refreshed again when a newer one is there', async () => {
    await connect();
    await tokenOf(ask(kit.connections, 1));
    await expect(tokenOf(ask(otherProcess(), 1))).resolves.toBe('access-1');
    expect(refreshes()).toBe(1);
  });

  it('is not given out again when the refresh fails', async () => {
    await connect();
    kit.provider.script(() => ({ status: 500 }));
    await expect(ask(kit.connections, 1)).rejects.toMatchObject({
      code: 'oauth.transient',
      userText: 'Acme CRM cannot be reached right now. Please try again later.',
    });
    await expect(tokenOf(ask())).resolves.toBe('access-0');
  });

  it('leads to a login where there is no refresh token', async () => {
    await kit.connections.activate(ANN, 'crm', kit.tokens('only'), ANNS_ACCOUNT);
    await expect(ask(kit.connections, 1)).resolves.toMatchObject({ kind: 'login_required' });
  });
});

describe('a refresh that fails', () => {
  it.each([
    ['an error page', { status: 500, body: '<html>' }],
    ['too many requests', { status: 429 }],
    ['a lost connection', { hangUp: true }],
  ])('for %s keeps the connection and goes on with the old token while it lives', async (_name, answer) => {
    await connect();
    await kit.clock.advance(HOUR - 60_000);
    kit.provider.script(() => answer);
    await expect(tokenOf(ask())).resolves.toBe('access-0');
    await expect(tokenOf(ask())).resolves.toBe('access-0');
    expect(refreshes()).toBe(1);
    await kit.clock.advance(60_000);
    await expect(ask()).rejects.toMatchObject({ code: 'oauth.transient' });
    rotate();
    await kit.clock.advance(60_000);
    await expect(tokenOf(ask())).resolves.toBe('access-1');
  });

  it('is not repeated before the provider allows it', async () => {
    await connect();
    await kit.clock.advance(HOUR);
    kit.provider.script(() => ({ status: 429, headers: { 'retry-after': '40' } }));
    await expect(ask()).rejects.toMatchObject({ code: 'oauth.transient', retryAfterMs: 40_000 });
    await kit.clock.advance(39_000);
    await expect(ask()).rejects.toMatchObject({ code: 'oauth.transient' });
    expect(refreshes()).toBe(1);
    rotate();
    await kit.clock.advance(1_000);
    await expect(tokenOf(ask())).resolves.toBe('access-1');
  });

  it("for the operator's mistake keeps the connection and names the app", async () => {
    await connect();
    await kit.clock.advance(HOUR);
    kit.provider.script(() => ({ status: 401, body: { error: 'invalid_client' } }));
    await expect(ask()).rejects.toMatchObject({
      code: 'oauth.operator',
      userText: 'Acme CRM refuses my credentials. Your administrator must fix the connection.',
    });
    await expect(kit.connections.get(ANN, 'crm')).resolves.toMatchObject({ status: 'connected' });
  });

  it('because the grant is dead asks for a login and keeps the account', async () => {
    await connect();
    await kit.clock.advance(HOUR);
    kit.provider.script(() => ({ status: 400, body: { error: 'invalid_grant' } }));
    await expect(ask()).resolves.toEqual({
      kind: 'login_required',
      reason: 'login_ended',
      asked: ['api'],
    });
    await expect(ask()).resolves.toMatchObject({ kind: 'login_required' });
    expect(refreshes()).toBe(1);
    await expect(kit.connections.get(ANN, 'crm')).resolves.toMatchObject({
      status: 'needs_login',
      account: ANNS_ACCOUNT,
    });
  });
});

describe('somebody who writes while a refresh is under way', () => {
  /** Runs `act` between the provider's answer and its arrival. */
  async function during(act: (call: TokenCall) => Promise<unknown>, answer?: object): Promise<CredentialAnswer> {
    await connect();
    await kit.clock.advance(HOUR);
    kit.provider.script(async (call) => {
      if (call.path === '/revoke') return { status: 200 };
      await act(call);
      if (answer) return { status: 400, body: answer };
      return { body: { access_token: 'loser', refresh_token: 'loser-refresh', token_type: 'Bearer' } };
    });
    return ask();
  }

  it('by disconnecting wins: the new tokens are revoked', async () => {
    const answer = await during(() => kit.connections.disconnect(ANN, 'crm'));
    expect(answer).toEqual({ kind: 'login_required', asked: ['api'] });
    await expect(kit.connections.get(ANN, 'crm')).resolves.toMatchObject({ status: 'disconnected' });
    expect(new Set(await revokedTokens())).toEqual(new Set(['refresh-0', 'access-0', 'loser-refresh', 'loser']));
  });

  it('by deleting wins: the row stays away', async () => {
    const answer = await during(() => kit.connections.remove(ANN, 'crm'));
    expect(answer).toEqual({ kind: 'login_required' });
    await expect(kit.connections.list(ANN)).resolves.toEqual([]);
    expect(await revokedTokens()).toContain('loser-refresh');
  });

  it('by logging in again wins', async () => {
    const answer = await during(() =>
      kit.connections.activate(ANN, 'crm', kit.tokens('fresh', 'fresh-refresh'), ANNS_ACCOUNT),
    );
    await expect(tokenOf(Promise.resolve(answer))).resolves.toBe('fresh');
    const revoked = await revokedTokens();
    expect(revoked).toContain('loser-refresh');
    expect(revoked).not.toContain('fresh-refresh');
  });

  it('by logging in again is not undone by the old grant being dead', async () => {
    const answer = await during(
      () => kit.connections.activate(ANN, 'crm', kit.tokens('fresh', 'fresh-refresh'), ANNS_ACCOUNT),
      { error: 'invalid_grant' },
    );
    await expect(tokenOf(Promise.resolve(answer))).resolves.toBe('fresh');
  });

  it('by changing the encryption key does not lose the rotated tokens', async () => {
    const [oldKey, newKey] = [vaultKey('k1'), vaultKey('k2')];
    const old = createConnections({ ...kit.deps, vault: createVault([oldKey]) });
    const vault = createVault([newKey, oldKey]);
    const both = createConnections({ ...kit.deps, vault });
    const { stores } = kit;
    const audit = new AuditLog({ store: stores.audit, vault });
    await old.activate(ANN, 'crm', kit.tokens('access-0', 'refresh-0', 1_000), ANNS_ACCOUNT);
    await kit.clock.advance(1_000);
    kit.provider.script(async () => {
      await rotateKeys({ rows: stores.sealedRows, leases: stores.leases, audit, vault, clock: kit.clock });
      return { body: { access_token: 'rotated', refresh_token: 'refresh-1', token_type: 'Bearer', expires_in: 60 } };
    });
    await expect(tokenOf(ask(both))).resolves.toBe('rotated');
    await expect(tokenOf(ask(both))).resolves.toBe('rotated');
  });

  it('by deleting and logging in anew is not overwritten by the old refresh', async () => {
    let relogin: Promise<unknown> = Promise.resolve();
    await during(async () => {
      await kit.connections.remove(ANN, 'crm');
      relogin = kit.connections.activate(ANN, 'crm', kit.tokens('fresh', 'fresh-refresh'), ANNS_ACCOUNT);
    });
    await kit.during(relogin);
    await expect(tokenOf(ask())).resolves.toBe('fresh');
    expect(await revokedTokens()).toContain('loser-refresh');
  });
});

describe('a store that is away when the new tokens come', () => {
  function failing(fails: () => boolean): ConnectionStore {
    const { connections } = kit.stores;
    return {
      ...connections,
      write: async (row) => {
        if (fails()) throw new BehalfError('store.unavailable', 'away');
        return connections.write(row);
      },
    };
  }

  /** A process that cannot write, nor prolong its lease, until the store comes back. */
  function withStoreAway() {
    let isAway = true;
    const connections = createConnections({
      ...kit.deps,
      store: failing(() => isAway),
      leases: { ...kit.stores.leases, renew: async () => !isAway },
    });
    const comeBack = (): void => {
      isAway = false;
    };
    return { connections, comeBack };
  }

  it('is tried again, so that no rotated token is lost', async () => {
    await connect();
    await kit.clock.advance(HOUR);
    let failures = 3;
    const connections = otherProcess(failing(() => failures-- > 0));
    await expect(kit.during(tokenOf(ask(connections)))).resolves.toBe('access-1');
    await expect(tokenOf(ask())).resolves.toBe('access-1');
    expect(refreshes()).toBe(1);
  });

  it('does not confuse a write that was done with one that was not', async () => {
    await connect();
    await kit.clock.advance(HOUR);
    const { connections: store } = kit.stores;
    let isFirst = true;
    const connections = otherProcess({
      ...store,
      write: async (row) => {
        const isWritten = await store.write(row);
        if (isFirst) {
          isFirst = false;
          throw new BehalfError('store.unavailable', 'written, but the answer was lost');
        }
        return isWritten;
      },
    });
    await expect(kit.during(tokenOf(ask(connections)))).resolves.toBe('access-1');
    await expect(revokedTokens()).resolves.toEqual([]);
  });

  it('for longer than the lease finds the tokens in memory when it is back', async () => {
    await connect();
    await kit.clock.advance(HOUR);
    const { connections, comeBack } = withStoreAway();
    await expect(kit.during(tokenOf(ask(connections)))).resolves.toBe('access-1');
    comeBack();
    await expect(kit.during(tokenOf(ask(connections)))).resolves.toBe('access-1');
    await expect(tokenOf(ask(otherProcess()))).resolves.toBe('access-1');
    expect(refreshes()).toBe(1);
  });

  it('for longer than the lease has them when it is back, though nobody asks this process again', async () => {
    await connect();
    await kit.clock.advance(HOUR);
    const { connections, comeBack } = withStoreAway();
    await expect(kit.during(tokenOf(ask(connections)))).resolves.toBe('access-1');
    comeBack();
    await kit.clock.advance(2_000);
    await expect(tokenOf(ask(otherProcess()))).resolves.toBe('access-1');
    expect(refreshes()).toBe(1);
    await expect(revokedTokens()).resolves.toEqual([]);
  });

  it('while another process refreshed the same login ends nothing of what that one brought', async () => {
    await connect();
    await kit.clock.advance(HOUR);
    const { connections, comeBack } = withStoreAway();
    await expect(kit.during(tokenOf(ask(connections)))).resolves.toBe('access-1');
    // Its provider allows it: a used refresh token counts for those who have not heard of its successor.
    kit.provider.script(() => ({ body: { access_token: 'other', refresh_token: 'refresh-x', token_type: 'Bearer' } }));
    await expect(kit.during(tokenOf(ask(otherProcess())))).resolves.toBe('other');
    comeBack();
    await kit.clock.advance(2_000);
    await expect(tokenOf(ask(connections))).resolves.toBe('other');
    await expect(revokedTokens()).resolves.toEqual([]);
  });
});

describe('a store that loses the last write in a failover', () => {
  /** Says that it has written, and has not. */
  function losing(loses: () => boolean): ConnectionStore {
    const { connections } = kit.stores;
    return { ...connections, write: async (row) => loses() || connections.write(row) };
  }

  it('gets the tokens again from the process that has brought them, and the used refresh token stays unused', async () => {
    await connect();
    await kit.clock.advance(HOUR);
    let isLosing = true;
    const connections = otherProcess(losing(() => isLosing));
    await expect(tokenOf(ask(connections))).resolves.toBe('access-1');
    isLosing = false;
    await expect(tokenOf(ask(connections))).resolves.toBe('access-1');
    await expect(tokenOf(ask(otherProcess()))).resolves.toBe('access-1');
    expect(refreshes()).toBe(1);
  });

  it('gets them from a process that has read them before, as well', async () => {
    await connect();
    await kit.clock.advance(HOUR);
    const { connections: store } = kit.stores;
    const before = await store.get(ANN, 'crm');
    await expect(tokenOf(ask())).resolves.toBe('access-1');
    // The app refuses what was read; meanwhile the store is as it was before.
    let reads = 0;
    const reader = otherProcess({
      ...store,
      async get(owner, name) {
        reads += 1;
        return reads === 2 ? before : store.get(owner, name);
      },
      write: async () => true,
    });
    await expect(tokenOf(ask(reader, 2))).resolves.toBe('access-1');
    expect(refreshes()).toBe(1);
  });

  it('leads to a login where nobody has them any more and the provider takes a used refresh token for theft', async () => {
    await connect();
    await kit.clock.advance(HOUR);
    await expect(tokenOf(ask(otherProcess(losing(() => true))))).resolves.toBe('access-1');
    await expect(ask()).resolves.toEqual({ kind: 'login_required', reason: 'login_ended', asked: ['api'] });
    await expect(kit.connections.get(ANN, 'crm')).resolves.toMatchObject({ account: ANNS_ACCOUNT });
  });
});

describe('the count of refreshes', () => {
  it('tells how each ended', async () => {
    const outcomes: string[] = [];
    const metrics = {
      ...kit.deps.metrics,
      count: (name: MetricCounter, labels: Readonly<Record<string, string>> = {}) => {
        if (name === 'token_refreshes') outcomes.push(`${labels['connection']} ${labels['outcome']}`);
      },
    };
    const connections = createConnections({ ...kit.deps, metrics });
    await connect();
    await kit.clock.advance(HOUR);
    await Promise.all([ask(connections), ask(connections)]);
    for (const answer of [
      { status: 503 },
      { status: 200, body: '<h1>Maintenance</h1>' },
      { status: 401, body: { error: 'invalid_client' } },
      { status: 400, body: { error: 'invalid_grant' } },
    ]) {
      kit.provider.script(() => answer);
      await ask(connections, 2).catch(() => undefined);
      await kit.clock.advance(10 * 60_000);
    }
    const others = ['crm coalesced', 'crm ok', 'crm transient', 'crm protocol', 'crm operator', 'crm invalid_grant'];
    expect(outcomes).toEqual(others);
  });
});

it('writes no token into the log, whatever happens', async () => {
  await kit.connections.activate(ANN, 'crm', kit.tokens('canary-a', 'canary-r', 1_000), ANNS_ACCOUNT);
  for (const answer of [
    { status: 500, body: 'canary' },
    { status: 401, body: { error: 'canary' } },
    { status: 400, body: { error: 'invalid_grant', error_description: 'canary' } },
  ]) {
    kit.provider.script(() => answer);
    await kit.clock.advance(600_000);
    await ask().catch(() => undefined);
  }
  expect(kit.logger.lines.length).toBeGreaterThan(2);
  expect(kit.logger.dump()).not.toContain('canary');
});
