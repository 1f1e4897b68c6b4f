import { createSlackSignIn } from '../../adapters/slack/sign-in.js';
import type { SignInOutcome } from '../../src/connections/login.js';
import type { Logins } from '../../src/connections/logins.js';
import { Secret } from '../../src/kernel/secret.js';
import { ANN, BOB } from '../support/connection-kit.js';
import { confusedToken, issuerKey, signedToken, unsignedToken } from '../support/id-tokens.js';
import { Browser, type LoginKit, startLoginKit } from '../support/login-kit.js';
import {
  SLACK_CLIENT,
  type SlackChange,
  type SlackPerson,
  type SlackSignInServer,
  startSlackSignIn,
} from '../support/slack-sign-in.js';
import { inWords } from '../support/wordings.js';

const ANN_IN_SLACK: SlackPerson = { user: ANN.userId, team: ANN.tenantId };
const BOB_IN_SLACK: SlackPerson = { user: BOB.userId, team: BOB.tenantId };

let kit: LoginKit;
let slack: SlackSignInServer;
let logins: Logins;

beforeEach(async () => {
  kit = await startLoginKit();
  slack = await startSlackSignIn(() => kit.clock.now());
  logins = loginsUnder('auto');
});

afterEach(() => Promise.all([kit.stop(), slack.stop()]));

function loginsUnder(identityCheck: 'auto' | 'sign-in' | 'off-insecure'): Logins {
  const identity = createSlackSignIn(
    {
      client: { id: SLACK_CLIENT.id, secret: new Secret(SLACK_CLIENT.secret) },
      apiUrl: slack.apiUrl,
      publicUrl: 'https://behalf.example.com',
    },
    { clock: kit.clock, logger: kit.logger, httpClient: kit.httpClient },
  );
  return kit.loginsWith({
    policy: { identityCheck },
    signInOf: (platform) => (platform === identity.platform ? identity : undefined),
  });
}

/** The browser comes back from Slack. */
async function comeBack(query: URLSearchParams, browser: Browser, by = logins): Promise<SignInOutcome> {
  const outcome = await by.signedIn({
    platform: 'slack',
    query,
    ...(browser.cookie === undefined ? {} : { cookie: browser.cookie }),
  });
  if (outcome.kind === 'redirect') browser.cookie = outcome.cookie.value;
  return outcome;
}

/** From our page to Slack and back, signed in as that person. */
async function signIn(token: string, browser: Browser, person: SlackPerson, change?: SlackChange) {
  const url = await kit.begin(token, browser, logins);
  return comeBack(slack.consent(url, person, change), browser);
}

function providerUrl(outcome: SignInOutcome): URL {
  if (outcome.kind !== 'redirect') throw new Error(`It does not go on: ${outcome.kind}`);
  return new URL(outcome.redirectTo);
}

const isAtProvider = (url: URL) => url.href.startsWith(kit.provider.url);
const exchanges = () => kit.provider.callsOf('authorization_code').length;

async function expectNothingConnected(): Promise<void> {
  expect(kit.connected).toEqual([]);
  expect(exchanges()).toBe(0);
  await expect(kit.connections.list(ANN)).resolves.toEqual([]);
  await expect(kit.connections.list(BOB)).resolves.toEqual([]);
}

describe('Ann logs in', () => {
  it('by signing in with Slack first; then any account of hers is connected at once', async () => {
    const ann = new Browser('ann');
    kit.accounts.set('ann', { id: 'id-ann', label: 'private@mail.example', confirmedEmail: 'private@mail.example' });
    const atSlack = await kit.begin(await kit.link(ANN), ann, logins);
    expect(atSlack.origin + atSlack.pathname).toBe(`${slack.origin}/openid/connect/authorize`);
    expect(Object.fromEntries(atSlack.searchParams)).toEqual({
      response_type: 'code',
      client_id: SLACK_CLIENT.id,
      scope: 'openid',
      redirect_uri: 'https://behalf.example.com/slack/openid_redirect',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      team: 'T1',
    });
    const atProvider = providerUrl(await comeBack(slack.consent(atSlack, ANN_IN_SLACK), ann));
    expect(isAtProvider(atProvider)).toBe(true);
    const outcome = await kit.arrive(kit.consent(atProvider, ann), ann, logins);
    expect(outcome).toMatchObject({ kind: 'connected', account: { label: 'private@mail.example' } });
    expect(kit.connected).toMatchObject([{ owner: ANN }]);
  });

  it('and the token that Slack gave along is given back', async () => {
    await signIn(await kit.link(ANN), new Browser('ann'), ANN_IN_SLACK);
    while (slack.revoked.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(slack.revoked).toEqual([expect.stringMatching(/^xoxp-canary-/)]);
  });

  it('as a person of an organisation, whichever workspace of it she is in', async () => {
    const owner = { ...ANN, tenantId: 'E1' };
    for (const person of [
      { user: ANN.userId, team: 'T7', enterprise: 'E1' },
      { user: ANN.userId, team: 'E1' },
      { user: ANN.userId, team: 'T7', enterprise: 'E1', isSilentOnEnterprise: true },
    ]) {
      const browser = new Browser('ann');
      const atSlack = await kit.begin(await kit.link(owner), browser, logins);
      expect(atSlack.searchParams.has('team')).toBe(false);
      const outcome = await comeBack(slack.consent(atSlack, person), browser);
      expect(isAtProvider(providerUrl(outcome))).toBe(true);
    }
  });

  it('as a person of a workspace that is known by itself, though it belongs to an organisation', async () => {
    const outcome = await signIn(await kit.link(ANN), new Browser('ann'), { ...ANN_IN_SLACK, enterprise: 'E1' });
    expect(isAtProvider(providerUrl(outcome))).toBe(true);
  });

  it('not, where she does not want to sign in; the link works again', async () => {
    const ann = new Browser('ann');
    const token = await kit.link(ANN);
    const state = (await kit.begin(token, ann, logins)).searchParams.get('state') ?? '';
    const outcome = await comeBack(new URLSearchParams({ error: 'access_denied', state }), ann);
    expect(outcome).toMatchObject({ kind: 'sign_in_denied', signIn: 'Slack' });
    expect(isAtProvider(providerUrl(await signIn(token, ann, ANN_IN_SLACK)))).toBe(true);
  });

  it('in five windows at the same time', async () => {
    const ann = new Browser('ann');
    const atSlack: URL[] = [];
    for (let window = 0; window < 5; window += 1) atSlack.push(await kit.begin(await kit.link(ANN), ann, logins));
    const atProvider: URL[] = [];
    for (const url of atSlack) atProvider.push(providerUrl(await comeBack(slack.consent(url, ANN_IN_SLACK), ann)));
    for (const url of atProvider)
      expect(await kit.arrive(kit.consent(url, ann), ann, logins)).toMatchObject({ kind: 'connected' });
  });

  it('without Slack, where nobody asks for it: the shared connection, and where the check is switched off', async () => {
    const shared = await kit.logins.createLink({ owner: 'shared', connection: 'crm', context: {}, popUp: false });
    expect(isAtProvider(await kit.begin(shared.token, new Browser('ann'), logins))).toBe(true);
    const off = loginsUnder('off-insecure');
    expect(isAtProvider(await kit.begin(await kit.link(ANN), new Browser('ann'), off))).toBe(true);
  });
});

describe('where Slack is away', () => {
  it('the other checks of the chain decide', async () => {
    const ann = new Browser('ann');
    slack.away = 503;
    const atProvider = providerUrl(await signIn(await kit.link(ANN), ann, ANN_IN_SLACK));
    kit.accounts.set('ann', { id: 'id-ann', label: 'private@mail.example', confirmedEmail: 'private@mail.example' });
    const outcome = await kit.arrive(kit.consent(atProvider, ann), ann, logins);
    expect(outcome).toMatchObject({ kind: 'proof_needed' });
    expect(kit.connected).toEqual([]);
  });

  it('Ann may choose another way on our page, and those checks decide', async () => {
    kit.profiles.clear();
    const ann = new Browser('ann');
    const token = await kit.link(ANN);
    await expect(logins.view(token)).resolves.toMatchObject({ signIn: { title: 'Slack', optional: true } });
    const start = await logins.begin(token, undefined, true);
    if (start.kind !== 'redirect') throw new Error(start.kind);
    ann.cookie = start.cookie.value;
    const outcome = await kit.arrive(kit.consent(new URL(start.redirectTo), ann), ann, logins);
    expect(outcome).toMatchObject({ kind: 'proof_needed' });
  });

  it('nobody logs in where nothing else counts', async () => {
    logins = loginsUnder('sign-in');
    const ann = new Browser('ann');
    const token = await kit.link(ANN);
    await expect(logins.view(token)).resolves.toMatchObject({ signIn: { optional: false } });
    const start = await logins.begin(token, undefined, true);
    expect(start).toMatchObject({ kind: 'redirect', redirectTo: expect.stringContaining(slack.origin) });
    slack.away = 503;
    const outcome = await signIn(token, ann, ANN_IN_SLACK);
    expect(inWords(outcome)).toMatchObject({
      kind: 'sign_in_failed',
      text: expect.stringContaining('cannot be reached'),
    });
    await expectNothingConnected();
  });

  it('a login that began before nothing else counted ends', async () => {
    const ann = new Browser('ann');
    const url = await kit.begin(await kit.link(ANN), ann, kit.logins);
    const outcome = await kit.arrive(kit.consent(url, ann), ann, loginsUnder('sign-in'));
    expect(outcome).toEqual({ kind: 'expired' });
    await expectNothingConnected();
  });
});

describe('Bob makes a login link and sends it to Ann', () => {
  it('who signs in as herself: the login ends, nothing is connected, and Bob is told', async () => {
    const token = await kit.link(BOB, { continuation: 'job-1' });
    const ann = new Browser('ann');
    const outcome = await signIn(token, ann, ANN_IN_SLACK);
    expect(outcome).toMatchObject({ kind: 'wrong_person', signIn: 'Slack' });
    expect(kit.failed).toMatchObject([{ owner: BOB, continuation: 'job-1', reason: 'wrong_person' }]);
    await expect(logins.view(token)).resolves.toEqual({ kind: 'unknown' });
    await expect(logins.begin(token)).resolves.toEqual({ kind: 'unknown' });
    await expectNothingConnected();
  });

  it('after he has signed in himself: her browser may not go on from there', async () => {
    const bob = new Browser('bob');
    const atProvider = providerUrl(await signIn(await kit.link(BOB), bob, BOB_IN_SLACK));
    const ann = new Browser('ann');
    await kit.begin(await kit.link(ANN), ann, logins);
    const outcome = await kit.arrive(kit.consent(atProvider, ann), ann, logins);
    expect(outcome).toEqual({ kind: 'wrong_browser' });
    await expectNothingConnected();
  });

  it('and sends her the way back from Slack, too: her browser may not use it', async () => {
    const bob = new Browser('bob');
    const query = slack.consent(await kit.begin(await kit.link(BOB), bob, logins), BOB_IN_SLACK);
    const ann = new Browser('ann');
    await expect(comeBack(query, ann)).resolves.toEqual({ kind: 'wrong_browser' });
    await expect(comeBack(query, bob)).resolves.toEqual({ kind: 'expired' });
    expect(slack.exchanges).toEqual([]);
    await expectNothingConnected();
  });

  it('where he has the same id in another workspace: he is somebody else', async () => {
    const bob = new Browser('bob');
    const outcome = await signIn(await kit.link(ANN), bob, { ...ANN_IN_SLACK, team: 'T9' });
    expect(outcome).toMatchObject({ kind: 'wrong_person' });
    const ofOrganisation = await signIn(await kit.link({ ...ANN, tenantId: 'E1' }), bob, {
      ...ANN_IN_SLACK,
      team: 'T9',
      enterprise: 'E9',
      isSilentOnEnterprise: true,
    });
    expect(ofOrganisation).toMatchObject({ kind: 'wrong_person' });
    await expectNothingConnected();
  });

  it('and has the cookie of before the check: it is worth nothing after it', async () => {
    const bob = new Browser('bob');
    const url = await kit.begin(await kit.link(BOB), bob, logins);
    const before = bob.cookie;
    const atProvider = providerUrl(await comeBack(slack.consent(url, BOB_IN_SLACK), bob));
    const ann = new Browser('ann');
    ann.cookie = before;
    const outcome = await kit.arrive(kit.consent(atProvider, ann), ann, logins);
    expect(outcome).toEqual({ kind: 'wrong_browser' });
    await expectNothingConnected();
  });
});

describe('somebody plays with the way back from Slack', () => {
  it('by repeating it: the state works once, at the same time too', async () => {
    const ann = new Browser('ann');
    const query = slack.consent(await kit.begin(await kit.link(ANN), ann, logins), ANN_IN_SLACK);
    const cookie = ann.cookie ?? '';
    const answers = [1, 2, 3].map(() => logins.signedIn({ platform: 'slack', query, cookie }));
    expect((await Promise.all(answers)).map(({ kind }) => kind).sort()).toEqual(['expired', 'expired', 'redirect']);
    expect(slack.exchanges).toHaveLength(1);
  });

  it('by guessing, leaving out or doubling the state, or by using that of the provider', async () => {
    const ann = new Browser('ann');
    const url = await kit.begin(await kit.link(ANN), ann, logins);
    const state = url.searchParams.get('state') ?? '';
    const provider = providerUrl(await signIn(await kit.link(ANN), ann, ANN_IN_SLACK)).searchParams.get('state');
    for (const query of [
      `state=${'A'.repeat(43)}&code=c`,
      'code=c',
      `state=${state}&state=x&code=c`,
      `state=${provider}&code=c`,
    ])
      await expect(comeBack(new URLSearchParams(query), ann)).resolves.toEqual({ kind: 'expired' });
  });

  it('by bringing it to the redirect URI of another platform', async () => {
    const ann = new Browser('ann');
    const query = slack.consent(await kit.begin(await kit.link(ANN), ann, logins), ANN_IN_SLACK);
    const answer = { platform: 'teams', query, cookie: ann.cookie ?? '' };
    await expect(logins.signedIn(answer)).resolves.toEqual({ kind: 'expired' });
    await expect(comeBack(query, ann)).resolves.toEqual({ kind: 'expired' });
  });

  it('by bringing the state of the sign-in to the redirect URI of the app', async () => {
    const ann = new Browser('ann');
    const query = slack.consent(await kit.begin(await kit.link(ANN), ann, logins), ANN_IN_SLACK);
    await expect(kit.arrive(query, ann, logins)).resolves.toEqual({ kind: 'expired' });
    await expectNothingConnected();
  });

  it('by putting a code into it that Slack gave for another request', async () => {
    const bob = new Browser('bob');
    const stolen = slack.consent(await kit.begin(await kit.link(BOB), new Browser('x'), logins), BOB_IN_SLACK);
    const query = slack.consent(await kit.begin(await kit.link(BOB), bob, logins), ANN_IN_SLACK);
    query.set('code', stolen.get('code') ?? '');
    await expect(comeBack(query, bob)).resolves.toMatchObject({ kind: 'sign_in_failed' });
    await expectNothingConnected();
  });

  it('by coming with an unknown code, or with none', async () => {
    const ann = new Browser('ann');
    for (const rest of [{ code: 'unknown' }, {}]) {
      const state = (await kit.begin(await kit.link(ANN), ann, logins)).searchParams.get('state') ?? '';
      const outcome = await comeBack(new URLSearchParams({ state, ...rest }), ann);
      expect(outcome).toMatchObject({ kind: 'sign_in_failed' });
    }
    await expectNothingConnected();
  });

  it('by coming after ten minutes', async () => {
    const ann = new Browser('ann');
    const query = slack.consent(await kit.begin(await kit.link(ANN), ann, logins), ANN_IN_SLACK);
    await kit.clock.advance(10 * 60_000);
    await expect(comeBack(query, ann)).resolves.toEqual({ kind: 'expired' });
  });
});

describe('an answer that Slack did not give for this login proves nothing, and nobody goes on without', () => {
  it.each<[string, SlackChange]>([
    ['for another request', { claims: { nonce: 'n'.repeat(43) } }],
    ['without a nonce', { claims: { nonce: undefined } }],
    ['for another app', { claims: { aud: '9.9' } }],
    ['for this app, but made for another', { claims: { azp: '9.9' } }],
    ['of another issuer', { claims: { iss: 'https://evil.example' } }],
    ['that has expired', { claims: { exp: 1 } }],
    ['that names nobody', { claims: { 'https://slack.com/user_id': undefined } }],
    ['that names no workspace', { claims: { 'https://slack.com/team_id': undefined } }],
    ['without a signature', { sign: unsignedToken }],
    ['signed with the public key as a secret', { sign: confusedToken }],
    ['signed with another key', { sign: (_key, claims) => signedToken(issuerKey('slack-1'), claims) }],
    [
      'signed with a key that Slack does not publish',
      { sign: (_key, claims) => signedToken(issuerKey('evil'), claims) },
    ],
    ['that is none', { sign: () => 'canary' }],
  ])('an ID token %s', async (_name, change) => {
    const ann = new Browser('ann');
    const outcome = await signIn(await kit.link(ANN), ann, ANN_IN_SLACK, change);
    expect(inWords(outcome)).toMatchObject({ kind: 'sign_in_failed', text: expect.stringContaining('Slack') });
    await expectNothingConnected();
  });
});

it('no log line of any of it holds a token, a code, a state, a nonce or a cookie', async () => {
  const ann = new Browser('ann');
  const token = await kit.link(ANN);
  const url = await kit.begin(token, ann, logins);
  const before = ann.cookie ?? '';
  const query = slack.consent(url, ANN_IN_SLACK);
  await comeBack(query, ann);
  await signIn(await kit.link(BOB), ann, ANN_IN_SLACK);
  await signIn(await kit.link(ANN), ann, ANN_IN_SLACK, { claims: { aud: 'canary' } });
  slack.away = 500;
  await signIn(await kit.link(ANN), ann, ANN_IN_SLACK);
  const log = kit.logger.dump();
  const [nonce, state] = [url.searchParams.get('nonce') ?? '', url.searchParams.get('state') ?? ''];
  for (const secret of [token, nonce, state, before, ann.cookie ?? '', query.get('code') ?? '', 'canary', 'eyJ'])
    expect(log).not.toContain(secret);
  expect(log).toContain('signed_in');
  expect(log).toContain('another person signed in for a login');
});
