import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * An `oidc-provider` for clients without persons, as a process of its own: the library cannot be loaded by jest. Prints its
 * issuer, and ends with its standard input.
 */
async function main(): Promise<void> {
  const { default: Provider } = await import('oidc-provider');
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = (id: string, method: 'client_secret_basic' | 'client_secret_post') => ({
    client_id: id,
    client_secret: 'secret: with %&+ signs',
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    token_endpoint_auth_method: method,
    scope: 'read write',
  });
  const provider = new Provider(issuer, {
    clients: [client('in-header', 'client_secret_basic'), client('in-body', 'client_secret_post')],
    scopes: ['read', 'write'],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
    },
    ttl: { ClientCredentials: 600 },
  });
  server.on('request', provider.callback());
  process.stdout.write(`${issuer}\n`);
  process.stdin.on('end', () => process.exit(0)).resume();
}

void main();
