import { createSlackSignIn } from '../../adapters/slack/sign-in.js';
import type { LoginsDeps } from '../../src/connections/login-parts.js';
import type { Logins } from '../../src/connections/logins.js';
import { Secret } from '../../src/kernel/secret.js';
import { ANN, BOB } from '../support/connection-kit.js';
import { Browser, type LoginKit, startLoginKit } from '../support/login-kit.js';
import { recordTraces } from '../support/recorded-traces.js';
import { SLACK_CLIENT, type SlackSignInServer, startSlackSignIn } from '../support/slack-sign-in.js';

let kit: LoginKit;
let slack: SlackSignInServer;
let traces: ReturnType<typeof recordTraces>;

beforeEach(async () => {
  kit = await startLoginKit({ onBehalfOf: { tokenParameters: {} } });
  slack = await startSlackSignIn(() => kit.clock.now());
  traces = recordTraces();
});

afterEach(async () => {
  await Promise.all([kit.stop(), slack.stop()]);
  await traces.tracing.stop(1_000);
});

function loginsWith(change: Partial<LoginsDeps> = {}): Logins {
  return kit.loginsWith({ tracing: traces.tracing, ...change });
}

const withSlack = () => {
  const identity = createSlackSignIn(
    {
      client: { id: SLACK_CLIENT.id, secret: new Secret(SLACK_CLIENT.secret) },
      apiUrl: slack.apiUrl,
      publicUrl: 'https://behalf.example.com',
    },
    { clock: kit.clock, logger: kit.logger, httpClient: kit.httpClient },
  );
  return loginsWith({ signInOf: (platform) => (platform === identity.platform ? identity : undefined) });
};

const REQUEST = { owner: ANN, connection: 'crm', context: { conversation: 'D1' }, popUp: false };

/** A link that a job has asked for. */
async function linkOf(logins: Logins): Promise<string> {
  return (await traces.tracing.inSpan({ name: 'job' }, () => logins.createLink(REQUEST))).token;
}

/** The spans so far with those above them, and what became of each. */
async function story(): Promise<readonly (readonly [string, unknown])[]> {
  const { sent, tracing } = traces;
  await sent.settle(tracing);
  return sent.spans.map((span) => [sent.path(span).join(' › '), span.attributes['behalf.login.outcome']] as const);
}

describe('the trace of a job that waits for a login', () => {
  it('has the sign-in, the way to the app and the way back, whoever is asked in between', async () => {
    const logins = withSlack();
    const browser = new Browser('ann');

    const atSlack = await kit.begin(await linkOf(logins), browser, logins);
    const query = slack.consent(atSlack, { user: ANN.userId, team: ANN.tenantId });
    const signedIn = await logins.signedIn({ platform: 'slack', query, cookie: browser.cookie ?? '' });
    if (signedIn.kind !== 'redirect') throw new Error(signedIn.kind);
    browser.cookie = signedIn.cookie.value;
    await kit.arrive(kit.consent(new URL(signedIn.redirectTo), browser), browser, logins);

    expect(await story()).toEqual([
      ['job', undefined],
      ['job › begin login', 'redirect'],
      ['job › sign in', 'redirect'],
      ['job › complete login › exchange code', undefined],
      ['job › complete login › find account', undefined],
      ['job › complete login', 'connected'],
    ]);
  });

  it('has the code that was handed back in the chat', async () => {
    const logins = loginsWith();
    kit.profiles.delete(ANN.userId);

    const outcome = await kit.walk(await linkOf(logins), new Browser('ann'), logins);
    if (outcome.kind !== 'proof_needed') throw new Error(outcome.kind);
    await traces.tracing.inSpan({ name: 'chat text' }, () => logins.prove(ANN, outcome.code));

    const paths = await story();
    expect(paths).toContainEqual(['job › complete login', 'proof_needed']);
    expect(paths).toContainEqual(['job › prove login', 'connected']);
    const [proof] = traces.sent.named('prove login');
    const [text] = traces.sent.named('chat text');
    expect(proof?.links.map(({ spanId }) => spanId)).toEqual([text?.spanId]);
  });

  it('has the login that the chat client did by itself', async () => {
    const parents = (name: string) => (name === 'crm' ? { ...kit.parent, singleSignOn: true } : undefined);
    const logins = loginsWith({ parents });
    kit.provider.script(() => ({ body: { access_token: 'access-ann-1', token_type: 'Bearer', expires_in: 3600 } }));

    const offer = await traces.tracing.inSpan({ name: 'job' }, () => logins.silent.offer(REQUEST));
    await logins.silent.answer(ANN, offer?.id ?? '', new Secret('assertion'));

    expect(await story()).toContainEqual(['job › sign on', 'connected']);
    expect(await story()).toContainEqual(['job › sign on › exchange code', undefined]);
  });

  it('says what went wrong at the app, by its code', async () => {
    const logins = loginsWith();
    const browser = new Browser('ann');
    kit.provider.script(() => ({ status: 400, body: { error: 'invalid_grant', error_description: 'canary' } }));

    await kit.walk(await linkOf(logins), browser, logins);

    expect(await story()).toContainEqual(['job › complete login', 'provider_error']);
    const [exchange] = traces.sent.named('exchange code');
    expect(exchange?.attributes['error.type']).toBe('oauth.invalid_grant');
    expect(traces.sent.named('complete login')[0]?.status).toEqual({ code: 2, message: 'oauth.invalid_grant' });
    expect(JSON.stringify(traces.sent.spans)).not.toContain('canary');
  });

  it('has nothing of requests that belong to no login', async () => {
    const logins = loginsWith();

    await logins.complete({ connection: 'crm', query: new URLSearchParams({ code: 'c', state: 'guessed' }) });
    await logins.begin('guessed');
    await logins.prove(BOB, 'ABCD-2345');

    expect(await story()).toEqual([]);
  });
});
