import type { OAuthClient } from '../connections/oauth-client.port.js';
import { methodOf, type OAuthApp, type ParentConnection, type TokenApp } from '../connections/parent-connection.js';
import type { SharedStates } from '../connections/shared-states.js';
import type { Clock } from '../kernel/clock.port.js';
import { asBehalfError, type BehalfError } from '../kernel/errors.js';
import type { HttpClient } from '../kernel/http-client.port.js';
import { randomToken } from '../kernel/ids.js';
import { Secret } from '../kernel/secret.js';
import type { Finding } from './examination.port.js';
import { examineClockOf, examineServer } from './examine-server.js';

/** RFC 7636 wants 43 characters at least. */
const VERIFIER_BITS = 512;

interface ConnectionParts {
  readonly oauth: OAuthClient;
  /** Guarded as for the calls of connectors. */
  readonly http: HttpClient;
  readonly clock: Clock;
  /** Absent where the store could not be looked at. */
  readonly states?: SharedStates;
}

/**
 * Whether each connection can work: its OAuth client, what the server says of itself, what to register at the app, the clock,
 * and the shared account.
 */
export async function examineConnections(
  parents: readonly ParentConnection[],
  parts: ConnectionParts,
): Promise<readonly Finding[]> {
  const all = parents.map(async (parent) => [
    ...(await examineClient(parent, parts)),
    ...sharedAccount(parent, parts.states),
  ]);
  const clocks = tokenUrlsOf(parents).map((url) => examineClockOf(url, parts));
  return (await Promise.all([...all, ...clocks])).flat();
}

/** One for each server. */
function tokenUrlsOf(parents: readonly ParentConnection[]): readonly string[] {
  const urls = parents.flatMap(({ auth }) => ('app' in auth ? [auth.app.tokenUrl] : []));
  return [...new Map(urls.map((url) => [new URL(url).origin, url])).values()];
}

async function examineClient(parent: ParentConnection, { http, oauth }: ConnectionParts): Promise<readonly Finding[]> {
  const { auth, name } = parent;
  const subject = `connection ${name}`;
  switch (auth.kind) {
    case 'oauth2':
      return [
        await tryCode(subject, auth.app, oauth),
        ...(await examineServer(subject, auth.app, http)),
        comesBack(subject, auth.app.redirectUri),
      ];
    case 'client_credentials':
      return [await tryClient(subject, auth.app, oauth)];
    case 'static':
      return [
        {
          subject,
          state: 'ok',
          says: `its secrets (${auth.method}) are there; whether the app takes them is not asked here`,
          fix: `behalf connections test ${name} tries them.`,
        },
      ];
    case 'stored':
      return auth.login ? [comesBack(subject, auth.login.redirectUri)] : [];
  }
}

function comesBack(subject: string, redirectUri: string): Finding {
  return {
    subject,
    state: 'ok',
    says: `logins come back to ${redirectUri}`,
    fix: 'Register exactly this redirect URI at the app.',
  };
}

/** A code that nobody has issued: a server that knows the client refuses the code, another one refuses the client. */
async function tryCode(subject: string, app: OAuthApp, oauth: OAuthClient): Promise<Finding> {
  const code = new Secret(`behalf-doctor-${randomToken(128)}`);
  const codeVerifier = app.pkce === 'S256' ? { codeVerifier: new Secret(randomToken(VERIFIER_BITS)) } : {};
  try {
    await oauth.exchangeCode(app, { code, ...codeVerifier, scopes: app.scopes });
  } catch (error) {
    return judge(subject, app, asBehalfError(error), 'oauth.invalid_grant');
  }
  return {
    subject,
    state: 'wrong',
    says: `${app.tokenUrl} gives tokens for a code that does not exist`,
    fix: 'Do not use this server.',
  };
}

async function tryClient(subject: string, app: TokenApp, oauth: OAuthClient): Promise<Finding> {
  try {
    await oauth.requestToken(app);
    return accepted(subject, app);
  } catch (error) {
    return judge(subject, app, asBehalfError(error));
  }
}

function judge(subject: string, app: TokenApp, { code, details }: BehalfError, good?: string): Finding {
  if (code === good) return accepted(subject, app);
  if (details['reason'] === 'egress.refused')
    return {
      subject,
      state: 'wrong',
      says: `${app.tokenUrl} is in a private network, or without https, and may not be called`,
      fix: 'Put its host into EGRESS_ALLOW if it belongs to you.',
    };
  switch (code) {
    case 'oauth.operator':
      return {
        subject,
        state: 'wrong',
        says: `${app.tokenUrl} refuses the client ${app.clientId}`,
        fix: 'Compare client id, client secret and the way in which they are sent with what the app shows; the secret may have expired.',
      };
    case 'oauth.transient':
      return {
        subject,
        state: 'unknown',
        says: `${app.tokenUrl} cannot be reached now`,
        fix: 'Look at the network, at EGRESS_ALLOW for hosts inside your own, and at the status page of the app.',
      };
    default:
      return {
        subject,
        state: 'unknown',
        says: `${app.tokenUrl} did not say whether it knows the client (${code})`,
        fix: 'Log in once to find out; compare the URL with the documentation of the app if that fails, too.',
      };
  }
}

function accepted(subject: string, { clientId, tokenUrl }: TokenApp): Finding {
  return { subject, state: 'ok', says: `${tokenUrl} knows the client ${clientId}` };
}

function sharedAccount(parent: ParentConnection, states: SharedStates | undefined): readonly Finding[] {
  const isKept = parent.auth.kind === 'stored' || parent.auth.kind === 'oauth2';
  if (states === undefined || !isKept) return [];
  const subject = `connection ${parent.name}`;
  const state = states.get(parent.name);
  if (state?.status === 'connected') return [{ subject, state: 'ok', says: 'the account for everybody is connected' }];
  const why =
    state === undefined
      ? 'was never connected'
      : state.status === 'disconnected'
        ? 'is disconnected'
        : 'has to be connected anew';
  return [
    {
      subject,
      // Personal connections of an OAuth client do without it.
      state: methodOf(parent.auth) === 'oauth2' ? 'ok' : 'warning',
      says: `the account for everybody ${why}`,
      fix: `Only where a recipe uses it without verify_user_access: behalf connect ${parent.name}`,
    },
  ];
}
