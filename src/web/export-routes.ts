import { asBehalfError } from '../kernel/errors.js';
import type { HttpRequest, HttpResponse, HttpRoute } from '../kernel/http.js';
import type { Logger } from '../kernel/logger.port.js';
import { preferredLocale } from '../texts/accept-language.js';
import type { Texts } from '../texts/english.js';
import { errorText } from '../texts/error-text.js';
import { textsFor } from '../texts/texts-for.js';
import { isForeign } from './foreign.js';
import { exportPage } from './pages/export-pages.js';
import { loginProblemPage } from './pages/login-pages.js';

export interface ExportRoutesDeps {
  readonly exports: {
    /** What is known of a link that can still be used. Changes nothing. */
    find(token: string): Promise<{ readonly locale?: string | undefined } | undefined>;
    /** Uses the link up: of several callers exactly one gets what it leads to, as JSON in pieces. */
    take(token: string): Promise<{ readonly pieces: AsyncIterable<string>; readonly at: number } | undefined>;
  };
  /** No trailing slash. */
  readonly publicUrl: string;
  /** BCP 47: where neither the person's language nor the browser's is one of ours. */
  readonly defaultLocale?: string;
  readonly logger: Logger;
}

/** The page on which people fetch what is kept about them. */
export function exportRoutes(deps: ExportRoutesDeps): readonly HttpRoute[] {
  const route = (method: HttpRoute['method'], handle: typeof show): HttpRoute => ({
    method,
    path: '/export/:token',
    handle: (request) => handle(deps, request).catch((error: unknown) => explain(deps, request, error)),
  });
  return [route('GET', show), route('POST', download)];
}

/** Path of the page, to be put behind the public URL. */
export function exportPath(token: string): string {
  return `/export/${token}`;
}

async function show(deps: ExportRoutesDeps, request: HttpRequest): Promise<HttpResponse> {
  const token = request.params['token'] ?? '';
  const link = await deps.exports.find(token);
  if (link === undefined) return gone(deps, request);
  return exportPage({ action: exportPath(token), texts: textsOf(deps, request, link.locale) });
}

async function download(deps: ExportRoutesDeps, request: HttpRequest): Promise<HttpResponse> {
  if (isForeign(request, deps.publicUrl)) {
    const texts = textsOf(deps, request);
    return loginProblemPage({ texts, ...texts.pages.foreign, status: 403 });
  }
  const found = await deps.exports.take(request.params['token'] ?? '');
  if (found === undefined) return gone(deps, request);
  const pieces: Buffer[] = [];
  for await (const piece of found.pieces) pieces.push(Buffer.from(piece));
  const day = new Date(found.at).toISOString().slice(0, 10);
  return {
    status: 200,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': `attachment; filename="behalf-export-${day}.json"`,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    },
    body: Buffer.concat(pieces),
  };
}

function gone(deps: ExportRoutesDeps, request: HttpRequest): HttpResponse {
  const texts = textsOf(deps, request);
  const { gone: text, goneTitle: title } = texts.privacy.page;
  return loginProblemPage({ texts, title, text, status: 404 });
}

function explain(deps: ExportRoutesDeps, request: HttpRequest, error: unknown): HttpResponse {
  const err = asBehalfError(error);
  const texts = textsOf(deps, request);
  deps.logger.error({ requestId: request.id, err }, 'what is kept about somebody could not be given to them');
  return loginProblemPage({
    texts,
    title: texts.pages.failed.title,
    text: texts.pages.failed.text(errorText(err, texts)),
    status: err.code === 'store.unavailable' ? 503 : 500,
    reference: err.ref,
  });
}

function textsOf({ defaultLocale }: ExportRoutesDeps, { headers }: HttpRequest, locale?: string): Texts {
  return textsFor(locale ?? preferredLocale(headers['accept-language']) ?? defaultLocale);
}
