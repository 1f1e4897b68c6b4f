import type { ParentAuth } from '../connections/parent-connection.js';
import type { Problem } from '../language/problem.js';
import type { YamlPath } from '../language/yaml-document.js';
import type { ConnectionEntry } from './connections-file.js';
import type { ConnectionsSource } from './connections-source.js';
import type { Connector } from './connector.js';

interface SingleSignOnParts {
  readonly entry: ConnectionEntry;
  readonly connector: Connector;
  readonly auth: ParentAuth;
  readonly source: Pick<ConnectionsSource, 'signInClientId'>;
  readonly report: (
    path: YamlPath,
    message: string,
    more?: { readonly hint?: string; readonly severity?: Problem['severity'] },
  ) => void;
}

/** Whether people are connected without a login of their own, where their chat client vouches for them; what does not fit is reported. */
export function resolveSingleSignOn({ auth, connector, entry, report, source }: SingleSignOnParts): boolean {
  if (!entry.single_sign_on) return false;
  const path = ['single_sign_on'];
  const { onBehalfOf } = connector.auth.oauth2 ?? {};
  if (auth.kind !== 'oauth2') {
    report(path, `"single_sign_on" is about logins, which ${entry.auth.method} does not have`);
    return false;
  }
  if (!onBehalfOf) {
    report(path, `${connector.title} takes no assertions of chat clients`, {
      hint: 'only connectors with "on_behalf_of" do',
    });
    return false;
  }
  for (const name of onBehalfOf.requiredSettings) {
    if (!Object.hasOwn(entry.settings, name)) report(path, `"single_sign_on" needs the setting "${name}"`);
  }
  if (source.signInClientId === undefined) {
    report(path, '"single_sign_on" has no effect: no chat platform is set up for it', {
      hint: 'for Microsoft Teams, set BOT_SSO_RESOURCE',
      severity: 'warning',
    });
    return false;
  }
  // Entra ID exchanges an assertion only for the client that it was given for.
  if (auth.app.clientId.toLowerCase() !== source.signInClientId.toLowerCase()) {
    report(['auth', 'client_id'], '"single_sign_on" needs the client that chat clients sign in to', {
      hint: 'for Microsoft Teams, use MicrosoftAppId and a secret of that app registration',
    });
  }
  return true;
}
