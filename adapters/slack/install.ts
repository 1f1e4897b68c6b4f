import type { InstallationFacts, Installations } from '../../src/connections/installations.port.js';
import type { Audit } from '../../src/kernel/audit.port.js';
import type { Clock } from '../../src/kernel/clock.port.js';
import { asBehalfError, isBehalfError } from '../../src/kernel/errors.js';
import type { ExpiringStore } from '../../src/kernel/expiring-store.port.js';
import type { HttpRequest, HttpResponse, HttpRoute } from '../../src/kernel/http.js';
import { equalSecrets, randomToken, sha256 } from '../../src/kernel/ids.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { Metrics } from '../../src/kernel/metrics.port.js';
import { Secret } from '../../src/kernel/secret.js';
import { preferredLocale } from '../../src/texts/accept-language.js';
import type { Texts } from '../../src/texts/english.js';
import { textsFor } from '../../src/texts/texts-for.js';
import type { ShowPage } from './config.js';
import { present } from './json.js';
import type { Grant, SlackOAuth } from './oauth.js';
import { missingScopes, REQUIRED_SCOPES } from './scopes.js';
import { isAllowed } from './workspace.js';

/** Path of the redirect URI that stands in the manifest of the app. */
export const INSTALL_PATH = '/slack/oauth_redirect';
/** Time that somebody has for choosing a workspace and consenting; Slack's code lives as long. */
const TIME_MS = 10 * 60_000;
/** Random part and time of issue. */
const COOKIE = /^([A-Za-z0-9_-]{43})\.(\d{1,16})$/;
const MAX_PARAMETER = 512;

export interface Install {
  readonly oauth: SlackOAuth;
  readonly installations: Installations;
  readonly records: ExpiringStore;
  readonly showPage: ShowPage;
  /** No slash at the end. */
  readonly publicUrl: string;
  readonly allowedTeams: readonly string[];
  /** Called when an installation is stored. */
  readonly onInstalled: (facts: InstallationFacts) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly audit?: Audit;
}

/** Installing the app in a workspace: to Slack and back, in one browser. */
export function installRoutes(install: Install): readonly HttpRoute[] {
  const route = (path: string, handle: (request: HttpRequest) => Promise<HttpResponse>): HttpRoute => ({
    method: 'GET',
    path,
    handle: (request) => handle(request).catch((error: unknown) => explain(install, request, error)),
  });
  return [
    route('/slack/install', async () => begin(install)),
    route(INSTALL_PATH, (request) => complete(install, request)),
  ];
}

/**
 * Sends the browser to Slack. The state is the hash of what the cookie holds, so that only this browser can come back with
 * it and nothing has to be kept for whoever opens the page.
 */
function begin({ clock, oauth, publicUrl }: Install): HttpResponse {
  const value = `${randomToken()}.${clock.now()}`;
  const redirectUri = publicUrl + INSTALL_PATH;
  return {
    status: 303,
    headers: {
      location: oauth.installUrl({ state: sha256(value), redirectUri, scopes: REQUIRED_SCOPES }),
      'set-cookie': `${cookieName(publicUrl)}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${TIME_MS / 1000}${isSecure(publicUrl) ? '; Secure' : ''}`,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    },
  };
}

/** The code is exchanged once, and only in the browser that began. */
async function complete(install: Install, request: HttpRequest): Promise<HttpResponse> {
  const { oauth, publicUrl, records } = install;
  const texts = textsOf(request);
  const { startAgain } = texts.install;
  const state = single(request.query, 'state');
  if (state === undefined || !isOfBrowser(install, request, state)) {
    audit(install, 'refused', { reason: 'browser' });
    return install.showPage({ texts, ...startAgain, status: 403 });
  }
  const isFirst = await records.add({ kind: 'installation', id: sha256(state) }, '1', TIME_MS);
  if (!isFirst) {
    audit(install, 'refused', { reason: 'used' });
    return install.showPage({ texts, title: startAgain.title, text: texts.install.opened, status: 403 });
  }
  if (request.query.has('error')) {
    audit(install, 'denied', {});
    return install.showPage({ texts, title: texts.install.notInstalled, text: texts.install.cancelled, status: 200 });
  }
  const code = single(request.query, 'code');
  if (code === undefined) {
    const { notInstalled: title, unreadable: text } = texts.install;
    return install.showPage({ texts, title, text, status: 400 });
  }
  return keep(install, await oauth.exchange(new Secret(code), publicUrl + INSTALL_PATH), texts);
}

async function keep(install: Install, { facts, tokens }: Grant, texts: Texts): Promise<HttpResponse> {
  const { allowedTeams, installations, logger, oauth, onInstalled } = install;
  const { name, organization, tenantId } = facts;
  const place = { teamId: tenantId, ...present('enterpriseId', organization) };
  if (!isAllowed(allowedTeams, place)) {
    await oauth.revoke(tokens.accessToken).catch((error: unknown) => {
      logger.warn({ err: asBehalfError(error) }, 'the token of a refused installation could not be given back');
    });
    audit(install, 'refused', { tenantId, reason: 'not_allowed' });
    install.audit?.note({ ...noted(facts), outcome: 'refused', code: 'not_allowed' });
    return install.showPage({
      texts,
      title: texts.install.notInstalled,
      text: texts.install.notAllowed(name),
      status: 403,
    });
  }
  await installations.save(facts, tokens);
  await onInstalled(facts);
  audit(install, 'installed', { tenantId, organization });
  install.audit?.note({ ...noted(facts), outcome: 'installed' });
  const missing = missingScopes(tokens.scopes);
  if (missing.length > 0)
    logger.warn(
      { tenantId, missingScopes: missing },
      'the Slack app lacks scopes: update it from `behalf slack manifest` and install it again',
    );
  return install.showPage({
    texts,
    title: texts.install.installed,
    text: texts.install.isInstalled(name),
    status: 200,
  });
}

/** In time, and the one whose cookie the state was made of. */
function isOfBrowser({ clock, publicUrl }: Install, request: HttpRequest, state: string): boolean {
  const value = readCookie(publicUrl, request);
  const issuedAt = Number(COOKIE.exec(value)?.[2] ?? Number.NaN);
  const age = clock.now() - issuedAt;
  return age >= 0 && age <= TIME_MS && equalSecrets(sha256(value), state);
}

function explain({ logger, showPage }: Install, request: HttpRequest, error: unknown): HttpResponse {
  const err = asBehalfError(error);
  logger.error({ requestId: request.id, err }, 'the app could not be installed');
  const texts = textsOf(request);
  const isOver = isBehalfError(error, 'oauth.invalid_grant');
  return showPage({
    texts,
    title: texts.install.notInstalled,
    text: isOver ? texts.install.tookTooLong : texts.install.failed,
    status: err.code === 'store.unavailable' || err.code === 'oauth.transient' ? 503 : 502,
    reference: err.ref,
  });
}

/** Nobody is known yet: in the language of the browser. */
function textsOf({ headers }: HttpRequest): Texts {
  return textsFor(preferredLocale(headers['accept-language']));
}

/** Of those who cannot be known nothing is noted: anybody may come, as often as they like. */
function noted({ tenantId }: InstallationFacts) {
  return { kind: 'installation', by: 'service', person: { platform: 'slack', tenant: tenantId } } as const;
}

function audit(
  { logger, metrics }: Install,
  outcome: string,
  facts: Readonly<Record<string, string | undefined>>,
): void {
  logger.info({ outcome, ...facts }, 'installation');
  metrics.count('installations', { platform: 'slack', outcome });
}

function isSecure(publicUrl: string): boolean {
  return publicUrl.startsWith('https:');
}

/** `__Host-` ties the cookie to this very host; it needs https, which only localhost may do without. */
function cookieName(publicUrl: string): string {
  return isSecure(publicUrl) ? '__Host-behalf-install' : 'behalf-install';
}

function readCookie(publicUrl: string, request: HttpRequest): string {
  const prefix = `${cookieName(publicUrl)}=`;
  const pairs = (request.headers['cookie'] ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(prefix))?.slice(prefix.length) ?? '';
}

/** The value of a parameter that may stand there once. */
function single(query: URLSearchParams, name: string): string | undefined {
  const [value, ...more] = query.getAll(name);
  return more.length > 0 || value === undefined || value === '' || value.length > MAX_PARAMETER ? undefined : value;
}
