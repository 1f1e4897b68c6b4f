import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  ActivityTypes,
  CardFactory,
  CloudAdapter,
  ConfigurationBotFrameworkAuthentication,
  type ConversationReference,
  MessageFactory,
  TurnContext,
} from 'botbuilder';
import { AppCredentials, type AuthenticatorResult, type ServiceClientCredentialsFactory } from 'botframework-connector';
import { parseJson, readBody } from '../../../playground/http.js';
import { TEAMS_APP_ID, TEAMS_TENANT_ID } from '../../../playground/people.js';
import type { TeamsEmulator } from '../../../playground/teams/index.js';

/** Secret of the bot's app registration. */
export const PASSWORD = 'a password of the bot';

/** Asks the emulator for tokens; MSAL, the library's own way, insists on https. */
class EmulatorCredentials extends AppCredentials {
  readonly #tokenUrl: string;

  constructor(tokenUrl: string) {
    super(TEAMS_APP_ID, TEAMS_TENANT_ID);
    this.#tokenUrl = tokenUrl;
    // The base class caches by this key for the whole process.
    this.tokenCacheKey = tokenUrl;
  }

  protected override async refreshToken(): Promise<AuthenticatorResult> {
    const answer = await requestToken(this.#tokenUrl, {});
    return { accessToken: String(answer.body['access_token']), expiresOn: new Date(Date.now() + 3_599_000) };
  }
}

/** Asks for an access token with client credentials; `change` replaces fields of the form. */
export async function requestToken(url: string, change: Readonly<Record<string, string>>) {
  const form = {
    grant_type: 'client_credentials',
    client_id: TEAMS_APP_ID,
    client_secret: PASSWORD,
    scope: 'https://api.botframework.com/.default',
    ...change,
  };
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

function credentialsFactory(tokenUrl: () => string): ServiceClientCredentialsFactory {
  return {
    isValidAppId: async (appId) => appId === TEAMS_APP_ID,
    isAuthenticationDisabled: async () => false,
    createCredentials: async () => new EmulatorCredentials(tokenUrl()),
  };
}

/** A card with a note to fill in and, where given, one button. */
export function card(text: string, action?: object): object {
  return {
    type: 'AdaptiveCard',
    version: '1.5',
    body: [
      { type: 'TextBlock', text, wrap: true },
      { type: 'Input.Text', id: 'note', label: 'Note' },
    ],
    actions: action ? [action] : [],
  };
}

export const EXECUTE = {
  type: 'Action.Execute',
  title: 'Do it',
  verb: 'do',
  data: { token: 'T1' },
  fallback: { type: 'Action.Submit', title: 'Do it', data: { token: 'T1' } },
};

/** A bot with nothing of ours in it. */
export class EchoBot {
  readonly turns: Partial<TurnContext['activity']>[] = [];
  reference: Partial<ConversationReference> | undefined;
  lastSentId = '';
  answerOnce: { status: number } | undefined;
  readonly adapter: CloudAdapter;

  constructor(teams: () => TeamsEmulator) {
    this.adapter = new CloudAdapter(
      new ConfigurationBotFrameworkAuthentication(
        {
          MicrosoftAppId: TEAMS_APP_ID,
          MicrosoftAppTenantId: TEAMS_TENANT_ID,
          ToBotFromChannelOpenIdMetadataUrl: teams().openIdMetadataUrl,
          ToBotFromChannelTokenIssuer: teams().issuer,
          ToChannelFromBotOAuthScope: 'https://api.botframework.com',
          ToChannelFromBotLoginUrl: 'https://login.microsoftonline.com/botframework.com',
        },
        credentialsFactory(() => teams().tokenUrl),
      ),
    );
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = parseJson((await readBody(request, 1_000_000))?.toString('utf8') ?? '');
    if (this.answerOnce) {
      response.writeHead(this.answerOnce.status).end();
      this.answerOnce = undefined;
      return;
    }
    const shim = {
      socket: undefined,
      header: () => undefined,
      status(code: number) {
        response.statusCode = code;
      },
      send(content: unknown) {
        response.end(typeof content === 'string' ? content : JSON.stringify(content));
      },
      end() {
        if (!response.writableEnded) response.end();
      },
    };
    const incoming = { body: body as Record<string, unknown>, headers: request.headers, method: request.method ?? '' };
    await this.adapter.process(incoming, shim, (context) => this.#turn(context));
  }

  async #turn(context: TurnContext): Promise<void> {
    const { activity } = context;
    this.turns.push(activity);
    this.reference = TurnContext.getConversationReference(activity);
    if (activity.type === ActivityTypes.Invoke) return this.#invoke(context);
    if (activity.type !== ActivityTypes.Message) return;
    if (activity.value !== undefined) return void (await context.sendActivity(`submitted ${activity.value.token}`));
    const text = activity.text ?? '';
    const sent = await (text === 'card' || text === 'update me'
      ? context.sendActivity(MessageFactory.attachment(CardFactory.adaptiveCard(card('Ready?', EXECUTE))))
      : context.sendActivity(`you said ${text}`));
    this.lastSentId = sent?.id ?? '';
  }

  async #invoke(context: TurnContext): Promise<void> {
    const { name, value } = context.activity;
    if (name === 'signin/failure') return;
    const note = value?.action?.data?.note;
    const body =
      name === 'adaptiveCard/action'
        ? { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value: card(`Done: ${note}`) }
        : {};
    await context.sendActivity({ type: 'invokeResponse', value: { status: 200, body } });
  }
}
