import type { LoginRequest } from '../../src/connections/login.js';
import type { LoginsDeps } from '../../src/connections/login-parts.js';
import type { Logins } from '../../src/connections/logins.js';
import type { ParentConnection } from '../../src/connections/parent-connection.js';
import type { OfferedLogin } from '../../src/connections/silent-logins.js';
import { Secret } from '../../src/kernel/secret.js';
import { ANN, BOB } from '../support/connection-kit.js';
import { Browser, type LoginKit, startLoginKit } from '../support/login-kit.js';

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const ASSERTION = new Secret('assertion-of-ann');

let kit: LoginKit;
let logins: Logins;
/** What the server says to assertions; undefined: tokens. */
let refusal: object | undefined;
let onExchange: () => Promise<void>;

beforeEach(async () => {
  refusal = undefined;
  onExchange = async () => {};
  kit = await startLoginKit({ onBehalfOf: { tokenParameters: {} } });
  logins = withSignOn();
  let issued = 0;
  kit.provider.script(async ({ form, path }) => {
    if (path === '/revoke') return { status: 200 };
    if (form.get('grant_type') === JWT_BEARER) {
      await onExchange();
      if (refusal) return { status: 400, body: refusal };
    }
    issued += 1;
    return {
      body: {
        access_token: `access-ann-${issued}`,
        refresh_token: `refresh-ann-${issued}`,
        token_type: 'Bearer',
        expires_in: 3600,
      },
    };
  });
});

afterEach(() => kit.stop());

function withSignOn(change: Partial<LoginsDeps> & { readonly parent?: Partial<ParentConnection> } = {}): Logins {
  const { parent, ...deps } = change;
  const all = { ...kit.parent, singleSignOn: true, ...parent };
  return kit.loginsWith({ parents: (name) => (name === all.name ? all : undefined), ...deps });
}

const exchanges = () => kit.provider.callsOf(JWT_BEARER);

async function offered(change: Partial<LoginRequest> = {}, by = logins): Promise<OfferedLogin> {
  const offer = await by.silent.offer({
    connection: 'crm',
    context: { conversation: 'D1' },
    popUp: true,
    ...change,
    owner: ANN,
  });
  if (!offer) throw new Error('nothing was offered');
  return offer;
}

const connection = () => kit.connections.get(ANN, 'crm');

describe('a login that the chat client does', () => {
  it('connects the person, tells it once, and is over for who waits for it', async () => {
    const { id } = await offered({ continuation: 'job-1', scopes: ['api', 'more'] });
    const settled = logins.silent.settled(id);

    await expect(logins.silent.answer(ANN, id, ASSERTION)).resolves.toBe('connected');

    await expect(settled).resolves.toBe(true);
    expect(exchanges().map(({ form }) => [form.get('assertion'), form.get('scope')])).toEqual([
      ['assertion-of-ann', 'api more'],
    ]);
    await expect(connection()).resolves.toMatchObject({ status: 'connected', account: { label: 'ann@acme.example' } });
    expect(kit.connected).toMatchObject([
      { owner: ANN, connection: 'crm', continuation: 'job-1', context: { conversation: 'D1' } },
    ]);
  });

  it('is found done by who waits in another process', async () => {
    const { id } = await offered();
    const settled = withSignOn().silent.settled(id);
    await logins.silent.answer(ANN, id, ASSERTION);
    await kit.clock.advance(1_000);
    await expect(settled).resolves.toBe(true);
  });

  it('is not waited for longer than six seconds, and connects within a minute all the same', async () => {
    const { id } = await offered();
    const settled = logins.silent.settled(id);
    for (let second = 0; second < 7; second += 1) await kit.clock.advance(1_000);
    await expect(settled).resolves.toBe(false);
    await kit.clock.advance(50_000);
    await expect(logins.silent.answer(ANN, id, ASSERTION)).resolves.toBe('connected');
    expect(kit.connected).toHaveLength(1);
  });

  it('is waited for no longer once a client of the person says that it cannot, and one that can still connects', async () => {
    const [first, second] = [await offered(), await offered()];
    const settled = [logins.silent.settled(first.id), logins.silent.settled(second.id)];
    await logins.silent.failed(BOB);
    await logins.silent.failed(ANN);
    await expect(Promise.all(settled)).resolves.toEqual([false, false]);
    await expect(logins.silent.answer(ANN, second.id, ASSERTION)).resolves.toBe('connected');
    await expect(logins.silent.settled(second.id)).resolves.toBe(true);
  });

  it('is waited for no longer in another process either', async () => {
    const { id } = await offered();
    const settled = withSignOn().silent.settled(id);
    await logins.silent.failed(ANN);
    await kit.clock.advance(500);
    await expect(settled).resolves.toBe(false);
  });

  it('stays done when another client of the person says that it cannot', async () => {
    const { id } = await offered();
    await logins.silent.answer(ANN, id, ASSERTION);
    await logins.silent.failed(ANN);
    await expect(logins.silent.settled(id)).resolves.toBe(true);
  });

  it('is nothing any more after a minute', async () => {
    const { id } = await offered();
    await kit.clock.advance(60_001);
    await expect(logins.silent.answer(ANN, id, ASSERTION)).resolves.toBe('refused');
    expect(exchanges()).toEqual([]);
  });

  it('counts once, however many clients of the person answer', async () => {
    const { id } = await offered();
    const answers = await Promise.all([1, 2, 3].map(() => logins.silent.answer(ANN, id, ASSERTION)));
    expect(answers.filter((outcome) => outcome === 'refused')).toEqual([]);
    expect(answers.filter((outcome) => outcome === 'connected').length).toBeGreaterThan(0);
    await expect(logins.silent.answer(ANN, id, ASSERTION)).resolves.toBe('connected');
    expect(exchanges()).toHaveLength(1);
    expect(kit.connected).toHaveLength(1);
  });

  it.each(['invalid_grant', 'interaction_required', 'invalid_client', 'invalid_scope'])(
    'is refused and over where the server says %s; the login page still works',
    async (error) => {
      refusal = { error };
      const { id, token } = await offered();
      const settled = logins.silent.settled(id);
      await expect(logins.silent.answer(ANN, id, ASSERTION)).resolves.toBe('refused');
      await expect(settled).resolves.toBe(false);
      await expect(connection()).resolves.toBeUndefined();
      await expect(logins.silent.answer(ANN, id, ASSERTION)).resolves.toBe('refused');
      expect(exchanges()).toHaveLength(1);
      await expect(logins.view(token)).resolves.toMatchObject({ kind: 'open' });
    },
  );

  it('is refused with an account that may not be connected, whose tokens are revoked', async () => {
    logins = withSignOn({ parent: { accounts: { emailDomains: ['other.example'] } } });
    const { id } = await offered();
    await expect(logins.silent.answer(ANN, id, ASSERTION)).resolves.toBe('refused');
    await expect(connection()).resolves.toBeUndefined();
    await expect(kit.revokedTokens()).resolves.toEqual(['refresh-ann-1', 'access-ann-1']);
    expect(kit.failed).toEqual([]);
  });

  it('is refused to somebody else, and stays open for the person', async () => {
    const { id } = await offered();
    await expect(logins.silent.answer(BOB, id, ASSERTION)).resolves.toBe('refused');
    expect(exchanges()).toEqual([]);
    await expect(logins.silent.answer(ANN, id, ASSERTION)).resolves.toBe('connected');
    await expect(kit.connections.list(BOB)).resolves.toEqual([]);
  });

  it('is refused where nobody has asked', async () => {
    await expect(logins.silent.answer(ANN, 'made-up', ASSERTION)).resolves.toBe('refused');
    expect(exchanges()).toEqual([]);
  });

  it('ends with the job that asked', async () => {
    const { id } = await offered({ continuation: 'job-1' });
    await logins.cancelFor('job-1');
    await expect(logins.silent.answer(ANN, id, ASSERTION)).resolves.toBe('refused');
    expect(exchanges()).toEqual([]);
  });

  it('does not take the place of a link that the person has in front of them', async () => {
    const { token } = await logins.createLink({ owner: ANN, connection: 'crm', context: {}, popUp: false });
    for (let offer = 0; offer < 6; offer += 1) await offered();
    await expect(logins.view(token)).resolves.toMatchObject({ kind: 'open' });
  });

  it('has an id that the store does not know, and leaves no assertion in the log', async () => {
    const { id } = await offered();
    await expect(kit.stores.expiring.get({ kind: 'login-silent', id })).resolves.toBeUndefined();
    refusal = { error: 'invalid_grant' };
    await logins.silent.answer(ANN, id, ASSERTION);
    expect(JSON.stringify(kit.logger.lines)).not.toContain('assertion-of-ann');
  });
});

describe('a login that the chat client does is not wanted', () => {
  it('for a connection without single sign-on', async () => {
    const request = { owner: ANN, connection: 'crm', context: {}, popUp: false };
    await expect(kit.logins.silent.offer(request)).resolves.toBeUndefined();
    await expect(logins.silent.offer({ ...request, connection: 'gone' })).resolves.toBeUndefined();
  });

  it('once single sign-on has been switched off', async () => {
    const { id } = await offered();
    await expect(kit.logins.silent.answer(ANN, id, ASSERTION)).resolves.toBe('refused');
    expect(exchanges()).toEqual([]);
  });

  it('after the person has ended the connection, until they have logged in themselves', async () => {
    const request = { owner: ANN, connection: 'crm', context: {}, popUp: false };
    await logins.silent.decline(ANN, 'crm');
    await kit.connections.remove(ANN, 'crm');
    await kit.clock.jump(360 * 86_400_000);
    await expect(logins.silent.offer(request)).resolves.toBeUndefined();
    await expect(logins.silent.offer({ ...request, owner: BOB })).resolves.toBeDefined();

    const { token } = await logins.createLink(request);
    await expect(kit.walk(token, new Browser('ann'), logins)).resolves.toMatchObject({ kind: 'connected' });

    await expect(logins.silent.offer(request)).resolves.toBeDefined();
  });

  it('when the person ends the connection between question and answer', async () => {
    const { id } = await offered();
    await logins.silent.decline(ANN, 'crm');
    await expect(logins.silent.answer(ANN, id, ASSERTION)).resolves.toBe('refused');
    expect(exchanges()).toEqual([]);
  });

  it('when the person ends it during the exchange: the new tokens are revoked', async () => {
    const { id } = await offered();
    onExchange = () => logins.silent.decline(ANN, 'crm');
    await expect(logins.silent.answer(ANN, id, ASSERTION)).resolves.toBe('refused');
    await expect(connection()).resolves.toBeUndefined();
    await expect(kit.revokedTokens()).resolves.toEqual(['refresh-ann-1', 'access-ann-1']);
    expect(kit.connected).toEqual([]);
  });

  it('when the person has logged in by themselves meanwhile, be it with another account', async () => {
    const { id } = await offered();
    const { token } = await logins.createLink({ owner: ANN, connection: 'crm', context: {}, popUp: false });
    await kit.walk(token, new Browser('ann'), logins);
    await expect(logins.silent.answer(ANN, id, ASSERTION)).resolves.toBe('refused');
    expect(exchanges()).toEqual([]);
    expect(kit.connected).toHaveLength(1);
  });
});
