import nock from 'nock';
import { BEARER, failureOf, onlyExpectedCalls, openVendor, type Vendor } from './support/vendor-kit.js';

const api = () => nock('https://slack.com', { reqheaders: { authorization: BEARER } });

describe('the connector of Slack', () => {
  let slack: Vendor;
  onlyExpectedCalls();
  beforeAll(async () => {
    slack = await openVendor('slack', { connection: 'slack' });
  });

  it("takes the person's token, which stands beside that of the app", async () => {
    nock('https://slack.com')
      .post('/api/oauth.v2.access', /client_secret=acme/)
      .reply(200, {
        ok: true,
        app_id: 'A1',
        authed_user: { id: 'U1', scope: 'chat:write,users:read', access_token: 'xoxp-1', token_type: 'user' },
        team: { id: 'T1', name: 'Acme' },
        enterprise: null,
        is_enterprise_install: false,
      });

    const tokens = await slack.exchange();

    expect(tokens.accessToken.reveal()).toBe('xoxp-1');
    expect(tokens.scopes).toEqual(['chat:write', 'users:read']);
  });

  it('refreshes where token rotation is on, and asks for a login when the refresh token has ended', async () => {
    nock('https://slack.com')
      .post('/api/oauth.v2.access', /grant_type=refresh_token/)
      .reply(200, {
        ok: true,
        access_token: 'xoxe.xoxp-2',
        refresh_token: 'xoxe-2',
        expires_in: 43200,
        token_type: 'user',
        scope: 'chat:write',
      })
      .post('/api/oauth.v2.access')
      .reply(200, { ok: false, error: 'invalid_refresh_token' });

    expect((await slack.refresh()).accessToken.reveal()).toBe('xoxe.xoxp-2');
    expect(await failureOf(slack.refresh())).toMatchObject({ code: 'oauth.invalid_grant' });
  });

  it('tells who logged in, and where', async () => {
    api().post('/api/auth.test').reply(200, {
      ok: true,
      url: 'https://acme.slack.com/',
      team: 'Acme',
      user: 'ann',
      team_id: 'T1',
      user_id: 'U1',
    });

    expect(await slack.identify()).toEqual({ id: 'T1/U1', label: 'ann (Acme)', organization: 'T1' });
  });

  it('sends messages', async () => {
    api()
      .post('/api/chat.postMessage', { channel: 'C1', text: 'Hello', unfurl_links: false })
      .reply(200, { ok: true, channel: 'C1', ts: '1503435956.000247', message: { text: 'Hello' } });

    expect(await slack.perform('send_message', { channel: 'C1', text: 'Hello' })).toEqual({
      channel: 'C1',
      ts: '1503435956.000247',
    });
  });

  it('reads channels page by page', async () => {
    const page = (names: readonly string[], next: string) => ({
      ok: true,
      channels: names.map((name) => ({ id: `C-${name}`, name, topic: { value: '' }, num_members: 3 })),
      response_metadata: { next_cursor: next },
    });
    const query = { exclude_archived: 'true', types: 'public_channel', limit: '200' };
    api()
      .get('/api/conversations.list')
      .query(query)
      .reply(200, page(['general'], 'dGVhbTpD'));
    api()
      .get('/api/conversations.list')
      .query({ ...query, cursor: 'dGVhbTpD' })
      .reply(200, page(['random'], ''));

    expect(await slack.perform('list_channels')).toMatchObject({
      channels: [{ id: 'C-general', members: 3 }, { name: 'random' }],
    });
  });

  it('says what the account may not do, although the status is 200', async () => {
    api()
      .post('/api/conversations.create')
      .reply(200, { ok: false, error: 'missing_scope', needed: 'channels:write', provided: 'chat:write' });

    expect(await failureOf(slack.perform('create_channel', { name: 'x' }))).toEqual({
      code: 'app.forbidden',
      userText:
        'Your Slack account (ann) may not create channels. Slack says: missing_scope (channels:write). Whoever administers Slack can allow it.',
    });
  });

  it.each([
    ['invalid_auth', 'app.unauthorized'],
    ['token_revoked', 'app.unauthorized'],
    ['account_inactive', 'app.unauthorized'],
    ['not_in_channel', 'app.forbidden'],
    ['channel_not_found', 'app.not_found'],
    ['internal_error', 'app.unavailable'],
    ['msg_too_long', 'app.bad_input'],
  ])('understands %s', async (error, code) => {
    api().post('/api/chat.postMessage').reply(200, { ok: false, error });

    expect(await failureOf(slack.perform('send_message', { channel: 'C1', text: 'x' }))).toMatchObject({ code });
  });

  it('waits as long as Slack says', async () => {
    api().post('/api/chat.postMessage').reply(429, { ok: false, error: 'ratelimited' }, { 'retry-after': '30' });

    expect(await failureOf(slack.perform('send_message', { channel: 'C1', text: 'x' }))).toMatchObject({
      code: 'app.rate_limited',
      retryAfterMs: 30_000,
    });
  });

  it('ends a token with the call of Slack, also when it is dead already', async () => {
    api().post('/api/auth.revoke').reply(200, { ok: true, revoked: true });
    expect(await slack.revoke()).toBe('revoked');

    api().post('/api/auth.revoke').reply(200, { ok: false, error: 'token_revoked' });
    expect(await slack.revoke()).toBe('revoked');

    api().post('/api/auth.revoke').reply(200, { ok: false, error: 'fatal_error' });
    expect(await failureOf(slack.revoke())).toMatchObject({ code: 'oauth.operator' });
  });
});
