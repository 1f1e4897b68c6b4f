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

const api = () => nock('https://graph.microsoft.com', { reqheaders: { authorization: BEARER } });
const EVENT = {
  id: 'AAMk',
  subject: 'Stand-up',
  start: { dateTime: '2026-11-27T09:00:00.0000000', timeZone: 'UTC' },
  end: { dateTime: '2026-11-27T09:15:00.0000000', timeZone: 'UTC' },
  location: { displayName: 'Room 4' },
  organizer: { emailAddress: { name: 'Bob', address: 'bob@acme.example' } },
  webLink: 'https://outlook.office365.com/x',
};

describe('the connector of Microsoft Graph', () => {
  let graph: Vendor;
  onlyExpectedCalls();
  beforeAll(async () => {
    graph = await openVendor('microsoft_graph', {
      connection: 'microsoft-graph',
      environment: { GRAPH_TENANT_ID: 't-1' },
    });
  });

  it('logs people in at their own tenant', () => {
    expect(graph.app.authorizationUrl).toBe('https://login.microsoftonline.com/t-1/oauth2/v2.0/authorize');
    expect(graph.app.scopes).toEqual(['offline_access', 'User.Read']);
  });

  it('exchanges an assertion of who the person is on their behalf, at their own tenant', async () => {
    nock('https://login.microsoftonline.com')
      .post('/t-1/oauth2/v2.0/token', (form) => {
        expect(form).toEqual({
          grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
          requested_token_use: 'on_behalf_of',
          assertion: 'assertion-canary',
          scope: 'offline_access User.Read',
          client_id: 'acme',
          client_secret: 'acme',
        });
        return true;
      })
      .reply(200, {
        token_type: 'Bearer',
        scope: 'User.Read profile openid email',
        expires_in: 3600,
        ext_expires_in: 3600,
        access_token: 'eyJ0',
        refresh_token: '0.AX',
      });
    expect((await graph.assert()).refreshToken?.reveal()).toBe('0.AX');
  });

  it('needs a login where Entra ID wants the person to do something', async () => {
    nock('https://login.microsoftonline.com')
      .post('/t-1/oauth2/v2.0/token')
      .reply(400, {
        error: 'interaction_required',
        error_description: 'AADSTS50079: Due to a configuration change made by your administrator',
        error_codes: [50079],
        suberror: 'basic_action',
        claims: '{"access_token":{"capolids":{"essential":true,"values":["c"]}}}',
      });
    expect((await failureOf(graph.assert())).code).toBe('oauth.invalid_grant');
  });

  it('tells who logged in; a user principal name is no confirmed address', async () => {
    api()
      .get('/v1.0/me')
      .query({ $select: 'id,displayName,userPrincipalName' })
      .reply(200, { id: '87d3', displayName: 'Ann', userPrincipalName: 'ann@acme.example' })
      .get('/v1.0/organization')
      .query({ $select: 'id' })
      .reply(200, { value: [{ id: 't-1' }] });

    expect(await graph.identify()).toEqual({ id: '87d3', label: 'ann@acme.example', organization: 't-1' });
  });

  it('tells who logged in where the account may not see its organisation', async () => {
    api()
      .get('/v1.0/me')
      .query(true)
      .reply(200, { id: '87d3', displayName: 'Ann', userPrincipalName: 'ann@acme.example' })
      .get('/v1.0/organization')
      .query(true)
      .reply(403, { error: { code: 'Authorization_RequestDenied', message: 'Insufficient privileges' } });

    expect(await graph.identify()).toEqual({ id: '87d3', label: 'ann@acme.example' });
  });

  it('reads the calendar page by page, in the time zone that is wanted', async () => {
    const next = 'https://graph.microsoft.com/v1.0/me/calendarView?$skip=25';
    nock('https://graph.microsoft.com', { reqheaders: { prefer: 'outlook.timezone="Europe/Berlin"' } })
      .get('/v1.0/me/calendarView')
      .query((query) => query['startDateTime'] === '2026-11-27T00:00:00' && query['$top'] === '25')
      .reply(200, { value: [EVENT], '@odata.nextLink': next })
      .get('/v1.0/me/calendarView')
      .query({ $skip: 25 })
      .reply(200, { value: [{ ...EVENT, subject: 'Lunch' }] });

    const output = await graph.perform('list_events', {
      from: '2026-11-27T00:00:00',
      until: '2026-11-27T23:59:59',
      time_zone: 'Europe/Berlin',
    });

    expect(output).toMatchObject({
      events: [{ subject: 'Stand-up', place: 'Room 4', organizer: 'bob@acme.example' }, { subject: 'Lunch' }],
    });
  });

  it('sends e-mails, which answers with nothing', async () => {
    api()
      .post('/v1.0/me/sendMail', {
        message: {
          subject: 'Offer',
          body: { contentType: 'Text', content: 'Hello' },
          toRecipients: [{ emailAddress: { address: 'bob@acme.example' } }],
          ccRecipients: [],
        },
      })
      .reply(202);

    expect(await graph.perform('send_mail', { to: 'bob@acme.example', subject: 'Offer', text: 'Hello' })).toEqual({
      sent: true,
    });
  });

  it('searches people and files by what people type, whatever quotes it has', async () => {
    nock('https://graph.microsoft.com', { reqheaders: { consistencylevel: 'eventual' } })
      .get('/v1.0/users')
      .query((query) => query['$search'] === '"displayName:Ann  OR mail:x"')
      .reply(200, { value: [{ id: '1', displayName: 'Ann', mail: null, userPrincipalName: 'ann@acme.example' }] });
    api().get("/v1.0/me/drive/root/search(q='O''Neill')").query(true).reply(200, { value: [] });

    expect(await graph.perform('find_users', { name: 'Ann" OR mail:x' })).toMatchObject({
      users: [{ name: 'Ann', email: 'ann@acme.example' }],
    });
    expect(await graph.perform('find_files', { text: "O'Neill" })).toEqual({ files: [] });
  });

  it('uploads files into the OneDrive of the person, under another name where theirs is taken', async () => {
    let sent = '';
    api()
      .put(`/v1.0/me/drive/items/root:/${encodeURIComponent(FILE.name)}:/content`, (body) => {
        sent = String(body);
        return true;
      })
      .query({ '@microsoft.graph.conflictBehavior': 'rename' })
      .matchHeader('content-type', 'application/pdf')
      .reply(201, { id: '01A', name: 'Offer 1.pdf', size: 8, webUrl: 'https://acme-my.sharepoint.com/x' });

    expect(await graph.perform('upload_file', { file: FILE })).toEqual({
      id: '01A',
      name: 'Offer 1.pdf',
      size: 8,
      url: 'https://acme-my.sharepoint.com/x',
    });
    expect(bytesOf(sent)).toEqual(FILE_CONTENT);
  });

  it('uploads files into a folder, under a name of their own', async () => {
    api()
      .put('/v1.0/me/drive/items/01F:/Offer.pdf:/content')
      .query({ '@microsoft.graph.conflictBehavior': 'replace' })
      .reply(200, { id: '01A', name: 'Offer.pdf', size: 8, webUrl: 'https://acme-my.sharepoint.com/x' });

    const input = { file: FILE, folder: '01F', name: 'Offer.pdf', existing: 'replace' };
    expect(await graph.perform('upload_file', input)).toMatchObject({ name: 'Offer.pdf' });
  });

  it('says what the account may not do', async () => {
    const error = { code: 'ErrorAccessDenied', message: 'Access is denied. Check credentials and try again.' };
    api().post('/v1.0/me/sendMail').reply(403, { error });

    expect(await failureOf(graph.perform('send_mail', { to: 'b@acme.example', subject: 'x', text: 'x' }))).toEqual({
      code: 'app.forbidden',
      userText:
        'Your Microsoft 365 account (ann) may not send e-mails. Microsoft 365 says: Access is denied. Check credentials and try again. Whoever administers Microsoft 365 can allow it.',
    });
  });

  it.each([
    [401, 'InvalidAuthenticationToken', 'app.unauthorized'],
    [429, 'TooManyRequests', 'app.rate_limited'],
    [503, 'activityLimitReached', 'app.rate_limited'],
    [404, 'Request_ResourceNotFound', 'app.not_found'],
    [400, 'ErrorInvalidRequest', 'app.bad_input'],
  ])('understands %d %s', async (status, name, code) => {
    api()
      .get('/v1.0/users/bob')
      .query(true)
      .reply(status, { error: { code: name, message: 'm' } }, { 'retry-after': '10' });

    expect(await failureOf(graph.perform('get_user', { user: 'bob' }))).toMatchObject({ code, retryAfterMs: 10_000 });
  });

  it('gets a new refresh token at every refresh, and has no way to revoke', async () => {
    nock('https://login.microsoftonline.com')
      .post('/t-1/oauth2/v2.0/token', /grant_type=refresh_token/)
      .reply(200, {
        token_type: 'Bearer',
        scope: 'User.Read',
        expires_in: 3600,
        access_token: 'eyJ2',
        refresh_token: 'M.2',
      })
      .post('/t-1/oauth2/v2.0/token')
      .reply(400, { error: 'invalid_grant', error_description: 'AADSTS70008: expired', error_codes: [70008] });

    expect((await graph.refresh()).refreshToken?.reveal()).toBe('M.2');
    expect(await failureOf(graph.refresh())).toMatchObject({ code: 'oauth.invalid_grant' });
    expect(await graph.revoke()).toBe('unsupported');
  });
});
