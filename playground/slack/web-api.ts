import type { IncomingMessage } from 'node:http';
import { type ApiAnswer, type ApiWorld, type Args, fail } from './api-call.js';
import { isRecord } from './block-checks.js';
import { CHAT_METHODS } from './chat-methods.js';
import { FILE_METHODS } from './file-methods.js';
import { LOOKUP_METHODS } from './lookup-methods.js';
import type { RecordedCall } from './types.js';
import { VIEW_METHODS } from './view-methods.js';

const METHODS = { ...LOOKUP_METHODS, ...CHAT_METHODS, ...FILE_METHODS, ...VIEW_METHODS };

/** How the next calls go wrong. `times` counts down to zero; `method` limits it to one method. */
export type ApiTrouble =
  | { readonly kind: 'rate_limit'; readonly retryAfterSeconds: number }
  | { readonly kind: 'error'; readonly error: string }
  | { readonly kind: 'server_error' }
  | { readonly kind: 'cut_off' };

interface PlannedTrouble {
  readonly trouble: ApiTrouble;
  readonly method?: string;
  left: number;
}

export type HttpAnswer =
  | {
      readonly kind: 'json';
      readonly status: number;
      readonly body: ApiAnswer;
      readonly headers: Record<string, string>;
    }
  | { readonly kind: 'html'; readonly status: number; readonly body: string }
  | { readonly kind: 'cut_off' };

/** The Web API: authentication, scopes, planned troubles, the methods themselves, and a log of every call. */
export class WebApi {
  readonly calls: RecordedCall[] = [];
  readonly #world: ApiWorld;
  readonly #token: string;
  readonly #now: () => number;
  readonly #planned: PlannedTrouble[] = [];

  constructor(options: { readonly world: ApiWorld; readonly token: string; readonly now: () => number }) {
    this.#world = options.world;
    this.#token = options.token;
    this.#now = options.now;
  }

  plan(trouble: ApiTrouble, options: { readonly times: number; readonly method?: string }): void {
    this.#planned.push({ trouble, left: options.times, ...(options.method ? { method: options.method } : {}) });
  }

  clearTroubles(): void {
    this.#planned.length = 0;
  }

  handle(method: string, incoming: IncomingMessage, body: string): HttpAnswer {
    const { args, jsonWithoutCharset } = readArgs(incoming, body);
    const trouble = this.#nextTrouble(method);
    const answer = trouble ? troubled(trouble) : this.#answer(method, args, bearerOf(incoming) ?? args['token']);
    if (jsonWithoutCharset) this.#world.warn({ method, warning: 'missing_charset' });
    this.#record(method, args, answer);
    return answer;
  }

  #answer(method: string, args: Args, token: unknown): HttpAnswer {
    const known = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
    const headers = {
      'x-oauth-scopes': this.#world.scopes.join(','),
      'x-accepted-oauth-scopes': known?.scopes.join(',') ?? '',
      'cache-control': 'private, no-cache, no-store, must-revalidate',
    };
    const json = (body: ApiAnswer): HttpAnswer => ({ kind: 'json', status: 200, body, headers });
    if (!known) return json(fail('unknown_method', { req_method: method }));
    if (token === undefined || token === '') return json(fail('not_authed'));
    if (token !== this.#token) return json(fail('invalid_auth'));
    if (known.scopes.length > 0 && !known.scopes.some((scope) => this.#world.scopes.includes(scope))) {
      return json(fail('missing_scope', { needed: known.scopes.join(','), provided: this.#world.scopes.join(',') }));
    }
    return json(known.run(args, this.#world));
  }

  #nextTrouble(method: string): ApiTrouble | undefined {
    const planned = this.#planned.find(
      (candidate) => candidate.left > 0 && (candidate.method === undefined || candidate.method === method),
    );
    if (!planned) return undefined;
    planned.left -= 1;
    return planned.trouble;
  }

  #record(method: string, args: Args, answer: HttpAnswer): void {
    const { token: _token, ...logged } = args;
    const error = answer.kind === 'json' ? answer.body['error'] : answer.kind;
    this.calls.push({
      method,
      args: logged,
      status: answer.kind === 'cut_off' ? 0 : answer.status,
      ok: answer.kind === 'json' && answer.body.ok,
      at: this.#now(),
      ...(typeof error === 'string' ? { error } : {}),
    });
  }
}

function troubled(trouble: ApiTrouble): HttpAnswer {
  switch (trouble.kind) {
    case 'rate_limit':
      return {
        kind: 'json',
        status: 429,
        body: fail('ratelimited'),
        headers: { 'retry-after': String(trouble.retryAfterSeconds) },
      };
    case 'error':
      return { kind: 'json', status: 200, body: fail(trouble.error), headers: {} };
    case 'server_error':
      return { kind: 'html', status: 503, body: '<html><body><h1>Server Error</h1></body></html>' };
    case 'cut_off':
      return { kind: 'cut_off' };
  }
}

function bearerOf(incoming: IncomingMessage): string | undefined {
  return /^Bearer (.+)$/i.exec(incoming.headers.authorization ?? '')?.[1];
}

function readArgs(incoming: IncomingMessage, body: string): { args: Args; jsonWithoutCharset: boolean } {
  const contentType = incoming.headers['content-type'] ?? '';
  const query = new URL(incoming.url ?? '/', 'http://slack.example').searchParams;
  if (!contentType.startsWith('application/json')) {
    return {
      args: { ...Object.fromEntries(query), ...Object.fromEntries(new URLSearchParams(body)) },
      jsonWithoutCharset: false,
    };
  }
  return { args: parseRecord(body), jsonWithoutCharset: !/charset/i.test(contentType) };
}

function parseRecord(body: string): Args {
  try {
    const parsed: unknown = JSON.parse(body);
    return isRecord(parsed) ? parsed : {};
  } catch {
    return {};
  }
}
