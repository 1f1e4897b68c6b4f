import { z } from 'zod';
import type { Connection } from '../../../src/connections/connection.js';
import { openRow, STORED_FORM, sealRow, storedConnection } from '../../../src/connections/connection-records.js';
import { sha256 } from '../../../src/kernel/ids.js';
import { Secret } from '../../../src/kernel/secret.js';
import { createVault } from '../../../src/kernel/vault.js';
import { vaultKey } from '../../support/connection-kit.js';

const vault = createVault([vaultKey('k1')]);
const PLACE = { owner: 'shared' as const, name: 'crm', generation: 3 };
/** What rows are sealed with. */
const BINDING = ['shared', 'crm', '3'];

const FULL: Connection = {
  ...PLACE,
  status: 'connected',
  reason: 'login_refused',
  account: { id: '7', label: 'rita@acme.example', confirmedEmail: 'rita@acme.example', organization: 'Acme' },
  tokens: {
    accessToken: new Secret('a'),
    refreshToken: new Secret('r'),
    expiresAt: 5_000,
    issuedAt: 4_000,
    scopes: ['read'],
    asked: ['read', 'write'],
    fields: { instance_url: 'https://acme.example' },
  },
  asked: ['read'],
  secrets: { key: new Secret('k') },
  made: new Secret('{}'),
  client: 'fingerprint',
  connectedAt: 1_000,
  changedAt: 2_000,
};

/** With its secrets to be seen. */
function shown(value: unknown): unknown {
  if (value instanceof Secret) return value.reveal();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shown(inner)]));
}

function opened(inside: unknown): Connection {
  return openRow(vault, { ...PLACE, sealed: vault.sealJson('connection', BINDING, inside) });
}

describe('a connection at rest', () => {
  test('has a mark that is another one whenever the schema is', () => {
    expect(STORED_FORM).toBe(sha256(JSON.stringify(z.toJSONSchema(storedConnection))).slice(0, 8));
  });

  test.each<[string, Connection]>([
    ['with all that there may be', FULL],
    ['with nothing but its state', { ...PLACE, status: 'needs_login', connectedAt: 1, changedAt: 2 }],
  ])('opens as what it was, %s', (_, connection) => {
    const read = openRow(vault, sealRow(vault, connection));
    expect(shown(read)).toEqual(shown(connection));
  });

  test('of a version before or after opens where it holds what this one knows', () => {
    const inside = { s: 'connected', t: { a: 'token', i: 1, s: [] }, c: 1, m: 2 };
    const then = { ...PLACE, status: 'connected', tokens: { accessToken: 'token', issuedAt: 1, scopes: [] } };
    for (const version of [{}, { v: 'former' }, { v: 'later', z: 1 }])
      expect(shown(opened({ ...inside, ...version }))).toEqual({ ...then, connectedAt: 1, changedAt: 2 });
  });

  test.each([
    null,
    'connected',
    { s: 'asleep', c: 1, m: 2 },
    { s: 'connected', c: '1', m: 2 },
    { v: 'later', s: 'connected', t: { a: 'token', i: 1 }, c: 1, m: 2 },
  ])('of a version that this one cannot read is refused: %j', (inside) => {
    expect(() => opened(inside)).toThrow(expect.objectContaining({ code: 'store.corrupt' }));
  });
});
