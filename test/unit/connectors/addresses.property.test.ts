import fc from 'fast-check';
import type { ParentConnection } from '../../../src/connections/parent-connection.js';
import { buildRequest } from '../../../src/connectors/build-request.js';
import { isListedHost } from '../../../src/connectors/host-rules.js';
import { nextLink } from '../../../src/connectors/next-link.js';
import { isBehalfError } from '../../../src/kernel/errors.js';
import { actionOf, BEARER, connector, PARENT } from './parts.js';

const made = connector();

/** Texts that have led addresses astray before, among any others. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc
    .array(
      fc.constantFrom(
        '..',
        '.',
        '/',
        '\\',
        '%2e',
        '%2F',
        '%5C',
        '@',
        ':',
        '?',
        '#',
        '\r',
        '\n',
        '\0',
        '//',
        'a',
        ' ',
        '\ud800',
        ';',
      ),
      {
        maxLength: 8,
      },
    )
    .map((parts) => parts.join('')),
  fc.jsonValue(),
);

/** The request, or undefined where the values were refused. */
async function build(name: string, input: Readonly<Record<string, unknown>>, parent: ParentConnection = PARENT) {
  const template = actionOf(name, made).request;
  try {
    return await buildRequest({ connector: made, parent, credential: BEARER, template, input });
  } catch (error) {
    if (isBehalfError(error, 'app.bad_input', 'connection.invalid', 'egress.refused')) return undefined;
    throw error;
  }
}

describe('whatever is put into an address', () => {
  test('its origin and the segments of its path stay those of the template', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, hostile, hostile, async (kind, id, q) => {
        const request = await build('get', { kind, id, q });
        if (!request) return;
        const url = new URL(request.url);
        expect(url.origin).toBe('https://acme.example');
        expect(`${url.username}${url.password}${url.hash}`).toBe('');
        const segments = url.pathname.split('/');
        expect(segments).toHaveLength(5);
        expect(segments.slice(0, 3)).toEqual(['', 'api', 'records']);
        expect(segments.slice(3).map(decodeURIComponent)).toEqual([String(kind), String(id)]);
        expect(new Set(url.searchParams.keys())).toEqual(
          new Set(q === null ? ['fixed'] : Array.isArray(q) && q.length === 0 ? ['fixed'] : ['q', 'fixed']),
        );
      }),
      { numRuns: 2_000 },
    );
  });

  test('a plain text always gets through, unchanged', async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[\w äöü&=+?#:@-]{1,20}$/), async (id) => {
        const request = await build('get', { kind: 'k', id });
        expect(decodeURIComponent(new URL(request?.url ?? '').pathname)).toBe(`/api/records/k/${id}`);
      }),
    );
  });

  test('no header holds more than one line of plain characters', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (trace) => {
        const request = await build('get', { kind: 'k', id: '1', trace });
        for (const value of Object.values(request?.headers ?? {})) expect(value).toMatch(/^[\t\x20-\x7e]*$/);
      }),
    );
  });

  test('a setting leads to the address that it names or to none', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.webUrl(), fc.string()), async (url) => {
        const request = await build('get', { kind: 'k', id: '1' }, { ...PARENT, settings: { url, region: 'eu' } });
        if (request) expect(new URL(request.url).origin).toBe(new URL(`${url}/api`).origin);
      }),
    );
  });
});

test('a wildcard stands for one label, whatever the host', () => {
  const label = fc.stringMatching(/^[a-z0-9-]{1,10}$/);
  fc.assert(
    fc.property(fc.array(label, { minLength: 1, maxLength: 6 }), (labels) => {
      const entries = new Set(['*.my.acme.example']);
      expect(isListedHost(entries, [...labels, 'my', 'acme', 'example'].join('.'))).toBe(labels.length === 1);
      expect(isListedHost(entries, labels.join('.'))).toBe(
        labels.length === 4 && labels.slice(1).join('.') === 'my.acme.example',
      );
    }),
  );
});

test('a header Link is read in short time, whatever stands in it', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('<', '>', ';', '"', '\\', ',', ' ', '=', 'rel', 'next', 'a')), (parts) => {
      const target = nextLink(parts.join('').repeat(50));
      expect(target === undefined || !/[<>]/.test(target)).toBe(true);
    }),
  );
});
