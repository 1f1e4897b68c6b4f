import type { HttpResponse } from '../../kernel/http.js';
import type { Texts } from '../../texts/english.js';
import { type Html, html } from '../html.js';

interface PageOptions {
  /** What the page is written in. */
  readonly texts: Pick<Texts, 'direction' | 'locale'>;
  readonly title: string;
  readonly body: Html;
  readonly status?: number;
  /** Paths of scripts of our own origin. */
  readonly scripts?: readonly string[];
  /** Handed to the scripts as `document.body.dataset.loginCode`. */
  readonly loginCode?: string;
  /** Origins that a form of the page may lead to, also by redirects. */
  readonly formTargets?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** A whole page with the headers that every page has: nothing cached, nothing framed, nothing of any third party. */
export function page(options: PageOptions): HttpResponse {
  const { body, formTargets = [], headers = {}, loginCode, scripts = [], status = 200, texts, title } = options;
  const markup = html`<!doctype html>
<html lang="${texts.locale}" dir="${texts.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · Behalf</title>
<link rel="icon" href="/assets/icon.svg">
<link rel="stylesheet" href="/assets/page.css">
${scripts.map((path) => html`<script src="${path}" defer></script>`)}
</head>
<body${loginCode === undefined ? undefined : html` data-login-code="${loginCode}"`}>
<main>
${body}
</main>
</body>
</html>
`;
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-language': texts.locale,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'content-security-policy': [
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "script-src 'self'",
        `form-action 'self'${formTargets.map((origin) => ` ${origin}`).join('')}`,
        "frame-ancestors 'none'",
        "base-uri 'none'",
      ].join('; '),
      ...headers,
    },
    body: markup.text,
  };
}
