import { BehalfError } from '../../src/kernel/errors.js';
import { ANN, BOB } from '../support/connection-kit.js';
import { Browser, type LoginKit, startLoginKit } from '../support/login-kit.js';
import { inWords } from '../support/wordings.js';

const MINUTE = 60_000;

let kit: LoginKit;
let browser: Browser;

beforeEach(async () => {
  kit = await startLoginKit();
  browser = new Browser('ann');
});

afterEach(() => kit.stop());

const exchanges = () => kit.provider.callsOf('authorization_code').length;

/** The chat user's e-mail address is another than the account's: the code has to be pasted. */
function differ(): void {
  kit.profiles.set(ANN.userId, { name: 'ann', place: 'Acme', confirmedEmail: 'ann@chat.example' });
}

async function codeOf(token: string, by = browser): Promise<string> {
  const outcome = await kit.walk(token, by);
  if (outcome.kind !== 'proof_needed') throw new Error(`No proof is needed: ${outcome.kind}`);
  return outcome.code;
}

describe('a login link', () => {
  it('shows who connects what, as often as it is opened', async () => {
    const token = await kit.link(ANN);
    const view = {
      kind: 'open',
      login: { owner: ANN, connection: 'crm', title: 'Acme CRM', popUp: false },
      holder: { name: 'ann', place: 'Acme' },
      scopes: ['api'],
    };
    await expect(kit.logins.view(token)).resolves.toEqual(view);
    await expect(kit.logins.view(token)).resolves.toEqual(view);
  });

  it('has a token of 256 bits that the store does not know', async () => {
    const token = await kit.link(ANN);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    await expect(kit.stores.expiring.get({ kind: 'login', id: token })).resolves.toBeUndefined();
  });

  it('is unknown in the same way whether it never was, was used, or is too old', async () => {
    const used = await kit.link(ANN);
    await kit.walk(used, browser);
    const old = await kit.link(ANN);
    await kit.clock.advance(30 * MINUTE);
    for (const token of ['never-was', used, old]) {
      await expect(kit.logins.view(token)).resolves.toEqual({ kind: 'unknown' });
      await expect(kit.logins.begin(token)).resolves.toEqual({ kind: 'unknown' });
    }
  });

  it('gives way to the sixth of the same person and connection', async () => {
    const tokens: string[] = [];
    for (let count = 0; count < 6; count += 1) tokens.push(await kit.link(ANN));
    tokens.push(await kit.link(BOB));
    const kinds = await Promise.all(tokens.map(async (token) => (await kit.logins.view(token)).kind));
    expect(kinds).toEqual(['unknown', 'open', 'open', 'open', 'open', 'open', 'open']);
  });

  it('dies with what it was to continue', async () => {
    const token = await kit.link(ANN, { continuation: 'job-1' });
    const other = await kit.link(ANN, { continuation: 'job-2' });
    const url = await kit.begin(token, browser);
    await kit.logins.cancelFor('job-1');
    await expect(kit.logins.view(token)).resolves.toEqual({ kind: 'unknown' });
    await expect(kit.arrive(kit.consent(url, browser), browser)).resolves.toEqual({ kind: 'expired' });
    expect(exchanges()).toBe(0);
    await expect(kit.logins.view(other)).resolves.toMatchObject({ kind: 'open' });
  });

  it('asks for the scopes that it was made for', async () => {
    const token = await kit.link(ANN, { scopes: ['api', 'files'] });
    expect((await kit.begin(token, browser)).searchParams.get('scope')).toBe('api files');
  });
});

describe('a login whose e-mail addresses agree', () => {
  it('connects at once and tells once what goes on', async () => {
    const token = await kit.link(ANN, { continuation: 'job-1' });
    const login = { owner: ANN, connection: 'crm', title: 'Acme CRM', popUp: false };
    const account = kit.accounts.get('ann');
    await expect(kit.walk(token, browser)).resolves.toEqual({ kind: 'connected', login, account });
    expect(kit.connected).toEqual([{ ...login, account, continuation: 'job-1', context: { conversation: 'D1' } }]);
    await expect(kit.connections.get(ANN, 'crm')).resolves.toMatchObject({ status: 'connected', account });
    await expect(kit.revokedTokens()).resolves.toEqual([]);
  });

  it('sends a fresh PKCE pair and state each time', async () => {
    const token = await kit.link(ANN);
    const urls = [await kit.begin(token, browser), await kit.begin(token, browser)];
    for (const name of ['state', 'code_challenge']) {
      expect(new Set(urls.map((url) => url.searchParams.get(name))).size).toBe(2);
    }
    await kit.arrive(kit.consent(urls[1] ?? new URL('about:blank'), browser), browser);
    const verifier = kit.provider.callsOf('authorization_code')[0]?.form.get('code_verifier');
    expect(verifier).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  it('happens once, however many ways were open', async () => {
    const token = await kit.link(ANN);
    const urls = [await kit.begin(token, browser), await kit.begin(token, browser), await kit.begin(token, browser)];
    const outcomes = await Promise.all(urls.map((url) => kit.arrive(kit.consent(url, browser), browser)));
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['connected', 'expired', 'expired']);
    expect(kit.connected).toHaveLength(1);
    expect(await kit.revokedTokens()).toHaveLength(4);
  });

  it('tells when another account came than before', async () => {
    await kit.walk(await kit.link(ANN), browser);
    kit.accounts.set('ann', { id: 'id-other', label: 'other', confirmedEmail: 'ann@acme.example' });
    const outcome = await kit.walk(await kit.link(ANN), browser);
    expect(outcome).toMatchObject({ kind: 'connected', replacedAccount: { id: 'id-ann' } });
    expect(kit.connected[1]).toMatchObject({ replacedAccount: { id: 'id-ann' } });
  });

  it('may end after the time of its link, when it began in time', async () => {
    const token = await kit.link(ANN);
    await kit.clock.advance(29 * MINUTE);
    const url = await kit.begin(token, browser);
    await kit.clock.advance(9 * MINUTE);
    await expect(kit.arrive(kit.consent(url, browser), browser)).resolves.toMatchObject({ kind: 'connected' });
  });

  it('does not come back after ten minutes at the provider', async () => {
    const url = await kit.begin(await kit.link(ANN), browser);
    await kit.clock.advance(10 * MINUTE);
    await expect(kit.arrive(kit.consent(url, browser), browser)).resolves.toEqual({ kind: 'expired' });
    expect(exchanges()).toBe(0);
  });

  it('can run beside another one in the same browser', async () => {
    const [first, second] = [await kit.link(ANN), await kit.link(ANN)];
    const urls = [await kit.begin(first, browser), await kit.begin(second, browser)];
    for (const url of urls) {
      await expect(kit.arrive(kit.consent(url, browser), browser)).resolves.toMatchObject({ kind: 'connected' });
    }
  });

  it('is connected though what goes on fails, and says so in the log', async () => {
    const logins = kit.loginsWith({ onConnected: () => Promise.reject(new BehalfError('internal', 'no job')) });
    await expect(kit.walk(await kit.link(ANN), browser, logins)).resolves.toMatchObject({ kind: 'connected' });
    expect(kit.logger.lines.map(({ message }) => message)).toContain('a login could not be passed on');
  });
});

describe('a login that the provider ends', () => {
  const answer = (error: string, url: URL) =>
    new URLSearchParams({ error, error_description: '<b>evil words</b>', state: url.searchParams.get('state') ?? '' });

  it('because the person denied leaves the link as it was', async () => {
    const token = await kit.link(ANN);
    const url = await kit.begin(token, browser);
    const query = answer('access_denied', url);
    await expect(kit.arrive(query, browser)).resolves.toMatchObject({ kind: 'denied' });
    await expect(kit.arrive(query, browser)).resolves.toEqual({ kind: 'expired' });
    await expect(kit.walk(token, browser)).resolves.toMatchObject({ kind: 'connected' });
  });

  it.each([
    ['temporarily_unavailable', 'Acme CRM has a problem right now. Please try again in a few minutes.'],
    ['invalid_scope', 'Acme CRM refuses my request. Your administrator must fix the connection.'],
    [
      '<script>',
      'Acme CRM did not complete the login. Please try again, and tell your administrator if it keeps happening.',
    ],
  ])('with %s is told in our words', async (error, text) => {
    const url = await kit.begin(await kit.link(ANN), browser);
    const outcome = await kit.arrive(answer(error, url), browser);
    expect(inWords(outcome)).toMatchObject({ kind: 'provider_error', text });
    expect(kit.logger.dump()).not.toMatch(/evil|script/);
  });

  it.each([
    ['an error page', { status: 500, body: '<html>' }, 'cannot be reached right now'],
    ['a dead code', { status: 400, body: { error: 'invalid_grant' } }, 'took too long'],
    ['a refused client', { status: 401, body: { error: 'invalid_client' } }, 'refuses my credentials'],
    ['nonsense', { body: 'hello' }, 'do not understand'],
  ])('at the exchange with %s is told in our words, and the link works again', async (_name, wrong, words) => {
    const token = await kit.link(ANN);
    const { provider } = kit;
    provider.script(() => wrong);
    const outcome = await kit.walk(token, browser);
    expect(inWords(outcome)).toMatchObject({ kind: 'provider_error', text: expect.stringContaining(words) });
    await expect(kit.logins.view(token)).resolves.toMatchObject({ kind: 'open' });
    expect(kit.connected).toEqual([]);
  });

  it('is not connected when nobody can say whose tokens they are; they are revoked', async () => {
    kit.accounts.clear();
    const outcome = await kit.walk(await kit.link(ANN), browser);
    expect(inWords(outcome)).toMatchObject({
      kind: 'provider_error',
      text: 'I could not find out which Acme CRM account this is, so I did not connect it. Please try again.',
    });
    await expect(kit.connections.list(ANN)).resolves.toEqual([]);
    await expect(kit.revokedTokens()).resolves.toEqual(['refresh-ann-1', 'access-ann-1']);
  });

  it.each(['', 'code=a&code=b', `code=${'x'.repeat(5_000)}`])(
    'without one good code is no login (%s)',
    async (rest) => {
      const url = await kit.begin(await kit.link(ANN), browser);
      const query = new URLSearchParams(`state=${url.searchParams.get('state')}&${rest}`);
      await expect(kit.arrive(query, browser)).resolves.toMatchObject({ kind: 'provider_error' });
      expect(exchanges()).toBe(0);
    },
  );
});

describe('a login whose e-mail addresses differ', () => {
  beforeEach(differ);

  it('is not connected before its code is pasted, and shows the account', async () => {
    const outcome = await kit.walk(await kit.link(ANN), browser);
    expect(outcome).toMatchObject({
      kind: 'proof_needed',
      account: kit.accounts.get('ann'),
      validMs: 10 * MINUTE,
    });
    await expect(kit.connections.list(ANN)).resolves.toEqual([]);
    expect(kit.connected).toEqual([]);
  });

  it('is connected by its code, once', async () => {
    const code = await codeOf(await kit.link(ANN, { continuation: 'job-1' }));
    await expect(kit.logins.prove(ANN, ` ${code.toLowerCase()} `)).resolves.toMatchObject({
      kind: 'connected',
      account: kit.accounts.get('ann'),
    });
    await expect(kit.logins.prove(ANN, code)).resolves.toMatchObject({ kind: 'unknown' });
    expect(kit.connected.map(({ continuation }) => continuation)).toEqual(['job-1']);
    await kit.clock.advance(60 * MINUTE);
    await expect(kit.revokedTokens()).resolves.toEqual([]);
  });

  it('has its tokens revoked when no code comes in time', async () => {
    const code = await codeOf(await kit.link(ANN));
    await expect(kit.revokedTokens()).resolves.toEqual([]);
    await kit.clock.advance(10 * MINUTE);
    await expect(kit.logins.prove(ANN, code)).resolves.toMatchObject({ kind: 'unknown' });
    await kit.clock.advance(2 * MINUTE);
    await expect(kit.revokedTokens()).resolves.toEqual(['refresh-ann-1', 'access-ann-1']);
  });

  it('keeps its tokens where the process dies before it has struck them off the list of revocations', async () => {
    const revocations = { ...kit.deps.revocations, cancel: () => new Promise<never>(() => {}) };
    const code = await codeOf(await kit.link(ANN));
    void kit.loginsWith({ revocations }).prove(ANN, code);
    while (kit.connected.length === 0) await new Promise(setImmediate);
    await kit.clock.advance(60 * MINUTE);
    await expect(kit.revokedTokens()).resolves.toEqual([]);
    await expect(kit.stores.revocations.due(kit.clock.now(), 10, 0)).resolves.toEqual([]);
  });

  it('has its tokens revoked where the process dies before it has stored them', async () => {
    const activate = jest.fn(() => new Promise<never>(() => {}));
    const code = await codeOf(await kit.link(ANN));
    void kit.loginsWith({ connections: { ...kit.connections, activate } }).prove(ANN, code);
    while (activate.mock.calls.length === 0) await new Promise(setImmediate);
    await kit.clock.advance(2 * MINUTE);
    await expect(kit.revokedTokens()).resolves.toEqual(['refresh-ann-1', 'access-ann-1']);
  });

  it('is over where its tokens are revoked already', async () => {
    const code = await codeOf(await kit.link(ANN));
    const [entry] = await kit.stores.revocations.due(kit.clock.now() + 60 * MINUTE, 10, 0);
    await kit.stores.revocations.remove(entry?.id ?? '');
    await expect(kit.logins.prove(ANN, code)).resolves.toEqual({ kind: 'expired' });
    expect(kit.connected).toEqual([]);
  });

  it('that was cancelled meanwhile is not connected; its tokens are revoked', async () => {
    const code = await codeOf(await kit.link(ANN, { continuation: 'job-1' }));
    await kit.logins.cancelFor('job-1');
    await expect(kit.logins.prove(ANN, code)).resolves.toEqual({ kind: 'expired' });
    await expect(kit.revokedTokens()).resolves.toEqual(['refresh-ann-1', 'access-ann-1']);
  });

  it('asks for the code too when the chat cannot tell the address', async () => {
    const logins = kit.loginsWith({ profile: () => Promise.reject(new BehalfError('chat.delivery_failed', 'no')) });
    await expect(kit.walk(await kit.link(ANN), browser, logins)).resolves.toMatchObject({ kind: 'proof_needed' });
  });

  it('is connected without a check where the policy is switched off', async () => {
    const logins = kit.loginsWith({ policy: { identityCheck: 'off-insecure' } });
    await expect(kit.walk(await kit.link(ANN), browser, logins)).resolves.toMatchObject({ kind: 'connected' });
  });
});

describe('a login in the pop-up of the chat client', () => {
  it('exchanges its code only after the chat client has handed ours back', async () => {
    const code = await codeOf(await kit.link(ANN, { popUp: true }));
    expect(exchanges()).toBe(0);
    await expect(kit.logins.prove(ANN, code)).resolves.toMatchObject({
      kind: 'connected',
      login: { popUp: true },
      account: kit.accounts.get('ann'),
    });
    expect(exchanges()).toBe(1);
  });

  it('is over with the life of the provider’s code', async () => {
    const code = await codeOf(await kit.link(ANN, { popUp: true }));
    await kit.clock.advance(MINUTE);
    await expect(kit.logins.prove(ANN, code)).resolves.toMatchObject({ kind: 'unknown' });
    expect(exchanges()).toBe(0);
  });

  it('does nothing when the window is closed', async () => {
    await codeOf(await kit.link(ANN, { popUp: true }));
    await expect(kit.logins.prove(ANN, 'CancelledByUser')).resolves.toEqual({ kind: 'cancelled' });
  });

  it('says in our words when the exchange fails', async () => {
    const code = await codeOf(await kit.link(ANN, { popUp: true }));
    kit.provider.script(() => ({ status: 503 }));
    await expect(kit.logins.prove(ANN, code)).resolves.toMatchObject({ kind: 'provider_error' });
  });

  it('keeps tokens instead where the provider’s code would not live that long', async () => {
    await kit.stop();
    kit = await startLoginKit({ codeLifetimeSeconds: 10 });
    const code = await codeOf(await kit.link(ANN, { popUp: true }));
    expect(exchanges()).toBe(1);
    await kit.clock.advance(2 * MINUTE);
    await expect(kit.logins.prove(ANN, code)).resolves.toMatchObject({ kind: 'connected' });
  });
});

describe('a login while the service restarts', () => {
  it('goes on in another process', async () => {
    differ();
    const [first, second, third] = [kit.loginsWith({}), kit.loginsWith({}), kit.loginsWith({})];
    const { token } = await first.createLink({ owner: ANN, connection: 'crm', context: null, popUp: false });
    const url = await kit.begin(token, browser, second);
    const outcome = await kit.arrive(kit.consent(url, browser), browser, third);
    if (outcome.kind !== 'proof_needed') throw new Error(outcome.kind);
    await expect(kit.loginsWith({}).prove(ANN, outcome.code)).resolves.toMatchObject({ kind: 'connected' });
    expect(kit.connected).toHaveLength(1);
  });
});
