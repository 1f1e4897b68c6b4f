import { randomBytes } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { createTeamsAdapter, type TeamsConfig } from '../../../adapters/teams/index.js';
import { toProfile } from '../../../adapters/teams/people.js';
import { popUpRoutes } from '../../../adapters/teams/pop-up.js';
import { quietly } from '../../../adapters/teams/quiet.js';
import { createHttpClient } from '../../../adapters/undici/index.js';
import { isBehalfError } from '../../../src/kernel/errors.js';
import type { ExpiringStore } from '../../../src/kernel/expiring-store.port.js';
import type { HttpRequest } from '../../../src/kernel/http.js';
import type { Logger } from '../../../src/kernel/logger.port.js';
import { noMetrics } from '../../../src/kernel/metrics.port.js';
import { Secret } from '../../../src/kernel/secret.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { createVault } from '../../../src/kernel/vault.js';

const nothing = (): void => {};
const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => silent };
const httpClient = createHttpClient({ allowPrivateHosts: 'all', clock: systemClock, logger: silent });
const vault = createVault([{ id: 'k1', key: new Secret(randomBytes(32)) }]);
/** Nothing in these tests is stored. */
const noStore: ExpiringStore = {
  put: unused,
  putAll: unused,
  add: unused,
  get: unused,
  take: unused,
  swap: unused,
  delete: unused,
  deleteOf: unused,
};
const TENANT = '11111111-2222-4333-8444-555555555555';

const config: TeamsConfig = {
  appId: '99999999-8888-4777-8666-555555555555',
  credential: { kind: 'secret', password: new Secret('a password') },
  tenantId: TENANT,
  cloud: 'public',
  publicUrl: 'https://behalf.example.com',
};

function create(change: Partial<TeamsConfig> = {}) {
  return createTeamsAdapter(
    { ...config, ...change },
    {
      clock: systemClock,
      logger: silent,
      metrics: noMetrics,
      httpClient,
      fileClient: httpClient,
      store: noStore,
      vault,
    },
  );
}

function unused(): never {
  throw new Error('the store was used');
}

afterAll(() => httpClient.close());

describe('the Teams adapter', () => {
  it.each<[string, Partial<TeamsConfig>]>([
    ['app id', { appId: ' ' }],
    ['tenant id', { tenantId: '' }],
    ['app password', { credential: { kind: 'secret', password: new Secret('') } }],
  ])('is not made without %s', (what, change) => {
    const failure = captured(() => create(change));
    if (!isBehalfError(failure, 'config.invalid')) throw new Error('it was made');
    expect(failure.message).toContain(what);
  });

  it('does not load botbuilder before it starts', async () => {
    jest.doMock('botbuilder/lib/cloudAdapter.js', () => {
      throw new Error('botbuilder is loaded');
    });
    const adapter = create();
    expect(adapter.routes.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /api/messages',
      'GET /assets/teams/teams-js.js',
      'GET /assets/teams/login-return.js',
    ]);
    await expect(adapter.start(async () => {})).rejects.toThrow('botbuilder is loaded');
  });
});

describe('who a person is', () => {
  const account = {
    name: 'Rita Rep',
    email: 'rita@acme.example',
    userPrincipalName: 'rita@acme.example',
    userRole: 'user',
  };

  it('is what the tenant says', () => {
    expect(toProfile(account, TENANT)).toEqual({
      name: 'Rita Rep',
      place: 'acme.example',
      confirmedEmail: 'rita@acme.example',
    });
  });

  it('is of the organisation that the sign-in name ends with, and of a tenant where there is none', () => {
    expect(toProfile({ ...account, userPrincipalName: undefined }, TENANT).place).toBe('acme.example');
    expect(toProfile({ name: 'Rita Rep' }, TENANT).place).toBe('11111111');
  });

  it('has the sign-in name for an address where there is no other', () => {
    expect(toProfile({ ...account, email: null }, TENANT).confirmedEmail).toBe('rita@acme.example');
  });

  it.each([
    ['by role', { userRole: 'guest' }],
    ['by sign-in name', { userPrincipalName: 'rita_home.example#EXT#@acme.onmicrosoft.com' }],
  ])('has no confirmed address when they are a guest %s', (_how, change) => {
    expect(toProfile({ ...account, ...change }, TENANT)).toEqual({
      name: 'Rita Rep',
      place: String({ ...account, ...change }.userPrincipalName.split('@').at(-1)),
    });
  });
});

describe('the console', () => {
  it('stays silent for the library and only for it', async () => {
    const printed: unknown[] = [];
    const { console: shared } = globalThis;
    const spy = jest.spyOn(shared, 'error').mockImplementation((...values) => void printed.push(...values));
    const library = async (): Promise<void> => {
      await Promise.resolve();
      shared.error('of the library');
    };
    await Promise.all([quietly(library), Promise.resolve().then(() => shared.error('of somebody else'))]);
    spy.mockRestore();
    expect(printed).toEqual(['of somebody else']);
  });
});

describe('the script of the pop-up', () => {
  async function run(page: Readonly<Record<string, unknown>>): Promise<void> {
    const request: HttpRequest = {
      method: 'GET',
      path: '',
      params: {},
      query: new URLSearchParams(),
      headers: {},
      body: Buffer.alloc(0),
      id: '1',
    };
    const response = await popUpRoutes()
      .find(({ path }) => path.endsWith('login-return.js'))
      ?.handle(request);
    runInNewContext(String(response?.body), page);
    await new Promise((resolve) => setImmediate(resolve));
  }

  function teams(initialize: () => Promise<void>) {
    const told: string[] = [];
    const microsoftTeams = {
      app: { initialize },
      authentication: { notifySuccess: (code: string) => void told.push(code) },
    };
    return { told, microsoftTeams };
  }

  it('hands the code of the page to the Teams client', async () => {
    const { microsoftTeams, told } = teams(async () => {});
    await run({ document: { body: { dataset: { loginCode: 'the-code' } } }, microsoftTeams });
    expect(told).toEqual(['the-code']);
  });

  it('is quiet outside Teams', async () => {
    const { microsoftTeams, told } = teams(async () => {
      throw new Error('no parent window');
    });
    await run({ document: { body: { dataset: { loginCode: 'the-code' } } }, microsoftTeams });
    await run({ document: { body: { dataset: {} } }, microsoftTeams: teams(async () => {}).microsoftTeams });
    await run({ document: { body: { dataset: { loginCode: 'the-code' } } } });
    expect(told).toEqual([]);
  });
});

function captured(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
