import type { Account, AccountChange } from './accounts.js';
import type { Note, Opportunity } from './crm.js';
import type { ApiFault, TokenFault } from './faults.js';
import type { StoredFile } from './files.js';
import type { Revocation } from './identity-provider.js';

export interface CallCounts {
  /** Calls of the token endpoint, by grant type; failed ones too. */
  readonly tokenCalls: Readonly<Record<string, number>>;
  /** Calls of the API; by route as `POST /api/opportunities`. */
  readonly apiCalls: { readonly total: number; readonly byRoute: Readonly<Record<string, number>> };
}

/** What the control interface of a demo app offers. Every call rejects when the app refuses it. */
export interface DemoAppControl<Records> {
  records(): Promise<Records>;
  accounts(): Promise<readonly Account[]>;
  /** Tokens that clients have revoked, oldest first. */
  revocations(): Promise<readonly Revocation[]>;
  counts(): Promise<CallCounts>;
  /** Ends all grants of a person, as an administrator of the app would. */
  revoke(username: string): Promise<void>;
  /** Makes a person's access tokens expire now; refresh tokens keep working. */
  expire(username: string): Promise<void>;
  changeAccount(username: string, change: AccountChange): Promise<void>;
  setApiFault(fault: Partial<ApiFault>): Promise<void>;
  setTokenFault(fault: Pick<TokenFault, 'kind'> & Partial<TokenFault>): Promise<void>;
  /** No records, no grants, no faults, counts at zero, accounts as at the start. */
  reset(): Promise<void>;
}

export type CrmRecords = { readonly opportunities: readonly Opportunity[]; readonly notes: readonly Note[] };
export type FileRecords = { readonly files: readonly StoredFile[] };

export function crmControl(controlUrl: string, token?: string): DemoAppControl<CrmRecords> {
  return control(controlUrl, token);
}

export function filesControl(controlUrl: string, token?: string): DemoAppControl<FileRecords> {
  return control(controlUrl, token);
}

function control<Records>(controlUrl: string, token: string | undefined): DemoAppControl<Records> {
  const read = <T>(name: string): Promise<T> => call<T>(`${controlUrl}/${name}`, token);
  const order = async (name: string, body: object): Promise<void> => {
    await call(`${controlUrl}/${name}`, token, body);
  };
  return {
    records: () => read('records'),
    accounts: () => read('accounts'),
    revocations: () => read('revocations'),
    counts: () => read('counts'),
    revoke: (username) => order('revoke', { username }),
    expire: (username) => order('expire', { username }),
    changeAccount: (username, change) => order('account', { username, ...change }),
    setApiFault: (fault) => order('api-fault', fault),
    setTokenFault: (fault) => order('token-fault', fault),
    reset: () => order('reset', {}),
  };
}

/** The answer is typed, not checked: both ends are this folder. */
async function call<T>(url: string, token: string | undefined, body?: object): Promise<T> {
  const response = await fetch(url, {
    method: body ? 'POST' : 'GET',
    headers: {
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return JSON.parse(text);
}
