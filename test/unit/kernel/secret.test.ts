import { format, inspect } from 'node:util';
import { Secret } from '../../../src/kernel/secret.js';

test('a secret shows itself to nobody but who asks for it by name', () => {
  const secret = new Secret('canary');
  const seen = [
    String(secret),
    `${secret}`,
    [secret].join(),
    JSON.stringify({ secret, list: [secret] }),
    inspect(secret, { showHidden: true, depth: 5 }),
    inspect({ deep: { secret } }, { depth: 5 }),
    format('%s %o %j %d', secret, secret, secret, secret),
    Object.values(secret).join(),
    JSON.stringify(structuredClone({ ...secret })),
  ];
  expect(seen.join(' ')).not.toContain('canary');
  expect(secret.reveal()).toBe('canary');
});
