import type { BehalfError, Wording } from '../kernel/errors.js';
import { errorText } from '../texts/error-text.js';
import { said } from '../texts/texts-for.js';
import type { Account } from './connection.js';
import type { AccountPolicy } from './parent-connection.js';

const TEMPORARY: ReadonlySet<string> = new Set(['server_error', 'temporarily_unavailable']);
const OPERATOR: ReadonlySet<string> = new Set([
  'invalid_client',
  'invalid_request',
  'invalid_scope',
  'invalid_target',
  'unauthorized_client',
  'unsupported_response_type',
]);

/** Our sentence for the `error` of an authorization response (RFC 6749 section 4.1.2.1). The provider's words are not passed on. */
export function authorizationErrorText(title: string, error: string): Wording {
  return said(({ logins }) => {
    if (TEMPORARY.has(error)) return logins.providerTrouble(title);
    return OPERATOR.has(error) ? logins.requestRefused(title) : logins.notCompleted(title);
  });
}

/** Our sentence for a code that could not be exchanged. */
export function exchangeErrorText(title: string, error: BehalfError): Wording {
  return said((texts) => {
    switch (error.code) {
      case 'oauth.invalid_grant':
        return texts.logins.tookTooLong(title);
      case 'oauth.operator':
        return texts.logins.credentialsRefused(title);
      case 'oauth.transient':
        return texts.logins.unreachable(title);
      case 'oauth.protocol':
        return texts.logins.notUnderstood(title);
      default:
        return errorText(error, texts);
    }
  });
}

/** Our sentence for an account that is none of those that may be connected. */
export function refusedAccountText(app: string, { label: account }: Account, policy: AccountPolicy): Wording {
  const { emailDomains: domains = [], organizationIds: organizations = [] } = policy;
  return said(({ logins }) => logins.accountRefused({ account, app, domains, organizations }));
}

/** Our sentence for tokens whose account could not be found out. */
export function accountErrorText(title: string): Wording {
  return said(({ logins }) => logins.accountUnknown(title));
}
