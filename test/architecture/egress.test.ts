import { expectNone } from './support/findings.js';
import { codeBelow, read } from './support/repository.js';

/** What can open a connection to somebody else. */
const WAYS_OUT = [
  { what: 'fetch', pattern: /(?<![\w.#])fetch\(/u },
  { what: 'WebSocket', pattern: /new WebSocket\(/u },
  { what: 'undici', pattern: /from 'undici'/u },
  { what: 'node:http(s)', pattern: /import (?!type)[^;]*\b(?:request|get|Agent)\b[^;]* from 'node:https?'/u },
  {
    what: 'node:net',
    pattern: /import (?!type)[^;]*\b(?:connect|createConnection|Socket)\b[^;]* from 'node:(?:net|tls|dgram)'/u,
  },
  { what: 'a client without the guard', pattern: /allowPrivateHosts: 'all'/u },
  { what: 'WebClient', pattern: /new (?:WebClient|CloudAdapter|ConnectorClient)\(/u },
] as const;

/** Who may use it, and why that leads nowhere but where the operator has said. */
const ALLOWED: Readonly<Record<string, readonly (typeof WAYS_OUT)[number]['what'][]>> = {
  // The guarded client itself.
  'adapters/undici/index.ts': ['undici', 'a client without the guard'],
  'adapters/undici/exchange.ts': ['undici'],
  'adapters/undici/guarded-connector.ts': ['undici', 'node:net'],
  // Platforms: hosts are exact lists of the configuration, which may resolve to private addresses in some networks.
  'src/compose.ts': ['a client without the guard'],
  'src/compose/doctor.ts': ['a client without the guard'],
  // Slack itself says where, over TLS.
  'adapters/slack/socket.ts': ['undici', 'WebSocket'],
  // The operator's own Vault, which is inside the network.
  'adapters/vault-transit/index.ts': ['undici'],
  // Our own public address.
  'src/cli/connect.ts': ['fetch'],
};

describe('connections to others', () => {
  it('are made by the guarded client, but for those that the configuration alone leads', () => {
    const found = codeBelow('src', 'adapters').flatMap((file) => {
      const text = read(file);
      return WAYS_OUT.filter(({ pattern }) => pattern.test(text)).map(({ what }) => ({ file, what }));
    });

    expect(new Set(found.map(({ what }) => what)).size).toBeGreaterThan(3);
    expectNone(
      found
        .filter(({ file, what }) => !ALLOWED[file]?.includes(what))
        .map(({ file, what }) => ({
          what: `${file} uses ${what}`,
          why: 'Addresses that people and apps write must not lead inside the network.',
          fix: 'Take an HttpClient (src/kernel/http-client.port.ts); where only the operator leads it, say so in test/architecture/egress.test.ts.',
        })),
    );
  });
});
