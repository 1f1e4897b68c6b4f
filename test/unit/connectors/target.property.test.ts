import fc from 'fast-check';
import { Target } from '../../../src/connectors/target.js';
import { URL_PIECES } from '../../support/url-pieces.js';

const PREFIXES = ['https://acme.example', 'https://acme.example/api/v1', 'http://[::1]:8080/a%20b'];

const path = fc
  .array(fc.oneof(fc.constantFrom(...URL_PIECES, 'a', 'Bc', '7'), fc.string({ maxLength: 4 })), { maxLength: 12 })
  .map((parts) => `/${parts.join('')}`);

/** As the URL parser makes it. */
function parsed(prefix: string, below: string): URL {
  const url = new URL(prefix);
  url.pathname = `${url.pathname.replace(/\/$/, '')}${below}`;
  return url;
}

describe('where a request goes', () => {
  test('is what the URL parser makes of the path, at first and when it is changed', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PREFIXES), path, (prefix, below) => {
        const target = Target.below(prefix, below);
        const url = parsed(prefix, below);
        expect(target.href).toBe(url.href);
        target.url.searchParams.set('q', below);
        url.searchParams.set('q', below);
        expect(target.href).toBe(url.href);
      }),
      { numRuns: 3_000 },
    );
  });

  test.each([
    ['/records/1', true],
    ['/', true],
    ['/../admin', false],
    ['/%2e%2e/admin', false],
    ['/..\\admin', false],
    ['/.\t./admin', false],
    ['/a/../b', true],
  ])('is below its base with %j: %j', (below, isBelow) => {
    expect(Target.below('https://acme.example/api', below).isBelow('https://acme.example/api')).toBe(isBelow);
  });

  test.each(['https://acme.example/api', 'https://acme.example/apis', 'https://acme.example.evil.example/api/x'])(
    'is not below its base at %s',
    (elsewhere) => {
      expect(Target.of(new URL(elsewhere)).isBelow('https://acme.example/api')).toBe(false);
    },
  );

  test('is not below its base with a fragment', () => {
    const target = Target.below('https://acme.example/api', '/records');
    target.url.hash = 'x';
    expect(target.isBelow('https://acme.example/api')).toBe(false);
  });
});
