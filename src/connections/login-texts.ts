import type { BehalfError } from '../kernel/errors.js';
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
export function authorizationErrorText(title: string, error: string): string {
  if (TEMPORARY.has(error)) return `${title} has a problem right now. Please try again in a few minutes.`;
  if (OPERATOR.has(error)) return `${title} refuses my request. Your administrator must fix the connection.`;
  return `${title} did not complete the login. Please try again, and tell your administrator if it keeps happening.`;
}

/** Our sentence for a code that could not be exchanged. */
export function exchangeErrorText(title: string, error: BehalfError): string {
  switch (error.code) {
    case 'oauth.invalid_grant':
      return `The login to ${title} took too long. Please start again.`;
    case 'oauth.operator':
      return `${title} refuses my credentials. Your administrator must fix the connection.`;
    case 'oauth.transient':
      return `${title} cannot be reached right now. Please try again in a few minutes.`;
    case 'oauth.protocol':
      return `${title} gave an answer that I do not understand. Please tell your administrator.`;
    default:
      return error.userText;
  }
}

/** Our sentence for an account that is none of those that may be connected. */
export function refusedAccountText(title: string, account: Account, policy: AccountPolicy): string {
  const { emailDomains = [], organizationIds = [] } = policy;
  const domains = emailDomains.length > 0 ? [`with an e-mail address at ${emailDomains.join(' or ')}`] : [];
  const organizations = organizationIds.length > 0 ? [`of the organisation ${organizationIds.join(' or ')}`] : [];
  const allowed = [...domains, ...organizations].join(' and ');
  return `${account.label} may not be used here, so I did not connect it. Please log in to ${title} with an account ${allowed}.`;
}

/** Our sentence for tokens whose account could not be found out. */
export function accountErrorText(title: string): string {
  return `I could not find out which ${title} account this is, so I did not connect it. Please try again.`;
}
