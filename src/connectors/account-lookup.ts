import type { Account, Credential } from '../connections/connection.js';
import type { ParentConnection } from '../connections/parent-connection.js';
import type { Clock } from '../kernel/clock.port.js';
import { BehalfError, isBehalfError, type Wording } from '../kernel/errors.js';
import type { HttpClient } from '../kernel/http-client.port.js';
import type { DatapillData } from '../language/datapill.js';
import { said } from '../texts/texts-for.js';
import type { RequestTemplate } from './action.js';
import type { Answer } from './answer.js';
import { resolveAppAddress } from './app-address.js';
import { appError } from './app-error.js';
import { buildRequest } from './build-request.js';
import { callApp } from './call-app.js';
import type { Connector, IdentityCall } from './connector.js';
import { cleanWords, judgeResponse } from './judge-response.js';

export interface AccountLookup {
  readonly connector: Connector;
  readonly parent: ParentConnection;
  readonly credential: Credential;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/**
 * Asks the app whose credential it is. Its e-mail address counts only where the app says that it has confirmed it.
 * Fails as `performAction` does, and with `connector.invalid` when the connector has no identity call.
 */
export async function lookUpAccount(lookup: AccountLookup): Promise<Account> {
  const { connector, parent } = lookup;
  const { identity } = connector;
  if (!identity) {
    throw new BehalfError('connector.invalid', `The connector ${connector.name} has no identity call`, {
      details: { connector: connector.name },
    });
  }
  const call = { action: 'identity', purpose: said(({ apps }) => apps.purposes.identity) };
  const first = await ask(lookup, identity.request, call);
  const more = identity.more && (await askMore(lookup, identity, identity.more, call));
  const { settings } = parent;
  return readAccount(identity, { settings, ...first, ...(more ? { more } : {}) }, parent);
}

async function askMore(
  lookup: AccountLookup,
  { moreIsOptional }: IdentityCall,
  template: RequestTemplate,
  call: Parameters<typeof ask>[2],
): Promise<Answer | undefined> {
  try {
    return await ask(lookup, template, call);
  } catch (error) {
    if (moreIsOptional && isBehalfError(error, 'app.forbidden', 'app.not_found', 'app.bad_input')) return undefined;
    throw error;
  }
}

async function ask(
  lookup: AccountLookup,
  template: RequestTemplate,
  call: { readonly action: string; readonly purpose: Wording },
): Promise<Answer> {
  const { connector, parent, credential, clock } = lookup;
  const request = await buildRequest({ connector, parent, credential, template, input: {} });
  const address = await resolveAppAddress(connector, parent, credential);
  const response = await callApp(request, { ...lookup, address });
  const verdict = await judgeResponse(connector, response, { nowMs: clock.now() });
  if (verdict.kind === 'ok') return verdict.answer;
  throw appError(verdict, { parent, credential, ...call });
}

/**
 * Tries a connection out: the connector's test call, then whose it is, as far as the app tells. A connector with neither call
 * passes untried. Fails as {@link lookUpAccount} does.
 */
export async function tryConnection(lookup: AccountLookup): Promise<Account | undefined> {
  const { test, identity } = lookup.connector;
  if (test) await ask(lookup, test, { action: 'test', purpose: said(({ apps }) => apps.purposes.test) });
  return identity ? lookUpAccount(lookup) : undefined;
}

/** Longest id and label that are kept, in characters. */
const MAX_ID = 256;

async function readAccount(identity: IdentityCall, data: DatapillData, parent: ParentConnection): Promise<Account> {
  const id = scalar(await identity.id.evaluate(data));
  const label = scalar(await identity.label.evaluate(data)) ?? id;
  const shown = label === undefined ? undefined : cleanWords(label);
  if (id === undefined || id.length > MAX_ID || shown === undefined) {
    throw new BehalfError('app.unexpected_answer', `The identity call of ${parent.connector} names no account`, {
      userText: said(({ logins }) => logins.accountNotTold(parent.title)),
      details: { connection: parent.name },
    });
  }
  const isVerified = identity.emailVerified ? await identity.emailVerified.evaluate(data) : undefined;
  const email = isVerified === true && identity.email ? await identity.email.evaluate(data) : undefined;
  const confirmedEmail = typeof email === 'string' && /^[^\s@]+@[^\s@]+$/u.test(email) ? email : undefined;
  const organization = identity.organization && scalar(await identity.organization.evaluate(data));
  return {
    id,
    label: shown,
    ...(confirmedEmail === undefined ? {} : { confirmedEmail }),
    ...(organization === undefined || organization.length > MAX_ID ? {} : { organization }),
  };
}

function scalar(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
