import type { LoginOutcome, LoginSummary } from '../connections/login.js';
import type { Logins } from '../connections/logins.js';
import { asBehalfError } from '../kernel/errors.js';
import type { HttpRequest, HttpResponse, HttpRoute } from '../kernel/http.js';
import type { Logger } from '../kernel/logger.port.js';
import { connectedPage, loginPage, loginProblemPage, proofPage } from './pages/login-pages.js';

export interface LoginRoutesDeps {
  readonly logins: Logins;
  /** No trailing slash. */
  readonly publicUrl: string;
  /** Origin of the provider's authorization endpoint. */
  readonly providerOrigin: (connection: string) => string | undefined;
  /** The platform's name for people. */
  readonly platformTitle: (platform: string) => string;
  /** Scripts that hand the login code to the chat client whose window this is. */
  readonly popUpScripts: (platform: string) => readonly string[];
  readonly logger: Logger;
}

const GONE = {
  title: 'This link does not work any more',
  text: 'It has been used, replaced or has expired. Go back to the chat and press Login there, or type your command again.',
  status: 404,
};

/** The pages of a login: ours before the provider, and the way back. */
export function loginRoutes(deps: LoginRoutesDeps): readonly HttpRoute[] {
  const route = (method: HttpRoute['method'], path: string, handle: Handler): HttpRoute => ({
    method,
    path,
    handle: (request) => handle(deps, request).catch((error: unknown) => explain(deps, request, error)),
  });
  return [
    route('GET', '/login/:token', showLogin),
    route('POST', '/login/:token', beginLogin),
    route('GET', '/oauth/callback/:connection', completeLogin),
  ];
}

type Handler = (deps: LoginRoutesDeps, request: HttpRequest) => Promise<HttpResponse>;

/** A page for a person, who has a browser in front of them and no log. */
function explain({ logger }: LoginRoutesDeps, request: HttpRequest, error: unknown): HttpResponse {
  const err = asBehalfError(error);
  logger.error({ requestId: request.id, err }, 'a login page failed');
  return loginProblemPage({
    title: 'That did not work',
    text: `${err.userText} Go back to the chat and press Login there to try again.`,
    status: err.code === 'store.unavailable' ? 503 : 500,
    reference: err.ref,
  });
}

/** Path of the login page, to be put behind the public URL. */
export function loginPath(token: string): string {
  return `/login/${token}`;
}

async function showLogin(deps: LoginRoutesDeps, request: HttpRequest): Promise<HttpResponse> {
  const token = request.params['token'] ?? '';
  const view = await deps.logins.view(token);
  if (view.kind === 'unknown') return loginProblemPage(GONE);
  const { holder, login, scopes } = view;
  return loginPage({
    app: login.title,
    ...(holder ? { holder: { person: holder.name, place: `${holder.place}, ${placeOf(deps, login)}` } } : {}),
    platform: placeOf(deps, login),
    scopes,
    action: loginPath(token),
    providerOrigin: deps.providerOrigin(login.connection) ?? '',
    headers: {},
  });
}

async function beginLogin(deps: LoginRoutesDeps, request: HttpRequest): Promise<HttpResponse> {
  // A form on a foreign page must not send somebody's browser on its way (Fetch Standard, Sec-Fetch-Site).
  const site = request.headers['sec-fetch-site'];
  const origin = request.headers['origin'];
  const isForeign =
    (site !== undefined && site !== 'same-origin' && site !== 'none') ||
    (origin !== undefined && origin !== 'null' && origin !== deps.publicUrl);
  if (isForeign)
    return loginProblemPage({
      title: 'Please start in the chat',
      text: 'This page was not opened from our own login page. Go back to the chat and press Login there.',
      status: 403,
    });
  const started = await deps.logins.begin(request.params['token'] ?? '', readCookie(deps, request));
  if (started.kind === 'unknown') return loginProblemPage(GONE);
  const { maxAgeSeconds, value } = started.cookie;
  return {
    status: 303,
    headers: {
      location: started.redirectTo,
      'set-cookie': `${cookieName(deps)}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAgeSeconds}${isSecure(deps) ? '; Secure' : ''}`,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    },
  };
}

async function completeLogin(deps: LoginRoutesDeps, request: HttpRequest): Promise<HttpResponse> {
  const cookie = readCookie(deps, request);
  const outcome = await deps.logins.complete({
    connection: request.params['connection'] ?? '',
    query: request.query,
    ...(cookie === undefined ? {} : { cookie }),
  });
  return toPage(deps, outcome);
}

function toPage(deps: LoginRoutesDeps, outcome: LoginOutcome): HttpResponse {
  switch (outcome.kind) {
    case 'connected':
      return connectedPage({
        app: outcome.login.title,
        ...(outcome.account ? { account: outcome.account.label } : {}),
        platform: placeOf(deps, outcome.login),
      });
    case 'proof_needed': {
      const { account, code, login } = outcome;
      const scripts = login.popUp && login.owner !== 'shared' ? deps.popUpScripts(login.owner.platform) : [];
      return proofPage({
        app: login.title,
        platform: placeOf(deps, login),
        code,
        popUpScripts: scripts,
        ...(account ? { account: account.label } : {}),
      });
    }
    case 'denied':
      return loginProblemPage({
        title: 'Not connected',
        text: `You did not allow the access to ${outcome.login.title}, so nothing was connected. ${again(deps, outcome.login)}`,
        status: 200,
      });
    case 'wrong_browser':
      return loginProblemPage({
        title: 'Another browser',
        text: 'This login was begun in another browser or window, or cookies are switched off. Nothing was connected. Press Login in the chat again and stay in the window that opens. If somebody sent you a link to this page, do not use it.',
        status: 403,
      });
    case 'wrong_connection':
      return loginProblemPage({
        title: 'Not connected',
        text: 'The answer of the app did not belong to this login. Nothing was connected. Please press Login in the chat again.',
        status: 400,
      });
    case 'expired':
      return loginProblemPage({
        title: 'This login has expired',
        text: 'It took too long or has been used already. Press Login in the chat again.',
        status: 404,
      });
    case 'provider_error':
      return loginProblemPage({
        title: 'Not connected',
        text: `${outcome.text} ${again(deps, outcome.login)}`,
        status: 502,
      });
    case 'account_refused':
      return loginProblemPage({
        title: 'Not connected',
        text: `${outcome.text} ${again(deps, outcome.login)}`,
        status: 403,
      });
  }
}

/** Where the person came from: the chat, or the terminal for a connection that everybody shares. */
function placeOf(deps: LoginRoutesDeps, { owner }: LoginSummary): string {
  return owner === 'shared' ? 'the terminal' : deps.platformTitle(owner.platform);
}

function again(deps: LoginRoutesDeps, login: LoginSummary): string {
  return login.owner === 'shared'
    ? `To try again, open the link of behalf connect ${login.connection} once more.`
    : `To try again, press Login in ${placeOf(deps, login)}.`;
}

function isSecure(deps: LoginRoutesDeps): boolean {
  return deps.publicUrl.startsWith('https:');
}

/** `__Host-` ties the cookie to this very host; it needs https, which only localhost may do without. */
function cookieName(deps: LoginRoutesDeps): string {
  return isSecure(deps) ? '__Host-behalf-login' : 'behalf-login';
}

function readCookie(deps: LoginRoutesDeps, request: HttpRequest): string | undefined {
  const prefix = `${cookieName(deps)}=`;
  const pairs = (request.headers['cookie'] ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(prefix))?.slice(prefix.length);
}
