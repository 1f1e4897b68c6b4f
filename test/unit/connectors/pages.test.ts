import { compileConnector } from '../../../src/connectors/compile-connector.js';
import { performAction } from '../../../src/connectors/perform-action.js';
import type { HttpClient, IncomingResponse, OutgoingRequest } from '../../../src/kernel/http-client.port.js';
import { formatProblem } from '../../../src/language/problem.js';
import { createManualClock } from '../../support/clocks.js';
import { actionOf, BEARER, connector, json, PARENT } from './parts.js';

const HEAD = `
name: acme_crm
title: Acme CRM
settings: [{ name: url, title: Address }, { name: region, title: Region, required: false }]
base_url: "{{ settings.url }}/api"
hosts: ["files.acme.example"]
auth: { api_key: { name: X-Api-Key } }
actions:
  list:
    title: see records
    request: { path: /records, query: { q: "{{ input.q }}" } }
    input: { q: {}, limit: { type: integer } }
`;

/** An app that holds so many records and gives them as the function says. */
function app(answer: (url: URL, request: OutgoingRequest) => IncomingResponse) {
  const asked: URL[] = [];
  const http: HttpClient = {
    request: (request) => {
      asked.push(new URL(request.url));
      return Promise.resolve(answer(new URL(request.url), request));
    },
    close: () => Promise.resolve(),
  };
  return { http, asked };
}

async function list(pagination: string, http: HttpClient, input: Readonly<Record<string, unknown>> = {}) {
  const made = connector(`${HEAD}    pagination: ${pagination}\n`);
  const clock = createManualClock(0);
  const call = { connector: made, action: actionOf('list', made), parent: PARENT, credential: BEARER };
  return performAction({ ...call, input: { q: 'x', ...input }, idempotencyKey: 'job:0', http, clock });
}

const numbers = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);

/** An app whose list never ends. */
function endless(more: Readonly<Record<string, unknown>> = {}) {
  return (url: URL) => {
    const page = Number(url.searchParams.get('cursor') ?? '0');
    return json(200, { value: [page], next: String(page + 1), ...more });
  };
}

describe('a list in pages', () => {
  test('is read by cursor, with the query of the action, until there is none', async () => {
    const pages: Readonly<Record<string, unknown>> = {
      '': { value: [1, 2], next: 'a' },
      a: { value: [3], next: 'b' },
      b: { value: [4], next: '' },
    };
    const { http, asked } = app((url) => json(200, pages[url.searchParams.get('cursor') ?? '']));
    const kind =
      '{ kind: cursor, items: "{{ body.value }}", cursor: "{{ body.next }}", parameter: cursor, limit_parameter: limit, page_size: 2 }';

    expect(await list(kind, http)).toEqual({ items: [1, 2, 3, 4], truncated: false });
    expect(asked.map((url) => url.search)).toEqual(['?q=x&limit=2', '?q=x&limit=2&cursor=a', '?q=x&limit=2&cursor=b']);
  });

  test('is read along the header Link', async () => {
    const { http, asked } = app((url) => {
      const page = Number(url.searchParams.get('page') ?? '1');
      const links = `<https://acme.example/api/records?page=9>; rel="last", <?page=${page + 1}>; title="a, b"; rel="prefetch next"`;
      return json(200, [page], page < 3 ? { link: links } : { link: '<https://acme.example/>; rel=prev' });
    });

    expect(await list('{ kind: link, items: "{{ body }}" }', http)).toEqual({ items: [1, 2, 3], truncated: false });
    expect(asked.map((url) => url.href)).toEqual([
      'https://acme.example/api/records?q=x',
      'https://acme.example/api/records?page=2',
      'https://acme.example/api/records?page=3',
    ]);
  });

  test('is read along addresses in the body, with the credentials, on allowed hosts only', async () => {
    const next: Readonly<Record<string, string>> = {
      '/api/records': '/api/query/2',
      '/api/query/2': 'https://files.acme.example/3',
      '/3': 'https://evil.example/4',
    };
    const { http, asked } = app((url, request) => {
      expect(request.headers?.['authorization']).toContain('Bearer');
      return json(200, { records: [url.pathname], nextUrl: next[url.pathname] });
    });
    const found = await list('{ kind: link, items: "{{ body.records }}", next: "{{ body.nextUrl }}" }', http);

    expect(found).toEqual({ items: ['/api/records', '/api/query/2', '/3'], truncated: true });
    expect(asked).toHaveLength(3);
  });

  test.each(['http://acme.example/api/2', 'https://u:p@acme.example/2', 'https://acme.example:444/2', 'javascript:1'])(
    'does not go on at %s',
    async (target) => {
      const { http, asked } = app(() => json(200, { records: [1], nextUrl: target }));
      const found = await list('{ kind: link, items: "{{ body.records }}", next: "{{ body.nextUrl }}" }', http);
      expect(found).toEqual({ items: [1], truncated: true });
      expect(asked).toHaveLength(1);
    },
  );

  test('is read by offset until a page is not full', async () => {
    const { http, asked } = app((url) => {
      const from = Number(url.searchParams.get('offset') ?? '0');
      return json(200, { items: numbers(from, Math.min(2, 5 - from)) });
    });
    const kind = '{ kind: offset, items: "{{ body.items }}", parameter: offset, limit_parameter: limit, page_size: 2 }';

    expect(await list(kind, http)).toEqual({ items: [0, 1, 2, 3, 4], truncated: false });
    expect(asked.map((url) => url.searchParams.get('offset'))).toEqual([null, '2', '4']);
  });

  test('is read by page number until the total is reached', async () => {
    const { http, asked } = app((url) => {
      const page = Number(url.searchParams.get('page') ?? '0');
      return json(200, { items: numbers(page * 2, 2), total: 4 });
    });
    const kind = '{ kind: page, items: "{{ body.items }}", parameter: page, first: 0, total: "{{ body.total }}" }';

    expect(await list(kind, http)).toEqual({ items: [0, 1, 2, 3], truncated: false });
    expect(asked.map((url) => url.searchParams.get('page'))).toEqual([null, '1']);
  });

  test('ends at the most items that are wanted, and says that there is more', async () => {
    const { http, asked } = app((url) => {
      const from = Number(url.searchParams.get('offset') ?? '0');
      return json(200, { items: numbers(from, Number(url.searchParams.get('limit'))) });
    });
    const kind =
      '{ kind: offset, items: "{{ body.items }}", parameter: offset, limit_parameter: limit, max_items: "{{ input.limit }}" }';

    expect(await list(kind, http, { limit: 3 })).toEqual({ items: [0, 1, 2], truncated: true });
    expect(asked).toHaveLength(1);
    expect(await list(kind, http)).toMatchObject({ items: numbers(0, 200), truncated: true });
    expect(await list(kind, http, { limit: 5_000 })).toMatchObject({ items: { length: 1_000 }, truncated: true });
  });

  test('ends where an app gives one page again and again', async () => {
    const { http, asked } = app(() => json(200, { value: [1], next: 'same' }));
    const kind = '{ kind: cursor, items: "{{ body.value }}", cursor: "{{ body.next }}", parameter: cursor }';
    expect(await list(kind, http)).toEqual({ items: [1, 1], truncated: true });
    expect(asked).toHaveLength(2);
  });

  test('ends after fifty pages', async () => {
    const { http, asked } = app(endless());
    const kind = '{ kind: cursor, items: "{{ body.value }}", cursor: "{{ body.next }}", parameter: cursor }';
    expect(await list(kind, http)).toMatchObject({ items: { length: 50 }, truncated: true });
    expect(asked).toHaveLength(50);
  });

  test('ends when too many bytes have come', async () => {
    const { http } = app(endless({ large: 'x'.repeat(6 * 1024 * 1024) }));
    const kind = '{ kind: cursor, items: "{{ body.value }}", cursor: "{{ body.next }}", parameter: cursor }';
    expect(await list(kind, http)).toEqual({ items: [0, 1], truncated: true });
  });

  test('may hold more than one expression could give', async () => {
    const { http } = app(() => json(200, { value: [{ text: 'x'.repeat(2_000_000) }] }));
    const kind = '{ kind: link, items: "{{ body.value }}" }';
    expect(await list(kind, http)).toMatchObject({ items: { length: 1 }, truncated: false });
  });

  test('fails as the page that fails', async () => {
    const { http } = app((url) =>
      url.searchParams.has('cursor') ? json(403, { message: 'no' }) : json(200, { value: [1], next: 'a' }),
    );
    const kind = '{ kind: cursor, items: "{{ body.value }}", cursor: "{{ body.next }}", parameter: cursor }';
    await expect(list(kind, http)).rejects.toMatchObject({ code: 'app.forbidden' });
  });

  test('can be given another form', async () => {
    const made = connector(
      `${HEAD}    pagination: { kind: link, items: "{{ body }}" }\n    output: { names: "{{ items.name }}", more: "{{ truncated }}", q: "{{ input.q }}" }\n`,
    );
    const { http } = app(() => json(200, [{ name: 'a' }, { name: 'b' }]));
    const call = { connector: made, action: actionOf('list', made), parent: PARENT, credential: BEARER };
    const output = await performAction({
      ...call,
      input: { q: 'x' },
      idempotencyKey: 'job:0',
      http,
      clock: createManualClock(0),
    });
    expect(output).toEqual({ names: ['a', 'b'], more: false, q: 'x' });
  });

  test.each([
    ['a method with effect', '{ kind: link, items: "{{ body }}" }', /only what can be repeated has pages/],
    [
      'an offset of pages of unknown size',
      '{ kind: offset, items: "{{ body }}", parameter: o }',
      /need a limit_parameter/,
    ],
    [
      'a cursor without its parameter',
      '{ kind: cursor, items: "{{ body }}", cursor: "{{ body.c }}" }',
      /"parameter" is missing/,
    ],
    ['a strange kind', '{ kind: scroll, items: "{{ body }}" }', /must be cursor or link or offset or page|"kind"/],
  ])('is refused for %s', (_name, pagination, expected) => {
    const text = `${HEAD}    pagination: ${pagination}\n`.replace(
      '{ path:',
      expected.source.startsWith('only') ? '{ method: POST, path:' : '{ path:',
    );
    const result = compileConnector({ file: 'connectors/acme.yaml', text });
    const problems = result.kind === 'broken' ? result.problems.map(formatProblem) : [];
    expect(problems).toContainEqual(expect.stringMatching(expected));
  });
});
