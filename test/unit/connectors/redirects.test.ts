import { performAction } from '../../../src/connectors/perform-action.js';
import { BehalfError } from '../../../src/kernel/errors.js';
import type { HttpClient, IncomingResponse, OutgoingRequest } from '../../../src/kernel/http-client.port.js';
import { createManualClock } from '../../support/clocks.js';
import { actionOf, answer, BEARER, connector, json, PARENT, TOKEN } from './parts.js';

const to = (status: number, location: string) => answer(status, '', { location });

/** Calls an action of an app that answers as the list says, in this order. */
async function perform(name: string, ...answers: readonly (IncomingResponse | Error)[]) {
  const asked: OutgoingRequest[] = [];
  const http: HttpClient = {
    request: (request) => {
      const next = answers[asked.length];
      asked.push(request);
      if (next instanceof Error) return Promise.reject(next);
      return next ? Promise.resolve(next) : Promise.reject(new Error('one request too many'));
    },
    close: () => Promise.resolve(),
  };
  const output = await performAction({
    connector: connector(),
    action: actionOf(name),
    parent: PARENT,
    credential: BEARER,
    input: { name: 'Deal', id: '1', kind: 'k' },
    idempotencyKey: 'job:0',
    http,
    clock: createManualClock(0),
  }).catch((error: unknown) => error);
  return { output, asked };
}

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])('of a GET with %i is followed within the hosts of the app', async (status) => {
    const { output, asked } = await perform('get', to(status, '/api/elsewhere#part'), json(200, { id: 1 }));
    expect(output).toEqual({ id: 1 });
    expect(asked[1]).toMatchObject({
      method: 'GET',
      url: 'https://acme.example/api/elsewhere',
      headers: { authorization: `Bearer ${TOKEN}` },
    });
  });

  test('to another host of the connector is followed', async () => {
    const { asked } = await perform('get', to(302, 'https://files.eu.acme.example/f'), json(200, {}));
    expect(asked[1]?.url).toBe('https://files.eu.acme.example/f');
  });

  test.each([
    'https://evil.example/',
    'http://acme.example/api',
    '//evil.example/api',
    'https://acme.example:8443/',
    'https://user:pw@acme.example/',
    'https://acme.example.evil.example/',
    'https://',
    'file:///etc/passwd',
  ])('to %s is not followed', async (location) => {
    const { output, asked } = await perform('get', to(302, location));
    expect(output).toMatchObject({ code: 'app.unexpected_answer' });
    expect(asked).toHaveLength(1);
  });

  test('is followed five times', async () => {
    const five = Array.from({ length: 5 }, (_, index) => to(302, `/api/${index}`));
    expect((await perform('get', ...five, json(200, { id: 1 }))).output).toEqual({ id: 1 });
    const { output, asked } = await perform('get', ...five, to(302, '/api/again'));
    expect(output).toMatchObject({ code: 'app.unexpected_answer' });
    expect(asked).toHaveLength(6);
  });

  test.each([301, 302, 307, 308])('of a POST with %i is not followed: it could be done twice', async (status) => {
    const { output, asked } = await perform('create', to(status, '/api/elsewhere'));
    expect(output).toMatchObject({ code: 'app.unexpected_answer' });
    expect(asked).toHaveLength(1);
  });

  test('of a POST with 303 is followed by a GET without its body', async () => {
    const { output, asked } = await perform('create', to(303, '/api/records/7'), json(200, { id: 7 }));
    expect(output).toEqual({ id: 7, wanted: 'Deal' });
    expect(asked[1]).toMatchObject({ method: 'GET', url: 'https://acme.example/api/records/7' });
    expect(asked[1]?.body).toBeUndefined();
    expect(asked[1]?.headers).not.toHaveProperty('content-type');
  });

  test.each<[string, IncomingResponse | Error]>([
    ['asks for a login', json(401, {})],
    ['says that nothing is there', json(404, {})],
    ['may not be called', new BehalfError('egress.refused', 'no')],
  ])('after a POST that %s does not read as if nothing had been done', async (_name, second) => {
    const { output } = await perform('create', to(303, '/api/records/7'), second);
    expect(output).toMatchObject({ code: 'app.unexpected_answer' });
  });
});
