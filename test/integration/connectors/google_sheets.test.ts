import nock from 'nock';
import { BEARER, failureOf, onlyExpectedCalls, openVendor, type Vendor } from './support/vendor-kit.js';

const api = () => nock('https://sheets.googleapis.com', { reqheaders: { authorization: BEARER } });
const SHEET = { spreadsheet: '1AbC' };
const VALUES = '/v4/spreadsheets/1AbC/values';

describe('the connector of Google Sheets', () => {
  let sheets: Vendor;
  onlyExpectedCalls();
  beforeAll(async () => {
    sheets = await openVendor('google_sheets', { connection: 'google-sheets' });
  });

  it('asks for a refresh token and what was granted before, and knows that a revocation ends the whole grant', () => {
    expect(sheets.app.authorizationParameters).toEqual({
      access_type: 'offline',
      prompt: 'consent',
      include_granted_scopes: 'true',
    });
    expect(sheets.app.revocationEnds).toBe('grant');
  });

  it('tells who logged in', async () => {
    nock('https://openidconnect.googleapis.com', { reqheaders: { authorization: BEARER } })
      .get('/v1/userinfo')
      .reply(200, { sub: '1100', email: 'ann@acme.example', email_verified: true, hd: 'acme.example' });

    expect(await sheets.identify()).toEqual({
      id: '1100',
      label: 'ann@acme.example',
      confirmedEmail: 'ann@acme.example',
      organization: 'acme.example',
    });
  });

  it('reads cells', async () => {
    api()
      .get(`${VALUES}/Orders!A1%3AB2`)
      .query({ valueRenderOption: 'FORMATTED_VALUE' })
      .reply(200, { range: 'Orders!A1:B2', majorDimension: 'ROWS', values: [['Acme', '5']] });

    expect(await sheets.perform('get_values', { ...SHEET, range: 'Orders!A1:B2' })).toEqual({
      range: 'Orders!A1:B2',
      rows: [['Acme', '5']],
    });
  });

  it('gives no rows where there is nothing', async () => {
    api().get(`${VALUES}/A1`).query(true).reply(200, { range: 'A1', majorDimension: 'ROWS' });

    expect(await sheets.perform('get_values', { ...SHEET, range: 'A1' })).toEqual({ range: 'A1', rows: [] });
  });

  it('adds rows in which nothing becomes a formula', async () => {
    api()
      .post(`${VALUES}/Orders!A%3AD:append`, { majorDimension: 'ROWS', values: [['=HYPERLINK("x")', 5]] })
      .query({ valueInputOption: 'RAW', insertDataOption: 'INSERT_ROWS' })
      .reply(200, { spreadsheetId: '1AbC', updates: { updatedRange: 'Orders!A5:B5', updatedRows: 1 } });

    const output = await sheets.perform('append_row', {
      ...SHEET,
      range: 'Orders!A:D',
      values: ['=HYPERLINK("x")', 5],
    });

    expect(output).toEqual({ range: 'Orders!A5:B5', rows: 1 });
  });

  it('adds sheets', async () => {
    api()
      .post('/v4/spreadsheets/1AbC:batchUpdate', { requests: [{ addSheet: { properties: { title: 'May' } } }] })
      .reply(200, { replies: [{ addSheet: { properties: { sheetId: 42, title: 'May' } } }] });

    expect(await sheets.perform('add_sheet', { ...SHEET, title: 'May' })).toEqual({ id: 42, title: 'May' });
  });

  it('says what the account may not do', async () => {
    const error = { code: 403, message: 'The caller does not have permission', status: 'PERMISSION_DENIED' };
    api().put(`${VALUES}/A1`).query(true).reply(403, { error });

    expect(await failureOf(sheets.perform('update_values', { ...SHEET, range: 'A1', rows: [[1]] }))).toEqual({
      code: 'app.forbidden',
      userText:
        'Your Google Sheets account (ann) may not change cells. Google Sheets says: The caller does not have permission. Whoever administers Google Sheets can allow it.',
    });
  });

  it.each([
    [401, { status: 'UNAUTHENTICATED' }, 'app.unauthorized'],
    [429, { status: 'RESOURCE_EXHAUSTED' }, 'app.rate_limited'],
    [403, { status: 'PERMISSION_DENIED', details: [{ reason: 'RATE_LIMIT_EXCEEDED' }] }, 'app.rate_limited'],
    [404, { status: 'NOT_FOUND' }, 'app.not_found'],
    [400, { status: 'INVALID_ARGUMENT', message: 'Unable to parse range: Nope!A1' }, 'app.bad_input'],
  ])('understands %d %j', async (status, error, code) => {
    api().get(`${VALUES}/A1`).query(true).reply(status, { error });

    expect(await failureOf(sheets.perform('get_values', { ...SHEET, range: 'A1' }))).toMatchObject({ code });
  });

  it('keeps the refresh token, which a refresh does not repeat, and revokes', async () => {
    nock('https://oauth2.googleapis.com')
      .post('/token', /grant_type=refresh_token/)
      .reply(200, { access_token: 'ya29.b', expires_in: 3599, scope: 'openid', token_type: 'Bearer' })
      .post('/revoke', /token=refresh-canary/)
      .reply(200, {})
      .post('/revoke', /token=access-canary/)
      .reply(400, { error: 'invalid_token', error_description: 'Token expired or revoked' });

    expect((await sheets.refresh()).refreshToken?.reveal()).toBe('refresh-canary');
    expect(await sheets.revoke()).toBe('revoked');
  });
});
