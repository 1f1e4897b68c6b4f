import nock from 'nock';
import {
  BEARER,
  bytesOf,
  FILE,
  FILE_CONTENT,
  failureOf,
  onlyExpectedCalls,
  openVendor,
  type Vendor,
} from './support/vendor-kit.js';

const HOST = 'https://acme.zendesk.com';
const api = () => nock(HOST, { reqheaders: { authorization: BEARER } });
const TICKET = { id: 35436, subject: 'Refund', status: 'new', priority: 'high', updated_at: '2026-11-27T08:00:00Z' };

describe('the connector of Zendesk', () => {
  let zendesk: Vendor;
  onlyExpectedCalls();
  beforeAll(async () => {
    zendesk = await openVendor('zendesk', { connection: 'zendesk' });
  });

  it('tells who logged in; Zendesk does not say which address is confirmed', async () => {
    api()
      .get('/api/v2/users/me.json')
      .reply(200, { user: { id: 9873843, email: 'ann@acme.example', name: 'Ann', role: 'agent', verified: true } });

    expect(await zendesk.identify()).toEqual({ id: '9873843', label: 'ann@acme.example', organization: 'acme' });
  });

  it('creates a ticket once, however often the step is tried', async () => {
    nock(HOST, { reqheaders: { 'idempotency-key': 'job:1' } })
      .post('/api/v2/tickets.json', { ticket: { subject: 'Refund', comment: { body: 'Please' }, priority: 'high' } })
      .reply(201, { ticket: TICKET });

    expect(await zendesk.perform('create_ticket', { subject: 'Refund', text: 'Please', priority: 'High' })).toEqual({
      id: 35436,
      subject: 'Refund',
      status: 'new',
      priority: 'high',
      url: 'https://acme.zendesk.com/agent/tickets/35436',
    });
  });

  it('reads search hits page by page', async () => {
    const first = { query: 'type:ticket status<solved', sort_by: 'updated_at', sort_order: 'desc', per_page: '50' };
    api()
      .get('/api/v2/search.json')
      .query(first)
      .reply(200, { results: [TICKET], next_page: `${HOST}/api/v2/search.json?page=2` });
    api()
      .get('/api/v2/search.json')
      .query({ page: 2 })
      .reply(200, { results: [{ ...TICKET, id: 2 }], next_page: null });

    expect(await zendesk.perform('find_tickets', { query: 'status<solved' })).toMatchObject({
      tickets: [{ id: 35436, subject: 'Refund' }, { id: 2 }],
    });
  });

  it('comments for the requester or for colleagues', async () => {
    api()
      .put('/api/v2/tickets/35436.json', { ticket: { comment: { body: 'Seen', public: false } } })
      .reply(200, { ticket: TICKET });
    await zendesk.perform('comment_on_ticket', { id: 35436, text: 'Seen', internal: true });

    api()
      .put('/api/v2/tickets/35436.json', { ticket: { comment: { body: 'Done', public: true } } })
      .reply(200, { ticket: TICKET });
    await zendesk.perform('comment_on_ticket', { id: 35436, text: 'Done' });
  });

  it('uploads a file, and hands it to a ticket with a comment', async () => {
    let sent = '';
    api()
      .post('/api/v2/uploads.json', (body) => {
        sent = String(body);
        return true;
      })
      .query({ filename: FILE.name })
      .matchHeader('content-type', 'application/pdf')
      .reply(201, {
        upload: {
          token: '6bk3gql82em5nmf',
          attachment: { file_name: 'Offer.pdf', content_url: `${HOST}/attachments/1` },
        },
      })
      .put('/api/v2/tickets/35436.json', {
        ticket: { comment: { body: 'Here', public: true, uploads: ['6bk3gql82em5nmf'] } },
      })
      .reply(200, { ticket: TICKET });

    const uploaded = await zendesk.perform('upload_file', { file: FILE });
    expect(uploaded).toEqual({ token: '6bk3gql82em5nmf', name: 'Offer.pdf', url: `${HOST}/attachments/1` });
    expect(bytesOf(sent)).toEqual(FILE_CONTENT);
    await zendesk.perform('comment_on_ticket', { id: 35436, text: 'Here', uploads: ['6bk3gql82em5nmf'] });
  });

  it('says what the account may not do', async () => {
    api()
      .put('/api/v2/tickets/1.json')
      .reply(403, { error: { title: 'Forbidden', message: 'You do not have access to this page.' } });

    expect(await failureOf(zendesk.perform('update_ticket', { id: 1, status: 'solved' }))).toEqual({
      code: 'app.forbidden',
      userText:
        'Your Zendesk account (ann) may not change tickets. Zendesk says: You do not have access to this page. Whoever administers Zendesk can allow it.',
    });
  });

  it.each([
    [401, { error: "Couldn't authenticate you" }, 'app.unauthorized'],
    [
      401,
      { error: 'invalid_token', error_description: 'The access token provided is expired, revoked, malformed.' },
      'app.unauthorized',
    ],
    [404, { error: 'RecordNotFound', description: 'Not found' }, 'app.not_found'],
    [
      429,
      { error: 'APIRateLimitExceeded', description: 'Number of allowed API requests per minute exceeded' },
      'app.rate_limited',
    ],
  ])('understands %d %j', async (status, body, code) => {
    api().get('/api/v2/tickets/1.json').reply(status, body, { 'retry-after': '93' });

    expect(await failureOf(zendesk.perform('get_ticket', { id: 1 }))).toMatchObject({ code });
  });

  it('quotes which fields are wrong', async () => {
    api()
      .post('/api/v2/tickets.json')
      .reply(422, {
        error: 'RecordInvalid',
        description: 'Record validation errors',
        details: { base: [{ description: 'Description: cannot be blank', error: 'BlankValue' }] },
      });

    const failure = await failureOf(zendesk.perform('create_ticket', { subject: 'x', text: 'x' }));

    expect(failure).toMatchObject({
      code: 'app.bad_input',
      userText: expect.stringContaining('Description: cannot be blank'),
    });
  });

  it('refreshes with a token that is used once, and ends it with the call of Zendesk', async () => {
    nock(HOST)
      .post('/oauth/tokens', /grant_type=refresh_token/)
      .reply(200, {
        access_token: 'a2',
        refresh_token: 'r2',
        token_type: 'bearer',
        scope: 'read write',
        expires_in: 172800,
      });
    expect((await zendesk.refresh()).refreshToken?.reveal()).toBe('r2');

    api().delete('/api/v2/oauth/tokens/current.json').reply(204);
    expect(await zendesk.revoke()).toBe('revoked');
  });
});
