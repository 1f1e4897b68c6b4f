import { createConnections } from '../../src/connections/connections.js';
import { sha256 } from '../../src/kernel/ids.js';
import { createVault } from '../../src/kernel/vault.js';
import { ANN, BOB, vaultKey } from '../support/connection-kit.js';
import { Browser, type LoginKit, startLoginKit } from '../support/login-kit.js';

let kit: LoginKit;

beforeEach(async () => {
  kit = await startLoginKit();
});

afterEach(() => kit.stop());

const exchanges = () => kit.provider.callsOf('authorization_code').length;

async function expectNothingConnected(): Promise<void> {
  expect(kit.connected).toEqual([]);
  await expect(kit.connections.list(ANN)).resolves.toEqual([]);
  await expect(kit.connections.list(BOB)).resolves.toEqual([]);
}

async function proofFor(token: string, browser: Browser): Promise<string> {
  const outcome = await kit.walk(token, browser);
  if (outcome.kind !== 'proof_needed') throw new Error(`No proof is needed: ${outcome.kind}`);
  return outcome.code;
}

describe('Bob makes a login link and sends it to Ann', () => {
  it('whose whole login ends at a code that does not connect Bob', async () => {
    const ann = new Browser('ann');
    const code = await proofFor(await kit.link(BOB), ann);
    await expectNothingConnected();
    await expect(kit.logins.prove(ANN, code)).resolves.toEqual({
      kind: 'wrong_person',
      connection: 'crm',
      title: 'Acme CRM',
    });
    await expect(kit.revokedTokens()).resolves.toEqual(['refresh-ann-1', 'access-ann-1']);
    await expectNothingConnected();
  });

  it('and her code burns the whole login; Bob is told that somebody else answered', async () => {
    const token = await kit.link(BOB, { continuation: 'job-1' });
    const code = await proofFor(token, new Browser('ann'));
    await kit.logins.prove(ANN, code);
    await expect(kit.logins.prove(BOB, code)).resolves.toMatchObject({ kind: 'unknown' });
    await expect(kit.logins.view(token)).resolves.toEqual({ kind: 'unknown' });
    expect(kit.failed).toMatchObject([{ owner: BOB, continuation: 'job-1', reason: 'wrong_person' }]);
  });

  it('in a pop-up: no token of hers ever exists', async () => {
    const code = await proofFor(await kit.link(BOB, { popUp: true }), new Browser('ann'));
    await expect(kit.logins.prove(ANN, code)).resolves.toMatchObject({ kind: 'wrong_person' });
    expect(exchanges()).toBe(0);
    await expectNothingConnected();
  });
});

describe('Bob goes through our page himself and sends Ann the URL of the provider', () => {
  it('where her browser comes back without his cookie: nothing is exchanged', async () => {
    const url = await kit.begin(await kit.link(BOB), new Browser('bob'));
    const ann = new Browser('ann');
    await expect(kit.arrive(kit.consent(url, ann), ann)).resolves.toEqual({ kind: 'wrong_browser' });
    expect(exchanges()).toBe(0);
    await expectNothingConnected();
  });

  it('where her browser has a cookie of a login of her own: nothing is exchanged', async () => {
    const url = await kit.begin(await kit.link(BOB), new Browser('bob'));
    const ann = new Browser('ann');
    await kit.begin(await kit.link(ANN), ann);
    await expect(kit.arrive(kit.consent(url, ann), ann)).resolves.toEqual({ kind: 'wrong_browser' });
    expect(exchanges()).toBe(0);
  });

  it('and cannot use the state himself afterwards', async () => {
    const bob = new Browser('bob');
    const url = await kit.begin(await kit.link(BOB), bob);
    const ann = new Browser('ann');
    const query = kit.consent(url, ann);
    await kit.arrive(query, ann);
    await expect(kit.arrive(query, bob)).resolves.toEqual({ kind: 'expired' });
    await expectNothingConnected();
  });

  it('even where the identity check is switched off', async () => {
    const logins = kit.loginsWith({ policy: { identityCheck: 'off-insecure' } });
    const url = await kit.begin(await kit.link(BOB), new Browser('bob'), logins);
    const ann = new Browser('ann');
    await expect(kit.arrive(kit.consent(url, ann), ann, logins)).resolves.toEqual({ kind: 'wrong_browser' });
  });
});

describe('somebody plays with the redirect', () => {
  it('by repeating it: the state works once, at the same time too', async () => {
    const ann = new Browser('ann');
    const query = kit.consent(await kit.begin(await kit.link(ANN), ann), ann);
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => kit.arrive(query, ann)));
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['connected', 'expired', 'expired', 'expired']);
    expect(exchanges()).toBe(1);
  });

  it('by sending it to the redirect URI of another connection', async () => {
    const ann = new Browser('ann');
    const query = kit.consent(await kit.begin(await kit.link(ANN), ann), ann);
    const answer = { connection: 'evil', query, cookie: ann.cookie ?? '' };
    await expect(kit.logins.complete(answer)).resolves.toEqual({ kind: 'wrong_connection' });
    await expect(kit.arrive(query, ann)).resolves.toEqual({ kind: 'expired' });
    expect(exchanges()).toBe(0);
  });

  it('by guessing, leaving out or doubling the state', async () => {
    const ann = new Browser('ann');
    const url = await kit.begin(await kit.link(ANN), ann);
    const state = url.searchParams.get('state') ?? '';
    for (const query of [`state=${'A'.repeat(43)}&code=code-ann`, 'code=code-ann', `state=${state}&state=x&code=c`]) {
      await expect(kit.arrive(new URLSearchParams(query), ann)).resolves.toEqual({ kind: 'expired' });
    }
    expect(exchanges()).toBe(0);
  });

  it('by answering in the name of another issuer', async () => {
    await kit.stop();
    kit = await startLoginKit({ issuer: 'https://crm.example' });
    const ann = new Browser('ann');
    for (const [iss, kind] of [
      ['https://evil.example', 'wrong_connection'],
      ['https://crm.example/', 'wrong_connection'],
      ['https://crm.example', 'connected'],
    ] as const) {
      const query = kit.consent(await kit.begin(await kit.link(ANN), ann), ann);
      query.set('iss', iss);
      await expect(kit.arrive(query, ann)).resolves.toMatchObject({ kind });
    }
    expect(exchanges()).toBe(1);
  });

  it('by leaving out an issuer that the server always names', async () => {
    await kit.stop();
    kit = await startLoginKit({ issuer: 'https://crm.example', issuerRequired: true });
    const ann = new Browser('ann');
    await expect(kit.walk(await kit.link(ANN), ann)).resolves.toEqual({ kind: 'wrong_connection' });
    expect(exchanges()).toBe(0);
  });

  it('by giving the victim’s browser an error in the attacker’s name', async () => {
    const token = await kit.link(ANN);
    const url = await kit.begin(token, new Browser('ann'));
    const state = url.searchParams.get('state') ?? '';
    const query = new URLSearchParams({ error: 'access_denied', state });
    await expect(kit.arrive(query, new Browser('bob'))).resolves.toEqual({ kind: 'wrong_browser' });
    await expect(kit.logins.view(token)).resolves.toMatchObject({ kind: 'open' });
  });
});

describe('Bob guesses codes', () => {
  beforeEach(() => kit.profiles.clear());

  it('five times; then not even the right one is looked up for ten minutes', async () => {
    const code = await proofFor(await kit.link(BOB), new Browser('bob'));
    for (let left = 4; left >= 0; left -= 1) {
      await expect(kit.logins.prove(BOB, `0000-000${left}`)).resolves.toEqual({ kind: 'unknown', triesLeft: left });
    }
    await expect(kit.logins.prove(BOB, code)).resolves.toEqual({ kind: 'too_many_tries' });
    await kit.clock.advance(10 * 60_000);
    await expect(kit.logins.prove(BOB, '0000-0000')).resolves.toMatchObject({ kind: 'unknown' });
  });

  it('with a right one among them, which was his own: he may try afresh after it', async () => {
    for (let count = 0; count < 4; count += 1) await kit.logins.prove(BOB, `0000-000${count}`);
    const code = await proofFor(await kit.link(BOB), new Browser('bob'));
    await expect(kit.logins.prove(BOB, code)).resolves.toMatchObject({ kind: 'connected' });
    await expect(kit.logins.prove(BOB, '0000-0000')).resolves.toEqual({ kind: 'unknown', triesLeft: 4 });
  });

  it('many at the same time: five at most are looked up', async () => {
    const guesses = Array.from({ length: 12 }, (_, index) => kit.logins.prove(BOB, `1111-11${10 + index}`));
    const kinds = (await Promise.all(guesses)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'unknown')).toHaveLength(5);
  });

  it('without using up the tries of Ann', async () => {
    const code = await proofFor(await kit.link(ANN), new Browser('ann'));
    for (let count = 0; count < 6; count += 1) await kit.logins.prove(BOB, `0000-000${count}`);
    await expect(kit.logins.prove(ANN, code)).resolves.toMatchObject({ kind: 'connected' });
  });
});

describe('Bob can write the store', () => {
  it('but the link that he copies to the place of his own does not open', async () => {
    const [anns, bobs] = [await kit.link(ANN), await kit.link(BOB)];
    const { expiring } = kit.stores;
    const sealed = await expiring.get({ kind: 'login', id: sha256(anns) });
    await expiring.put({ kind: 'login', id: sha256(bobs) }, sealed ?? '', 60_000);
    await expect(kit.logins.view(bobs)).rejects.toMatchObject({ code: 'store.corrupt' });
  });

  it('but a record of another kind does not open in its place', async () => {
    const ann = new Browser('ann');
    const token = await kit.link(ANN);
    const url = await kit.begin(token, ann);
    const { expiring } = kit.stores;
    const sealed = await expiring.get({ kind: 'login', id: sha256(token) });
    await expiring.put({ kind: 'login-state', id: sha256(url.searchParams.get('state') ?? '') }, sealed ?? '', 60_000);
    await expect(kit.arrive(kit.consent(url, ann), ann)).rejects.toMatchObject({ code: 'store.corrupt' });
  });

  it('but Ann’s connection in his place does not open, whatever the key', async () => {
    await kit.walk(await kit.link(ANN), new Browser('ann'));
    const row = await kit.stores.connections.get(ANN, 'crm');
    if (row === undefined) throw new Error('no row');
    await kit.stores.connections.write({ ...row, owner: BOB });
    await expect(kit.connections.credentialFor(BOB, kit.parent)).rejects.toMatchObject({ code: 'store.corrupt' });
    const own = createConnections({ ...kit.deps, vault: createVault([vaultKey('k1')]) });
    await expect(own.credentialFor(BOB, kit.parent)).rejects.toMatchObject({ code: 'store.corrupt' });
  });
});

it('no log line of any of it holds a token, a code, a state or a cookie', async () => {
  kit.profiles.clear();
  const ann = new Browser('ann');
  const token = await kit.link(ANN);
  const url = await kit.begin(token, ann);
  const outcome = await kit.arrive(kit.consent(url, ann), ann);
  if (outcome.kind !== 'proof_needed') throw new Error(outcome.kind);
  await kit.logins.prove(BOB, outcome.code);
  await kit.arrive(kit.consent(url, ann), ann);
  await kit.revokedTokens();
  const log = kit.logger.dump();
  expect(kit.logger.lines.length).toBeGreaterThan(3);
  const secrets = [
    token,
    url.searchParams.get('state') ?? '',
    ann.cookie ?? '',
    outcome.code,
    'code-ann',
    'access-ann',
    'refresh-ann',
    'client-secret-canary',
    'ann@acme.example',
  ];
  for (const secret of secrets) expect(log).not.toContain(secret);
});
