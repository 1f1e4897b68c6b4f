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

const INSTANCE = 'https://acme.service-now.com';
const api = () => nock(INSTANCE, { reqheaders: { authorization: BEARER } });
const TABLE = '/api/now/table/incident';
const RECORD = {
  sys_id: 'a1b2',
  number: 'INC0010001',
  short_description: 'Printer',
  state: 'New',
  priority: '3 - Moderate',
  assigned_to: '',
  opened_at: '2026-11-27 08:00:00',
};

describe('the connector of ServiceNow', () => {
  let servicenow: Vendor;
  onlyExpectedCalls();
  beforeAll(async () => {
    servicenow = await openVendor('servicenow', { connection: 'servicenow' });
  });

  it('tells who logged in', async () => {
    api()
      .get('/api/now/table/sys_user')
      .query((query) => query['sysparm_query'] === 'sys_id=javascript:gs.getUserID()')
      .reply(200, { result: [{ sys_id: '6816f7', user_name: 'ann.lee', email: 'ann@acme.example' }] });

    expect(await servicenow.identify()).toEqual({ id: '6816f7', label: 'ann@acme.example', organization: 'acme' });
  });

  it('creates incidents', async () => {
    api()
      .post(TABLE, { short_description: 'Printer', urgency: 2 })
      .query((query) => query['sysparm_display_value'] === 'true')
      .reply(201, { result: RECORD });

    expect(await servicenow.perform('create_incident', { summary: 'Printer', urgency: '2' })).toEqual({
      id: 'a1b2',
      number: 'INC0010001',
      summary: 'Printer',
      state: 'New',
      priority: '3 - Moderate',
      assigned_to: '',
      url: `${INSTANCE}/nav_to.do?uri=incident.do?sys_id=a1b2`,
    });
  });

  it('searches page by page, and takes the sign for further conditions out of what people type', async () => {
    const asked: unknown[] = [];
    const search = () =>
      api()
        .get(TABLE)
        .query((query) => {
          asked.push(query['sysparm_query'], query['sysparm_offset']);
          return true;
        });
    search().reply(200, { result: Array.from({ length: 50 }, () => RECORD) });
    search().reply(200, { result: [{ ...RECORD, number: 'INC0010051' }] });

    const output = await servicenow.perform('find_incidents', { text: 'printer^active=false', open: true });

    expect(Object(output).incidents).toHaveLength(51);
    const query = 'short_descriptionLIKEprinter active=false^active=true^ORDERBYDESCsys_created_on';
    expect(asked).toEqual([query, undefined, query, '50']);
  });

  it.each([
    [true, { work_notes: 'Seen' }],
    [undefined, { comments: 'Seen' }],
  ])('comments for the caller or for colleagues (internal: %s)', async (internal, body) => {
    api().patch(`${TABLE}/a1b2`, body).query(true).reply(200, { result: RECORD });

    await servicenow.perform('comment_on_incident', { id: 'a1b2', text: 'Seen', internal });
  });

  it('attaches files to records', async () => {
    let sent = '';
    api()
      .post('/api/now/attachment/file', (body) => {
        sent = String(body);
        return true;
      })
      .query({ table_name: 'incident', table_sys_id: 'a1b2', file_name: FILE.name })
      .matchHeader('content-type', 'application/pdf')
      .reply(201, {
        result: {
          sys_id: '9f',
          file_name: 'Offer.pdf',
          download_link: 'https://acme.service-now.com/api/now/attachment/9f/file',
        },
      });

    expect(await servicenow.perform('attach_file', { id: 'a1b2', file: FILE })).toEqual({
      id: '9f',
      name: 'Offer.pdf',
      url: 'https://acme.service-now.com/api/now/attachment/9f/file',
    });
    expect(bytesOf(sent)).toEqual(FILE_CONTENT);
  });

  it('says what the account may not do', async () => {
    api()
      .patch(`${TABLE}/a1b2`)
      .query(true)
      .reply(403, {
        error: { message: 'Operation Failed', detail: 'ACL Exception Update Failed due to security constraints' },
        status: 'failure',
      });

    expect(await failureOf(servicenow.perform('resolve_incident', { id: 'a1b2', code: 'x', notes: 'x' }))).toEqual({
      code: 'app.forbidden',
      userText:
        'Your ServiceNow account (ann) may not resolve incidents. ServiceNow says: Operation Failed: ACL Exception Update Failed due to security constraints. Whoever administers ServiceNow can allow it.',
    });
  });

  it.each([
    [
      401,
      { error: { message: 'User Not Authenticated', detail: 'Required to provide Auth information' } },
      'app.unauthorized',
    ],
    [
      404,
      { error: { message: 'No Record found', detail: "Record doesn't exist or ACL restricts the record retrieval" } },
      'app.not_found',
    ],
    [429, { error: { message: 'Rate limit exceeded', detail: null } }, 'app.rate_limited'],
    [400, { error: { message: 'Invalid table incidents', detail: null } }, 'app.bad_input'],
  ])('understands %d %j', async (status, body, code) => {
    api()
      .get(`${TABLE}/a1b2`)
      .query(true)
      .reply(status, { ...body, status: 'failure' }, { 'retry-after': '60' });

    expect(await failureOf(servicenow.perform('get_incident', { id: 'a1b2' }))).toMatchObject({ code });
  });

  it('refreshes, and revokes', async () => {
    nock(INSTANCE)
      .post('/oauth_token.do', /grant_type=refresh_token/)
      .reply(200, {
        access_token: 'a2',
        refresh_token: 'r2',
        scope: 'useraccount',
        token_type: 'Bearer',
        expires_in: 1799,
      })
      .post('/oauth_token.do')
      .reply(401, { error: 'invalid_grant', error_description: 'access_denied' })
      .post('/oauth_revoke_token.do', /token=refresh-canary/)
      .reply(200)
      .post('/oauth_revoke_token.do', /token=access-canary/)
      .reply(200);

    const tokens = await servicenow.refresh();

    expect((tokens.expiresAt ?? 0) - tokens.issuedAt).toBe(1_799_000);
    expect(await failureOf(servicenow.refresh())).toMatchObject({ code: 'oauth.invalid_grant' });
    expect(await servicenow.revoke()).toBe('revoked');
  });
});
