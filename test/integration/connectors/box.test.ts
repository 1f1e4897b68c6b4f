import nock from 'nock';
import {
  BEARER,
  FILE_CONTENT,
  failureOf,
  formIn,
  onlyExpectedCalls,
  openVendor,
  FILE as SENT,
  type Vendor,
} from './support/vendor-kit.js';

const api = () => nock('https://api.box.com', { reqheaders: { authorization: BEARER } });
const FILE = { type: 'file', id: '12345', name: 'Offer.pdf', modified_at: '2026-11-27T08:00:00-08:00' };
const refusal = (status: number, code: string, message: string) => ({
  type: 'error',
  status,
  code,
  message,
  request_id: 'abcdef123456',
});

describe('the connector of Box', () => {
  let box: Vendor;
  onlyExpectedCalls();
  beforeAll(async () => {
    box = await openVendor('box', { connection: 'box' });
  });

  it('exchanges its codes at once, for they live half a minute', () => {
    expect(box.app.codeLifetimeSeconds).toBe(30);
  });

  it('tells who logged in', async () => {
    api()
      .get('/2.0/users/me')
      .query({ fields: 'id,name,login,enterprise' })
      .reply(200, { type: 'user', id: '11446498', name: 'Ann', login: 'ann@acme.example', enterprise: { id: '3333' } });

    expect(await box.identify()).toEqual({ id: '11446498', label: 'ann@acme.example', organization: '3333' });
  });

  it('searches files', async () => {
    api()
      .get('/2.0/search')
      .query((query) => query['query'] === 'offer' && query['type'] === 'file' && query['limit'] === '50')
      .reply(200, { total_count: 1, limit: 50, offset: 0, entries: [FILE] });

    expect(await box.perform('search', { text: 'offer', type: 'file' })).toEqual({
      items: [
        {
          id: '12345',
          type: 'file',
          name: 'Offer.pdf',
          modified_at: FILE.modified_at,
          url: 'https://app.box.com/file/12345',
        },
      ],
      truncated: false,
    });
  });

  it('reads folders page by page', async () => {
    api()
      .get('/2.0/folders/0/items')
      .query((query) => query['usemarker'] === 'true' && query['marker'] === undefined)
      .reply(200, { entries: [FILE], next_marker: 'ZGFi' });
    api()
      .get('/2.0/folders/0/items')
      .query((query) => query['marker'] === 'ZGFi')
      .reply(200, { entries: [{ ...FILE, id: '2' }], next_marker: '' });

    expect(await box.perform('list_folder', { folder: '0' })).toMatchObject({ items: [{ id: '12345' }, { id: '2' }] });
  });

  it('creates folders at the top', async () => {
    api()
      .post('/2.0/folders', { name: 'Acme', parent: { id: '0' } })
      .reply(201, { type: 'folder', id: '99', name: 'Acme' });

    expect(await box.perform('create_folder', { name: 'Acme' })).toEqual({
      id: '99',
      name: 'Acme',
      url: 'https://app.box.com/folder/99',
    });
  });

  it('uploads files to the host for uploads, the attributes before the file', async () => {
    let sent = { body: '', type: '' };
    nock('https://upload.box.com', { reqheaders: { authorization: BEARER } })
      .post('/api/2.0/files/content')
      .reply(201, function (_uri, body) {
        sent = { body: String(body), type: String([this.req.headers['content-type']].flat()[0]) };
        return { total_count: 1, entries: [{ type: 'file', id: '77', name: 'Offer.pdf', size: 8 }] };
      });

    expect(await box.perform('upload_file', { file: SENT, folder: '99' })).toEqual({
      id: '77',
      name: 'Offer.pdf',
      size: 8,
      url: 'https://app.box.com/file/77',
    });
    const form = await formIn(sent.body, sent.type);
    expect(form).toMatchObject({ name: SENT.name, type: 'application/pdf', content: FILE_CONTENT });
    expect(JSON.parse(String(form.fields['attributes']))).toEqual({ name: SENT.name, parent: { id: '99' } });
  });

  it('says that a file of the name is there already', async () => {
    nock('https://upload.box.com')
      .post('/api/2.0/files/content')
      .reply(409, refusal(409, 'item_name_in_use', 'Item with the same name already exists'));

    expect(await failureOf(box.perform('upload_file', { file: SENT }))).toMatchObject({ code: 'app.conflict' });
  });

  it('says what the account may not do', async () => {
    api()
      .put('/2.0/files/12345', { shared_link: { access: 'company' } })
      .query(true)
      .reply(403, refusal(403, 'access_denied_insufficient_permissions', 'Access denied - insufficient permission'));

    expect(await failureOf(box.perform('share_file', { file: '12345', access: 'company' }))).toEqual({
      code: 'app.forbidden',
      userText:
        'Your Box account (ann) may not share files. Box says: Access denied - insufficient permission. Whoever administers Box can allow it.',
    });
  });

  it.each([
    [404, 'not_found', 'app.not_found'],
    [409, 'item_name_in_use', 'app.conflict'],
    [400, 'user_already_collaborator', 'app.conflict'],
    [429, 'rate_limit_exceeded', 'app.rate_limited'],
    [400, 'bad_request', 'app.bad_input'],
  ])('understands %d %s', async (status, name, code) => {
    api()
      .get('/2.0/files/1')
      .query(true)
      .reply(status, refusal(status, name, 'm'), { 'retry-after': '7' });

    expect(await failureOf(box.perform('get_file', { file: '1' }))).toMatchObject({ code });
  });

  it('asks for a login when the token is dead, of which Box tells in the header alone', async () => {
    api()
      .get('/2.0/files/1')
      .query(true)
      .reply(401, '', { 'www-authenticate': 'Bearer realm="Service", error="invalid_token"' });

    expect(await failureOf(box.perform('get_file', { file: '1' }))).toMatchObject({ code: 'app.unauthorized' });
  });

  it('gets a new refresh token at every refresh, and revokes', async () => {
    nock('https://api.box.com')
      .post('/oauth2/token', /grant_type=refresh_token/)
      .reply(200, {
        access_token: 'a2',
        expires_in: 3600,
        restricted_to: [],
        refresh_token: 'r2',
        token_type: 'bearer',
      })
      .post('/oauth2/token')
      .reply(400, { error: 'invalid_grant', error_description: 'Refresh token has expired' })
      .post('/oauth2/revoke', /token=refresh-canary/)
      .reply(200)
      .post('/oauth2/revoke', /token=access-canary/)
      .reply(200);

    expect((await box.refresh()).refreshToken?.reveal()).toBe('r2');
    expect(await failureOf(box.refresh())).toMatchObject({ code: 'oauth.invalid_grant' });
    expect(await box.revoke()).toBe('revoked');
  });
});
