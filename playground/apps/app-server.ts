import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import { AccountDirectory } from './accounts.js';
import type { ApiRoute, AppDefinition } from './app-definition.js';
import { ApiAuthenticator, type Integration } from './authentication.js';
import { type ControlTarget, handleControl } from './control.js';
import { Faults } from './faults.js';
import { failure, listen, pause, type Reply, readBody, readJson, send } from './http.js';
import {
  createIdentityProvider,
  type IdentityProvider,
  OAUTH_PATHS,
  type OAuthClientRegistration,
} from './identity-provider.js';
import { handleInteraction } from './interactions.js';
import { errorPage, recordsPage } from './pages.js';

export interface AppOptions {
  readonly host: string;
  readonly port: number;
  /** Host name in URLs. */
  readonly publicHost: string;
  /** Whole base URL instead, when something stands in front. */
  readonly publicUrl?: string | undefined;
  readonly client: OAuthClientRegistration;
  readonly accessTokenSeconds: number;
  readonly integration: Integration;
  /** Without it, `/control` answers callers on this machine only. */
  readonly controlToken?: string | undefined;
}

export interface RunningApp {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts one app: API, identity provider, pages and control interface on one port. */
export async function startApp(define: (url: () => string) => AppDefinition, options: AppOptions): Promise<RunningApp> {
  const listening = await listen(options.host, options.port);
  const url = options.publicUrl ?? `http://${options.publicHost}:${listening.port}`;
  const app = define(() => url);
  const accounts = new AccountDirectory(app.brand.id);
  const identity = await createIdentityProvider({ issuer: url, brand: app.brand, accounts, ...options });
  const server = new AppServer({ app, accounts, identity, options, url });
  listening.server.on('request', (request, response) => {
    server.handle(request, response).catch((error: unknown) => {
      console.error(`${app.brand.name}: ${error instanceof Error ? error.stack : String(error)}`);
      response.destroy();
    });
  });
  return { url, stop: listening.stop };
}

interface AppParts {
  readonly app: AppDefinition;
  readonly accounts: AccountDirectory;
  readonly identity: IdentityProvider;
  readonly options: AppOptions;
  readonly url: string;
}

class AppServer implements ControlTarget {
  readonly app: AppDefinition;
  readonly accounts: AccountDirectory;
  readonly identity: IdentityProvider;
  readonly controlToken: string | undefined;
  readonly faults = new Faults();
  readonly apiCalls = new Map<string, number>();
  readonly #authenticator: ApiAuthenticator;
  readonly #url: string;

  constructor({ app, accounts, identity, options, url }: AppParts) {
    this.app = app;
    this.accounts = accounts;
    this.identity = identity;
    this.controlToken = options.controlToken;
    this.#url = url;
    this.#authenticator = new ApiAuthenticator({
      realm: app.brand.name,
      accounts,
      identity,
      integration: options.integration,
    });
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.#url);
    if (url.pathname.startsWith('/api/')) return this.#api(url, request, response);
    if (url.pathname.startsWith('/control/')) return send(response, await handleControl(this, url, request));
    if (url.pathname.startsWith('/interaction/')) return handleInteraction(this.#interactionParts(), request, response);
    if (url.pathname === '/') {
      return send(response, { status: 200, page: recordsPage(this.app.brand, this.app.tables()) });
    }
    if (url.pathname === OAUTH_PATHS.token && request.method === 'POST') return this.#token(request, response);
    if (isProviderPath(url.pathname)) return this.identity.handle(request, response);
    send(response, { status: 404, page: errorPage(this.app.brand, 'There is no such page.') });
  }

  #interactionParts() {
    return { identity: this.identity, accounts: this.accounts, brand: this.app.brand };
  }

  async #api(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const matched = this.#match(request.method ?? 'GET', url.pathname);
    const label = matched ? `${matched.route.method} ${matched.route.path}` : 'unknown';
    this.apiCalls.set(label, (this.apiCalls.get(label) ?? 0) + 1);
    const json = await readJson(request);
    if (this.faults.apiDelayMs > 0) await pause(this.faults.apiDelayMs);
    const failing = this.faults.takeApiFailure();
    if (failing !== undefined)
      return send(response, failure(failing, 'unavailable', 'Something went wrong on our side'));

    const caller = await this.#authenticator.authenticate(request.headers);
    if (caller.kind === 'refused') return send(response, caller.reply);
    if (!matched) return send(response, failure(404, 'not_found', 'There is no such resource'));
    if (json.kind === 'failed') return send(response, json.reply);
    const key = request.headers['idempotency-key'];
    const reply = matched.route.handle({
      principal: caller.principal,
      params: matched.params,
      query: url.searchParams,
      body: json.value,
      idempotencyKey: typeof key === 'string' && key !== '' ? key : undefined,
    });
    if (this.faults.takeApiLoss()) response.destroy();
    else send(response, reply);
  }

  #match(method: string, path: string): { route: ApiRoute; params: Record<string, string> } | undefined {
    for (const route of this.app.routes) {
      const params = route.method === method ? matchPath(route.path, path) : undefined;
      if (params) return { route, params };
    }
    return undefined;
  }

  async #token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fault = this.faults.takeToken();
    if (!fault) return this.identity.handle(request, response);
    if (fault.delayMs > 0) await pause(fault.delayMs);
    if (fault.kind === 'slow') return this.identity.handle(request, response);
    if (fault.kind === 'lost') {
      // The provider works as usual, only its last write ends the connection instead.
      response.end = () => response.destroy();
      return this.identity.handle(request, response);
    }
    const body = await readBody(request);
    const grantType = body.kind === 'text' ? new URLSearchParams(body.text).get('grant_type') : null;
    this.identity.countTokenCall(grantType ?? 'none');
    if (fault.kind === 'html') {
      send(response, { status: fault.status, page: errorPage(this.app.brand, 'We are working on it.') });
      return;
    }
    send(response, {
      status: fault.status,
      json: { error: 'server_error', error_description: 'Something went wrong' },
    });
  }
}

function isProviderPath(path: string): boolean {
  return path.startsWith('/oauth/') || path.startsWith('/.well-known/') || path === OAUTH_PATHS.userinfo;
}

function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    if (part.startsWith(':')) params[part.slice(1)] = safeDecode(value);
    else if (part !== value) return undefined;
  }
  return params;
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** 422 with one message per field, as APIs of this kind answer bad input. */
export function invalidInput(error: z.ZodError): Reply {
  const fields: Record<string, string> = {};
  for (const issue of error.issues) fields[issue.path.join('.') || 'body'] ??= issue.message;
  const message = Object.values(fields).join('. ');
  return { status: 422, json: { error: 'invalid_input', message, fields } };
}
