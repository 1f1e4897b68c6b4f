import type { Account } from './connection.js';
import type { AccountPolicy } from './parent-connection.js';

/** True when the account may be connected. What the app does not tell of an account does not count for it. */
export function isAllowedAccount(policy: AccountPolicy | undefined, account: Account): boolean {
  const { emailDomains, organizationIds } = policy ?? {};
  const domain = account.confirmedEmail?.split('@').at(-1)?.toLowerCase();
  const isInDomain = emailDomains === undefined || (domain !== undefined && emailDomains.includes(domain));
  const { organization } = account;
  return (
    isInDomain &&
    (organizationIds === undefined || (organization !== undefined && organizationIds.includes(organization)))
  );
}
