import { CloudAdapter, ConfigurationBotFrameworkAuthentication } from 'botbuilder';
import { AppCredentials, type AuthenticatorResult } from 'botframework-connector';
import express from 'express';

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

/**
 * What Behalf is measured against on Teams: CloudAdapter on Express, as in
 * https://github.com/microsoft/BotBuilder-Samples/tree/main/samples/javascript_nodejs/02.echo-bot, with every token checked.
 */
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

// As Microsoft's own sample serves it.
const server = express();
server.use(express.json());
server.post('/api/messages', async (request, response) => {
  await adapter.process(request, response, async (context) => {
    if (context.activity.type === 'message') await context.sendActivity(context.activity.text);
  });
});
server.listen(Number(process.env['PORT']));
