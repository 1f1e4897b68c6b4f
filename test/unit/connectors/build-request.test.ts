import { buildRequest } from '../../../src/connectors/build-request.js';
import { Secret } from '../../../src/kernel/secret.js';
import { API_KEY, actionOf, BEARER, connector, PARENT, TOKEN } from './parts.js';

function build(name: string, input: Readonly<Record<string, unknown>>, parent = PARENT, credential = BEARER) {
  return buildRequest({ connector: connector(), parent, credential, template: actionOf(name).request, input });
}

describe('a request', () => {
  test('is filled in with encoded values', async () => {
    const input = { kind: 'big deals', id: 'a&b=c?d#ü', q: 'x&y=z\r\nq', tags: ['one', 2], trace: 't-1' };

    expect(await build('get', input)).toEqual({
      method: 'GET',
      url: 'https://acme.example/api/records/big%20deals/a%26b%3Dc%3Fd%23%C3%BC?q=x%26y%3Dz%0D%0Aq&tag=one&tag=2&fixed=1',
      headers: {
        accept: 'application/json',
        'user-agent': 'Behalf',
        'x-trace': 't-1',
        authorization: `Bearer ${TOKEN}`,
      },
    });
  });

  test('leaves absent values out of query, headers and body', async () => {
    const get = await build('get', { kind: 'k', id: '1' });
    expect(get.url).toBe('https://acme.example/api/records/k/1?fixed=1');
    expect(get.headers).not.toHaveProperty('x-trace');
    const create = await build('create', { name: 'Deal' });
    expect(create).toMatchObject({ method: 'POST', headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(String(create.body))).toEqual({ name: 'Deal', source: 'Behalf' });
  });

  test('goes to another listed host with a form', async () => {
    expect(await build('upload', { id: 'f 1' })).toMatchObject({
      url: 'https://files.eu.acme.example/v1/files/f%201',
      body: 'name=f+1',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  });

  test('carries an API key in its header or query, or basic authentication', async () => {
    expect((await build('get', { kind: 'k', id: '1' }, PARENT, API_KEY)).headers).toMatchObject({
      'x-api-key': 'Key canary-key',
    });
    const inQuery = { kind: 'api_key', in: 'query', name: 'key', key: new Secret('a&b') } as const;
    expect((await build('get', { kind: 'k', id: '1' }, PARENT, inQuery)).url).toMatch(/[?&]key=a%26b$/);
    const basic = { kind: 'basic', username: 'jürgen', password: new Secret('pässword') } as const;
    const { headers } = await build('get', { kind: 'k', id: '1' }, PARENT, basic);
    expect(headers?.['authorization']).toBe(`Basic ${Buffer.from('jürgen:pässword').toString('base64')}`);
  });

  test.each([
    '..',
    '.',
    '../admin',
    'a/b',
    '/etc',
    'a\\b',
    '%2e%2e',
    '%2E%2e',
    'a%2fb',
    'a%5cb',
    'a\r\nHost: evil.example',
    'a\u0000b',
    '\ud800',
    '',
    { object: true },
    ['list'],
  ])('is not made when %j would leave its place in the path', async (id) => {
    await expect(build('get', { kind: 'k', id })).rejects.toMatchObject({ code: 'app.bad_input' });
    await expect(build('get', { kind: id, id: 'x' })).rejects.toMatchObject({ code: 'app.bad_input' });
  });

  test.each(['a\r\nx-evil: 1', 'a\nb', 'ü', 'a\u0000'])('is not made with the header value %j', async (trace) => {
    await expect(build('get', { kind: 'k', id: '1', trace })).rejects.toMatchObject({ code: 'app.bad_input' });
  });

  test('never goes to a host that the connector does not list', async () => {
    await expect(build('stray', {})).rejects.toMatchObject({ code: 'egress.refused' });
  });

  test('never goes out without TLS when the app has it', async () => {
    const text = connector().actions.get('upload');
    if (!text) throw new Error('no action');
    const plain = { ...text.request, baseUrl: { kind: 'constant', value: 'http://files.eu.acme.example/v1' } } as const;
    const call = buildRequest({
      connector: connector(),
      parent: PARENT,
      credential: BEARER,
      template: plain,
      input: { id: '1' },
    });
    await expect(call).rejects.toMatchObject({ code: 'egress.refused' });
  });

  test.each([
    'https://user:pass@acme.example',
    'https://acme.example?x=1',
    'https://acme.example#x',
    'ftp://acme.example',
    'acme.example',
    '',
  ])('is not made when the setting %j gives no usable address', async (url) => {
    const parent = { ...PARENT, settings: { ...PARENT.settings, url } };
    await expect(build('get', { kind: 'k', id: '1' }, parent)).rejects.toMatchObject({ code: 'connection.invalid' });
  });

  test("is not made with another app's connection", async () => {
    const parent = { ...PARENT, connector: 'other' };
    await expect(build('get', { kind: 'k', id: '1' }, parent)).rejects.toMatchObject({ code: 'connection.invalid' });
  });
});
