import { SignInTokens } from '../../../adapters/teams/sign-in-tokens.js';
import { createHttpClient } from '../../../adapters/undici/index.js';
import { TEAMS_APP_ID, TEAMS_TENANT_ID } from '../../../playground/people.js';
import { TEAM } from '../../../playground/teams/chats.js';
import type { ChatEvent, SilentSignInEvent, TextEvent } from '../../../src/chat/chat-event.js';
import type { SilentSignIn } from '../../../src/chat/silent-sign-in.port.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { createManualClock } from '../../support/clocks.js';
import { EntraId, type EntraToken, SIGN_IN_RESOURCE } from '../../support/entra-id.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { startTeamsBench, type TeamsBench, teamsUser } from './teams-driver.js';

const QUESTION = { id: 'q-1', connection: 'graph', title: 'Microsoft 365', url: 'https://behalf.example.com/login/t' };

let entra: EntraId;
let bench: TeamsBench;
let events: ChatEvent[];

beforeAll(async () => {
  entra = await EntraId.start();
});

afterAll(() => entra.stop());

beforeEach(async () => {
  events = [];
  entra.asked.length = 0;
  bench = await startTeamsBench({
    config: { signInResource: SIGN_IN_RESOURCE, loginUrl: entra.url },
    handler: async (event) => {
      events.push(event);
      if (event.kind === 'silent-sign-in') event.accept();
    },
  });
});

afterEach(() => bench.stop());

function silent(): SilentSignIn {
  const { silentSignIn } = bench.adapter;
  if (!silentSignIn) throw new Error('It is not set up');
  return silentSignIn;
}

async function heard(where: 'direct' | 'channel'): Promise<TextEvent> {
  await bench.personSays('rita', 'help', where);
  const event = events.at(-1);
  if (event?.kind !== 'text') throw new Error('nothing was heard');
  return event;
}

const vouched = () => events.filter((event): event is SilentSignInEvent => event.kind === 'silent-sign-in');

/** What Rita's client is answered with. */
async function answered(token: unknown, id: unknown = QUESTION.id) {
  const value = { id, connectionName: QUESTION.connection, token };
  const result = await bench.teams.invoke('rita', { name: 'signin/tokenExchange', value });
  if (result.kind !== 'invoked') throw new Error('no invoke');
  const { body, status } = result.delivery;
  return { body, status };
}

function sent(): { method: string; path: string; body: unknown }[] {
  return bench.teams.requests
    .filter(({ direction, method }) => direction === 'from-bot' && method !== 'GET')
    .map(({ body, method, path }) => ({ method, path: decodeURIComponent(path), body }));
}

describe('Teams: a question to the client', () => {
  it.each(['direct', 'channel'] as const)(
    'goes into the 1:1 chat for what was asked in a %s conversation',
    async (where) => {
      const { conversation, user } = await heard(where);

      await silent().ask(user, conversation, QUESTION);

      const question = sent().at(-1);
      expect(question?.path).toBe(`/teams/v3/conversations/${bench.teams.chatOf('rita')}/activities`);
      expect(question?.body).toMatchObject({
        type: 'message',
        attachments: [
          {
            contentType: 'application/vnd.microsoft.card.oauth',
            content: {
              connectionName: 'graph',
              tokenExchangeResource: { id: 'q-1', uri: SIGN_IN_RESOURCE },
              buttons: [{ type: 'signin', value: QUESTION.url }],
            },
          },
        ],
      });
      expect(
        bench.teams
          .messages()
          .filter(({ author, conversationId }) => author === 'bot' && conversationId === TEAM.channelId),
      ).toEqual([]);
    },
  );

  it("is in the person's language, for clients that show it", async () => {
    const { conversation, user } = await heard('direct');

    await silent().ask(user, conversation, { ...QUESTION, locale: 'de-AT' });

    const content = { text: `Bei ${QUESTION.title} anmelden`, buttons: [{ title: 'Anmelden' }] };
    expect(sent().at(-1)?.body).toMatchObject({ attachments: [{ content }] });
  });

  it('is taken away again', async () => {
    const { conversation, user } = await heard('direct');
    const question = await silent().ask(user, conversation, QUESTION);
    if (!question) throw new Error('not asked');

    await silent().withdraw(question);

    expect(sent().at(-1)?.method).toBe('DELETE');
    expect(bench.shownTo('rita')).toEqual([]);
  });

  it('is not asked, and not held, where the person does not have the app', async () => {
    const { conversation } = await heard('channel');
    await bench.teams.uninstall('carl');

    await expect(silent().ask(teamsUser('carl'), conversation, QUESTION)).resolves.toBeUndefined();

    await bench.teams.install('carl');
    expect(bench.shownTo('carl').filter(({ where }) => where === 'channel')).toEqual([]);
  });

  it('is not there without the setting, and then no token is taken', async () => {
    const plain = await startTeamsBench({ handler: async (event) => void events.push(event) });
    expect(plain.adapter.silentSignIn).toBeUndefined();
    const value = { id: 'q-1', connectionName: 'graph', token: entra.token() };
    const result = await plain.teams.invoke('rita', { name: 'signin/tokenExchange', value });
    expect(result).toMatchObject({ delivery: { status: 412 } });
    expect(events).toEqual([]);
    await plain.stop();
  });
});

describe('Teams: the answer of the client', () => {
  it('becomes an event of that person, and is answered with what it named', async () => {
    const token = entra.token();

    await expect(answered(token)).resolves.toEqual({
      status: 200,
      body: { id: 'q-1', connectionName: 'graph' },
    });

    expect(vouched()).toMatchObject([{ user: teamsUser('rita'), question: 'q-1' }]);
    expect(vouched()[0]?.assertion.reveal()).toBe(token);
    expect(bench.logLines.join('\n')).not.toContain(token.split('.')[2]);
  });

  it.each<[string, EntraToken]>([
    [
      'of version 1, for the Application ID URI',
      { issuer: `https://sts.windows.net/${TEAMS_TENANT_ID}/`, claims: { aud: SIGN_IN_RESOURCE } },
    ],
    ['with more permissions', { claims: { scp: 'User.Read access_as_user' } }],
    [
      'with ids in capitals',
      { claims: { oid: '5B1F2C1E-0000-4000-8000-000000000001', aud: TEAMS_APP_ID.toUpperCase() } },
    ],
    ['that ended a minute ago by our clock', { claims: { exp: Math.floor(Date.now() / 1000) - 60 } }],
  ])('is taken: a token %s', async (_what, wanted) => {
    await expect(answered(entra.token(wanted))).resolves.toMatchObject({ status: 200 });
    expect(vouched()).toHaveLength(1);
  });

  const other = '66666666-2222-4333-8444-555555555555';
  it.each<[string, EntraToken, string]>([
    ['of another person', { person: '5b1f2c1e-0000-4000-8000-000000000002' }, 'person'],
    ['of another tenant', { tenant: other }, 'issuer'],
    ['of another tenant that claims the issuer of this one', { claims: { tid: other } }, 'person'],
    [
      'of an issuer that only looks like it',
      { issuer: `https://sts.windows.net.evil.example/${TEAMS_TENANT_ID}/` },
      'issuer',
    ],
    ['for another app', { claims: { aud: '00000003-0000-0000-c000-000000000000' } }, 'audience'],
    ['for several apps', { claims: { aud: [TEAMS_APP_ID] } }, 'malformed'],
    ['that nobody has signed', { algorithm: 'none' }, 'malformed'],
    ['signed with the public key as a secret', { algorithm: 'HS256' }, 'malformed'],
    ['that says RS256 and is signed otherwise', { algorithm: 'HS256', header: { alg: 'RS256' } }, 'signature'],
    ['signed by a stranger', { key: 'stranger' }, 'signature'],
    ['of a key that is not published', { header: { kid: 'key-9' } }, 'key'],
    ['without a key', { header: { kid: undefined } }, 'malformed'],
    ['that has ended', { claims: { exp: Math.floor(Date.now() / 1000) - 600 } }, 'expired'],
    ['that does not count yet', { claims: { nbf: Math.floor(Date.now() / 1000) + 600 } }, 'expired'],
    ['of an app, without a person', { claims: { scp: undefined, roles: ['access_as_user'] } }, 'malformed'],
    ['without the permission', { claims: { scp: 'User.Read' } }, 'permission'],
  ])('is refused: a token %s', async (_what, wanted, reason) => {
    await expect(answered(entra.token(wanted))).resolves.toMatchObject({
      status: 412,
      body: { id: 'q-1', failureDetail: expect.any(String) },
    });
    expect(vouched()).toEqual([]);
    expect(bench.refusals).toEqual([`sign_in_${reason}`]);
  });

  it.each<[string, unknown, unknown]>([
    ['no token', undefined, 'q-1'],
    ['no text', { a: 1 }, 'q-1'],
    ['nothing like a token', 'a.b', 'q-1'],
    ['one of a megabyte', 'a'.repeat(100_000), 'q-1'],
    ['no question', 'a.b.c', undefined],
    ['an endless question', 'a.b.c', 'q'.repeat(300)],
  ])('is refused: %s', async (_what, token, id) => {
    await expect(answered(token, id)).resolves.toMatchObject({ status: 412 });
    expect(vouched()).toEqual([]);
  });

  it('has the keys asked for once', async () => {
    await answered(entra.token());
    await answered(entra.token());
    expect(entra.asked).toEqual(['/common/discovery/v2.0/keys']);
  });

  it('is refused, and nothing breaks, while the keys cannot be had', async () => {
    entra.status = 500;
    await expect(answered(entra.token())).resolves.toMatchObject({ status: 412 });
    entra.status = 200;
    await expect(answered(entra.token())).resolves.toMatchObject({ status: 200 });
  });

  it('is refused when the service does not take it', async () => {
    const refusing = await startTeamsBench({
      config: { signInResource: SIGN_IN_RESOURCE, loginUrl: entra.url },
    });
    const value = { id: 'q-1', connectionName: 'graph', token: entra.token() };
    const result = await refusing.teams.invoke('rita', { name: 'signin/tokenExchange', value });
    expect(result).toMatchObject({ delivery: { status: 412, body: { id: 'q-1' } } });
    await refusing.stop();
  });

  it('may be that it could not: the log has the code of the client, and no words of others', async () => {
    const value = { code: 'resourcematchfailed', message: 'canary-of-the-client' };
    const result = await bench.teams.invoke('rita', { name: 'signin/failure', value });
    expect(result).toMatchObject({ delivery: { status: 200 } });
    expect(events).toMatchObject([{ kind: 'silent-sign-in-failed', user: teamsUser('rita') }]);
    expect(bench.logLines.join('\n')).toContain('resourcematchfailed');
    expect(bench.logLines.join('\n')).not.toContain('canary-of-the-client');
  });
});

describe('Teams: the keys of Entra ID', () => {
  it('are looked for anew for one that is not known, and at most once a minute', async () => {
    const own = await EntraId.start();
    const clock = createManualClock(Date.now());
    const httpClient = createHttpClient({
      allowPrivateHosts: 'all',
      logger: new RecordingLogger(),
      clock: systemClock,
    });
    const login = { login: own.url, tokenIssuer: 'https://sts.windows.net', httpClient, clock };
    const tokens = new SignInTokens({ appId: TEAMS_APP_ID, resource: SIGN_IN_RESOURCE, ...login });
    const rita = { tenantId: TEAMS_TENANT_ID, aadObjectId: teamsUser('rita').userId };

    await expect(tokens.flawOf(own.token(), rita)).resolves.toBeUndefined();
    own.rotate();
    await expect(tokens.flawOf(own.token({ key: 'next' }), rita)).resolves.toBe('key');
    expect(own.asked).toHaveLength(1);
    await clock.advance(61_000);
    await expect(tokens.flawOf(own.token({ key: 'next' }), rita)).resolves.toBeUndefined();
    await expect(tokens.flawOf(own.token(), rita)).resolves.toBeUndefined();
    expect(own.asked).toHaveLength(2);

    await own.stop();
    await httpClient.close();
  });
});
