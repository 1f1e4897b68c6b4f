import type { BrowserIdentity } from '../connections/browser-identity.port.js';
import type { LoginOutcome, LoginStart, LoginSummary } from '../connections/login.js';
import type { Logins } from '../connections/logins.js';
import { asBehalfError } from '../kernel/errors.js';
import type { HttpRequest, HttpResponse, HttpRoute } from '../kernel/http.js';
import type { Logger } from '../kernel/logger.port.js';
import { preferredLocale } from '../texts/accept-language.js';
import type { Texts } from '../texts/english.js';
import { errorText } from '../texts/error-text.js';
import { textsFor } from '../texts/texts-for.js';
import { isForeign } from './foreign.js';
import { connectedPage, loginPage, loginProblemPage, proofPage } from './pages/login-pages.js';
import { signInProblemPage } from './sign-in-pages.js';

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
  /** BCP 47: where neither the person's language nor the browser's is one of ours. */
  readonly defaultLocale?: string;
  /** Ways in which people sign in to their chat platform before the provider. */
  readonly signIns?: readonly BrowserIdentity[];
  readonly logger: Logger;
}

/** The pages of a login: ours before the provider, and the way back. */
export function loginRoutes(deps: LoginRoutesDeps): readonly HttpRoute[] {
  const route = (method: HttpRoute['method'], path: string, handle: Handler): HttpRoute => ({
    method,
    path,
    handle: (request) => handle(deps, request).catch((error: unknown) => explain(deps, request, error)),
  });
  return [
    route('GET', '/login/:token', showLogin),
    route('POST', '/login/:token', (d, request) => beginLogin(d, request, false)),
    route('POST', '/login/:token/another-way', (d, request) => beginLogin(d, request, true)),
    ...(deps.signIns ?? []).map(({ path, platform }) =>
      route('GET', path, (d, request) => completeSignIn(d, request, platform)),
    ),
    route('GET', '/oauth/callback/:connection', completeLogin),
  ];
}

type Handler = (deps: LoginRoutesDeps, request: HttpRequest) => Promise<HttpResponse>;

/** A page for a person, who has a browser in front of them and no log. */
function explain(deps: LoginRoutesDeps, request: HttpRequest, error: unknown): HttpResponse {
  const err = asBehalfError(error);
  const texts = textsOf(deps, request);
  const { failed } = texts.pages;
  deps.logger.error({ requestId: request.id, err }, 'a login page failed');
  return loginProblemPage({
    texts,
    title: failed.title,
    text: failed.text(errorText(err, texts)),
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
  if (view.kind === 'unknown') return gone(deps, request);
  const { holder, login, scopes, signIn } = view;
  const texts = textsOf(deps, request, login);
  const platform = placeOf(deps, login, texts);
  const action = loginPath(token);
  return loginPage({
    texts,
    app: login.title,
    ...(holder ? { holder: { person: holder.name, place: `${holder.place}, ${platform}` } } : {}),
    platform,
    scopes,
    action,
    ...(signIn
      ? { signIn: { title: signIn.title, ...(signIn.optional ? { otherAction: `${action}/another-way` } : {}) } }
      : {}),
    // The sign-in may lead on to the provider without a question.
    formTargets: [deps.providerOrigin(login.connection), signIn?.origin].filter((origin) => origin !== undefined),
    headers: {},
  });
}

async function beginLogin(deps: LoginRoutesDeps, request: HttpRequest, anotherWay: boolean): Promise<HttpResponse> {
  if (isForeign(request, deps.publicUrl)) {
    const texts = textsOf(deps, request);
    return loginProblemPage({ texts, ...texts.pages.foreign, status: 403 });
  }
  const started = await deps.logins.begin(request.params['token'] ?? '', readCookie(deps, request), anotherWay);
  return toRedirect(deps, request, started);
}

/** On to another site, with the cookie that this browser has to come back with. */
function toRedirect(deps: LoginRoutesDeps, request: HttpRequest, started: LoginStart): HttpResponse {
  if (started.kind === 'unknown') return gone(deps, request);
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

async function completeSignIn(deps: LoginRoutesDeps, request: HttpRequest, platform: string): Promise<HttpResponse> {
  const cookie = readCookie(deps, request);
  const outcome = await deps.logins.signedIn({
    platform,
    query: request.query,
    ...(cookie === undefined ? {} : { cookie }),
  });
  switch (outcome.kind) {
    case 'redirect':
    case 'unknown':
      return toRedirect(deps, request, outcome);
    case 'wrong_browser':
    case 'expired':
      return toPage(deps, outcome, textsOf(deps, request));
    default: {
      const texts = textsOf(deps, request, outcome.login);
      return signInProblemPage(outcome, again(deps, outcome.login, texts), texts);
    }
  }
}

async function completeLogin(deps: LoginRoutesDeps, request: HttpRequest): Promise<HttpResponse> {
  const cookie = readCookie(deps, request);
  const outcome = await deps.logins.complete({
    connection: request.params['connection'] ?? '',
    query: request.query,
    ...(cookie === undefined ? {} : { cookie }),
  });
  return toPage(deps, outcome, textsOf(deps, request, 'login' in outcome ? outcome.login : undefined));
}

function toPage(deps: LoginRoutesDeps, outcome: LoginOutcome, texts: Texts): HttpResponse {
  const { pages } = texts;
  switch (outcome.kind) {
    case 'connected':
      return connectedPage({
        texts,
        app: outcome.login.title,
        ...(outcome.account ? { account: outcome.account.label } : {}),
        platform: placeOf(deps, outcome.login, texts),
      });
    case 'proof_needed': {
      const { account, code, login, validMs } = outcome;
      const scripts = login.popUp && login.owner !== 'shared' ? deps.popUpScripts(login.owner.platform) : [];
      return proofPage({
        texts,
        app: login.title,
        platform: placeOf(deps, login, texts),
        code,
        validMs,
        popUpScripts: scripts,
        ...(account ? { account: account.label } : {}),
      });
    }
    case 'denied': {
      const text = `${pages.denied(outcome.login.title)} ${again(deps, outcome.login, texts)}`;
      return loginProblemPage({ texts, title: pages.notConnected, text, status: 200 });
    }
    case 'wrong_browser':
      return loginProblemPage({ texts, ...pages.otherBrowser, status: 403 });
    case 'wrong_connection':
      return loginProblemPage({ texts, title: pages.notConnected, text: pages.otherConnection, status: 400 });
    case 'expired':
      return loginProblemPage({ texts, ...pages.expired, status: 404 });
    case 'provider_error':
    case 'account_refused': {
      const text = `${outcome.text(texts.locale)} ${again(deps, outcome.login, texts)}`;
      const status = outcome.kind === 'provider_error' ? 502 : 403;
      return loginProblemPage({ texts, title: pages.notConnected, text, status });
    }
  }
}

function gone(deps: LoginRoutesDeps, request: HttpRequest): HttpResponse {
  const texts = textsOf(deps, request);
  return loginProblemPage({ texts, ...texts.pages.gone, status: 404 });
}

/** In the language of the person whose login it is; without one, in that of the browser. */
function textsOf({ defaultLocale }: LoginRoutesDeps, { headers }: HttpRequest, login?: LoginSummary): Texts {
  return textsFor(login?.locale ?? preferredLocale(headers['accept-language']) ?? defaultLocale);
}

/** Where the person came from: the chat, or the terminal for a connection that everybody shares. */
function placeOf(deps: LoginRoutesDeps, { owner }: LoginSummary, { pages }: Texts): string {
  return owner === 'shared' ? pages.terminal : deps.platformTitle(owner.platform);
}

function again(deps: LoginRoutesDeps, login: LoginSummary, texts: Texts): string {
  return login.owner === 'shared'
    ? texts.pages.againInTerminal(login.connection)
    : texts.pages.againInChat(placeOf(deps, login, texts));
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
