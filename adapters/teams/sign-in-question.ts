import type { SilentQuestion } from '../../src/chat/silent-sign-in.port.js';
import { textsFor } from '../../src/texts/texts-for.js';

/** The Teams client answers it by itself (`signin/tokenExchange`), or shows its button. */
export interface SignInQuestion {
  readonly type: 'message';
  readonly attachments: readonly [{ readonly contentType: string; readonly content: object }];
}

/**
 * `connectionName` names a connection of Azure's token service where a bot uses that; clients give it back as it is.
 * https://learn.microsoft.com/microsoftteams/platform/bots/how-to/authentication/bot-sso-code
 */
export function renderQuestion(question: SilentQuestion, resource: string): SignInQuestion {
  const { connection, id, locale, title, url } = question;
  const { login, loginTo } = textsFor(locale).logins;
  const content = {
    text: loginTo(title),
    connectionName: connection,
    tokenExchangeResource: { id, uri: resource },
    buttons: [{ type: 'signin', title: login, value: url }],
  };
  return { type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.oauth', content }] };
}
