import nock from 'nock';
import { BEARER, failureOf, onlyExpectedCalls, openVendor, type Vendor } from './support/vendor-kit.js';

const api = () => nock('https://api.shop.example', { reqheaders: { authorization: BEARER } });

describe('the connector for any app', () => {
  let shop: Vendor;
  onlyExpectedCalls();
  beforeAll(async () => {
    shop = await openVendor('http', { connection: 'shop' });
  });

  it('is what its settings say', () => {
    expect(shop.app).toMatchObject({
      authorizationUrl: 'https://login.shop.example/authorize',
      tokenUrl: 'https://login.shop.example/token',
      scopes: ['openid', 'email', 'orders'],
    });
    expect(shop.app.revocationUrl).toBeUndefined();
  });

  it.each([
    [
      { sub: '7', email: 'ann@acme.example', email_verified: true },
      { id: '7', label: 'ann@acme.example', confirmedEmail: 'ann@acme.example' },
    ],
    [
      { id: 7, name: 'Ann', email: 'ann@acme.example' },
      { id: '7', label: 'ann@acme.example' },
    ],
    [
      { id: 'x', login: 'ann' },
      { id: 'x', label: 'ann' },
    ],
  ])('tells who logged in, in the usual words: %j', async (body, account) => {
    api().get('/v1/me').reply(200, body);

    expect(await shop.identify()).toEqual(account);
  });

  it('reads, with path and query by the recipe', async () => {
    api()
      .get('/v1/orders/1042')
      .query({ expand: 'customer', tag: ['a', 'b'] })
      .reply(200, { state: 'sent' });

    const output = await shop.perform('get', {
      path: ['orders', 1042],
      query: { expand: 'customer', tag: ['a', 'b'] },
    });

    expect(output).toEqual({ status: 200, body: { state: 'sent' } });
  });

  it.each([
    ['post', 'POST', '/v1/orders'],
    ['put', 'PUT', '/v1/orders'],
    ['patch', 'PATCH', '/v1/orders'],
  ])('writes JSON: %s', async (action, method, path) => {
    api()
      .intercept(path, method, { lines: [{ sku: 'A1', count: 2 }] })
      .reply(201, { id: 7 });

    const output = await shop.perform(action, { path: ['orders'], body: { lines: [{ sku: 'A1', count: 2 }] } });

    expect(output).toEqual({ status: 201, body: { id: 7 } });
  });

  it('deletes, which answers with nothing', async () => {
    api().delete('/v1/orders/7').reply(204);

    expect(await shop.perform('delete', { path: ['orders', '7'] })).toEqual({ status: 204 });
  });

  it('keeps what people type inside its segment', async () => {
    api().get('/v1/orders/a%3Fb%23c%20d').reply(200, {});

    await shop.perform('get', { path: ['orders', 'a?b#c d'] });
  });

  it.each([
    [['..', 'admin']],
    [['orders', '%2e%2e']],
    [['a/../../admin']],
    [['orders', '']],

    [[]],
  ])('refuses a path that leads elsewhere: %j', async (path) => {
    expect(await failureOf(shop.perform('get', { path }))).toMatchObject({ code: 'app.bad_input' });
  });

  it('refuses query parameters without names', async () => {
    expect(await failureOf(shop.perform('get', { path: ['orders'], query: ['a'] }))).toMatchObject({
      code: 'app.bad_input',
    });
  });

  it.each([
    [401, 'app.unauthorized', 'Shop does not accept your login any more. Please log in again.'],
    [
      403,
      'app.forbidden',
      'Your Shop account (ann) may not delete this. Shop says: no rights. Whoever administers Shop can allow it.',
    ],
    [429, 'app.rate_limited', 'Shop is receiving too many requests. Please try again in 9 seconds.'],
  ])('understands %d', async (status, code, userText) => {
    api().delete('/v1/orders/7').reply(status, { message: 'no rights' }, { 'retry-after': '9' });

    expect(await failureOf(shop.perform('delete', { path: ['orders', '7'] }))).toMatchObject({ code, userText });
  });

  it('refreshes in the usual way', async () => {
    nock('https://login.shop.example')
      .post('/token', /grant_type=refresh_token/)
      .basicAuth({ user: 'acme', pass: 'acme' })
      .reply(200, { access_token: 'a2', token_type: 'Bearer', expires_in: 60 });

    expect((await shop.refresh()).refreshToken?.reveal()).toBe('refresh-canary');
  });
});
