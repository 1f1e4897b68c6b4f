import nock from 'nock';
import {
  BEARER,
  FILE,
  FILE_CONTENT,
  failureOf,
  onlyExpectedCalls,
  openVendor,
  type Vendor,
} from './support/vendor-kit.js';

const INSTANCE = 'https://acme.my.salesforce.com';
const api = () => nock(INSTANCE, { reqheaders: { authorization: BEARER } });
const DATA = '/services/data/v62.0';
const DEAL = { name: '200 licences', stage: 'Prospecting', close_date: '2026-12-31', amount: 5000 };

describe('the connector of Salesforce', () => {
  let salesforce: Vendor;
  onlyExpectedCalls();
  beforeAll(async () => {
    salesforce = await openVendor('salesforce', {
      connection: 'salesforce',
      fields: { instance_url: INSTANCE },
    });
  });

  it('keeps the instance of the login and no expiry', async () => {
    nock('https://login.salesforce.com').post('/services/oauth2/token').reply(200, {
      access_token: '00D!x',
      refresh_token: '5Aep',
      scope: 'refresh_token openid api id',
      instance_url: INSTANCE,
      id: 'https://login.salesforce.com/id/00D/005',
      token_type: 'Bearer',
      issued_at: '1278448384422',
      signature: 's',
    });

    const tokens = await salesforce.exchange();

    expect(tokens.fields).toEqual({ instance_url: INSTANCE });
    expect(tokens.expiresAt).toBeUndefined();
  });

  it.each([
    [true, 'ann@acme.example'],
    [false, undefined],
  ])(
    'tells who logged in; the address counts when Salesforce has confirmed it (%s)',
    async (verified, confirmedEmail) => {
      api().get('/services/oauth2/userinfo').reply(200, {
        user_id: '005x',
        organization_id: '00Dx',
        preferred_username: 'ann@acme.example.sandbox',
        email: 'ann@acme.example',
        email_verified: verified,
      });

      expect(await salesforce.identify()).toEqual({
        id: '00Dx/005x',
        label: 'ann@acme.example.sandbox',
        organization: '00Dx',
        ...(confirmedEmail ? { confirmedEmail } : {}),
      });
    },
  );

  it('goes to hosts of Salesforce only, whatever the login told', async () => {
    const lied = await openVendor('salesforce', {
      connection: 'salesforce',
      fields: { instance_url: 'https://evil.example' },
    });

    expect(await failureOf(lied.perform('get_opportunity', { id: '006' }))).toMatchObject({
      code: 'connection.invalid',
    });
  });

  it('creates opportunities', async () => {
    api()
      .post(`${DATA}/sobjects/Opportunity`, {
        Name: '200 licences',
        StageName: 'Prospecting',
        CloseDate: '2026-12-31',
        Amount: 5000,
      })
      .reply(201, { id: '006x', success: true, errors: [] });

    expect(await salesforce.perform('create_opportunity', DEAL)).toEqual({ id: '006x' });
  });

  it('changes opportunities, which answers with nothing', async () => {
    api().patch(`${DATA}/sobjects/Opportunity/006x`, { StageName: 'Closed Won' }).reply(204);

    expect(await salesforce.perform('update_opportunity', { id: '006x', stage: 'Closed Won' })).toEqual({ id: '006x' });
  });

  it('makes files of records, in base64', async () => {
    api()
      .post('/services/data/v62.0/sobjects/ContentVersion', {
        Title: 'The offer',
        PathOnClient: FILE.name,
        VersionData: FILE_CONTENT.toString('base64'),
        FirstPublishLocationId: '0065g00000XyZ12AAF',
      })
      .reply(201, { id: '0685g00000A', success: true, errors: [] });

    const input = { file: FILE, record: '0065g00000XyZ12AAF', title: 'The offer' };
    expect(await salesforce.perform('upload_file', input)).toMatchObject({ id: '0685g00000A' });
  });

  it('searches accounts by what people type', async () => {
    api()
      .get(`${DATA}/parameterizedSearch`)
      .query((query) => query['q'] === "O'Neill" && query['sobject'] === 'Account')
      .reply(200, {
        searchRecords: [{ attributes: { type: 'Account' }, Id: '001x', Name: "O'Neill", Phone: null, Website: null }],
      });

    expect(await salesforce.perform('find_accounts', { text: "O'Neill" })).toMatchObject({
      accounts: [{ id: '001x', name: "O'Neill" }],
    });
  });

  it('reads queries page by page', async () => {
    const soql = 'SELECT Id FROM Account';
    api()
      .get(`${DATA}/query`)
      .query({ q: soql })
      .reply(200, { done: false, nextRecordsUrl: `${DATA}/query/01g-2000`, records: [{ Id: '1' }] });
    api()
      .get(`${DATA}/query/01g-2000`)
      .reply(200, { done: true, records: [{ Id: '2' }] });

    expect(await salesforce.perform('query', { soql })).toEqual({
      records: [{ Id: '1' }, { Id: '2' }],
      truncated: false,
    });
  });

  it.each([
    [401, 'INVALID_SESSION_ID', 'Session expired or invalid', 'app.unauthorized'],
    [403, 'INSUFFICIENT_ACCESS', 'no', 'app.forbidden'],
    [400, 'INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id', 'app.forbidden'],
    [403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.', 'app.rate_limited'],
    [400, 'DUPLICATES_DETECTED', 'Use one of these records?', 'app.conflict'],
    [400, 'FIELD_CUSTOM_VALIDATION_EXCEPTION', 'Close date must be in the future', 'app.bad_input'],
    [404, 'NOT_FOUND', 'The requested resource does not exist', 'app.not_found'],
  ])('understands %d %s', async (status, errorCode, message, code) => {
    api().post(`${DATA}/sobjects/Opportunity`).reply(status, [{ errorCode, message }]);

    expect(await failureOf(salesforce.perform('create_opportunity', DEAL))).toMatchObject({ code });
  });

  it('says what the account may not do', async () => {
    api()
      .post(`${DATA}/sobjects/Opportunity`)
      .reply(403, [{ errorCode: 'INSUFFICIENT_ACCESS', message: 'insufficient access rights' }]);

    expect((await failureOf(salesforce.perform('create_opportunity', DEAL))).userText).toBe(
      'Your Salesforce account (ann) may not create opportunities. Salesforce says: insufficient access rights. Whoever administers Salesforce can allow it.',
    );
  });

  it('takes the plain refusal of the identity service for a dead token', async () => {
    api().get('/services/oauth2/userinfo').reply(403, 'Bad_OAuth_Token', { 'content-type': 'text/plain' });

    expect(await failureOf(salesforce.identify())).toMatchObject({ code: 'app.unauthorized' });
  });

  it('keeps its refresh token and instance when a refresh names none, and asks for a login when it has ended', async () => {
    nock('https://login.salesforce.com')
      .post('/services/oauth2/token', /grant_type=refresh_token/)
      .reply(200, { access_token: '00D!y', instance_url: INSTANCE, scope: 'api', token_type: 'Bearer', issued_at: '1' })
      .post('/services/oauth2/token')
      .reply(400, { error: 'invalid_grant', error_description: 'expired access/refresh token' });

    const tokens = await salesforce.refresh();

    expect(tokens.refreshToken?.reveal()).toBe('refresh-canary');
    expect(tokens.fields).toEqual({ instance_url: INSTANCE });
    expect(await failureOf(salesforce.refresh())).toMatchObject({ code: 'oauth.invalid_grant' });
  });
});
