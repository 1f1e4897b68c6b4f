import fc from 'fast-check';
import { WebAddresses } from '../../../adapters/undici/web-address.js';
import { isBehalfError } from '../../../src/kernel/errors.js';
import { URL_PIECES } from '../../support/url-pieces.js';

const ORIGINS = ['https://acme.example', 'http://acme.example', 'https://acme.example:8443', 'http://[::1]:80'];

const tail = fc
  .array(
    fc.oneof(
      fc.constantFrom(...URL_PIECES, '//', 'xn--a'),
      fc.string({ maxLength: 4 }),
      fc.constantFrom('a', 'Bc', '7'),
    ),
    {
      maxLength: 12,
    },
  )
  .map((parts) => parts.join(''));
const text = fc.oneof(
  fc.tuple(fc.constantFrom(...ORIGINS), fc.constantFrom('/', '/', '/', ''), tail).map((parts) => parts.join('')),
  fc
    .tuple(fc.constantFrom('https://', 'HTTP://', 'http:', 'ftp://', ' https://', ''), tail)
    .map((parts) => parts.join('')),
);

/** As the URL parser has it; undefined: refused. */
function parsed(address: string) {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '')
    return undefined;
  return { origin: url.origin, host: url.host, path: `${url.pathname}${url.search}` };
}

function read(addresses: WebAddresses, address: string) {
  try {
    return addresses.read(address);
  } catch (error) {
    if (isBehalfError(error, 'egress.refused')) return undefined;
    throw error;
  }
}

test('an address is read as the URL parser reads it, whether its origin is known or not', () => {
  const addresses = new WebAddresses();
  for (const origin of ORIGINS) addresses.read(origin);
  fc.assert(
    fc.property(text, (address) => {
      expect(read(addresses, address)).toEqual(parsed(address));
      expect(read(addresses, address)).toEqual(parsed(address));
    }),
    { numRuns: 3_000 },
  );
});

test.each(ORIGINS)('the origin %s is parsed once', (origin) => {
  const addresses = new WebAddresses();
  addresses.read(`${origin}/a`);
  const parse = jest.spyOn(URL, 'canParse');
  addresses.read(`${origin}/b?c=d`);
  expect(parse).toHaveBeenCalledTimes(origin === new URL(origin).origin ? 0 : 1);
  parse.mockRestore();
});

test.each([
  'https://acme.example/a/b.c?d=e%20f&g=/h',
  'https://acme.example:443/a',
  'https://acme.example@evil.example/a',
  'https://acme.example\\@evil.example/a',
  'https://acme.example/../a/%2e%2E/b',
  'https://acme.example/a/.%2e/b',
  'https://acme.example/a?b/../c',
  'https://acme.example/a?',
  'https://acme.example?',
  "https://acme.example/it's?it's",
  'https://acme.example/ſ',
  'https://acme.example//evil.example/a',
  'https://acme.example',
  'https:acme.example/a',
  'http:///acme.example/a',
])('%s is read as the URL parser reads it', (address) => {
  const addresses = new WebAddresses();
  addresses.read('https://acme.example/');
  expect(read(addresses, address)).toEqual(parsed(address));
});
