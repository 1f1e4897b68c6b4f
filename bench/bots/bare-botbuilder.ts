import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { CloudAdapter, ConfigurationBotFrameworkAuthentication } from 'botbuilder';
import { AppCredentials, type AuthenticatorResult } from 'botframework-connector';

const appId = process.env['MicrosoftAppId'] ?? '';
const tenantId = process.env['MicrosoftAppTenantId'] ?? '';

/** The library's own way to a token insists on https; this asks the bench's platform once an hour. */
class BenchCredentials extends AppCredentials {
  protected override async refreshToken(): Promise<AuthenticatorResult> {
    const response = await fetch(process.env['BOT_TOKEN_URL'] ?? '', { method: 'POST' });
    const body: unknown = await response.json();
    const token = typeof body === 'object' && body !== null && 'access_token' in body ? String(body.access_token) : '';
    return { accessToken: token, expiresOn: new Date(Date.now() + 3_600_000) };
  }
}

/** What Behalf is measured against on Teams: CloudAdapter with every token checked, echoing. */
const adapter = new CloudAdapter(
  new ConfigurationBotFrameworkAuthentication(
    {
      ToBotFromChannelOpenIdMetadataUrl: process.env['BOT_OPENID_METADATA_URL'] ?? '',
      ToBotFromChannelTokenIssuer: 'https://api.botframework.com',
    },
    {
      isValidAppId: async (id) => id === appId,
      isAuthenticationDisabled: async () => false,
      createCredentials: async () => new BenchCredentials(appId, tenantId),
    },
  ),
);

async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const body: Record<string, unknown> = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  const request = { body, headers: { ...incoming.headers }, method: incoming.method ?? 'POST' };
  const response = {
    socket: incoming.socket,
    header: (name: string, value: unknown) => outgoing.setHeader(name, String(value)),
    status: (code: number) => {
      outgoing.statusCode = code;
    },
    send: (body?: unknown) => outgoing.write(typeof body === 'string' ? body : JSON.stringify(body ?? '')),
    end: () => outgoing.end(),
  };
  await adapter.process(request, response, async (context) => {
    if (context.activity.type === 'message') await context.sendActivity(context.activity.text);
  });
}

createServer((incoming, outgoing) => {
  if (incoming.method !== 'POST') {
    outgoing.writeHead(404).end();
    return;
  }
  answer(incoming, outgoing).catch((error: unknown) => {
    console.error(error);
    outgoing.destroy();
  });
}).listen(Number(process.env['PORT']));
