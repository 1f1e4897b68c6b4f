import type { HttpResponse } from '../../kernel/http.js';
import type { Texts } from '../../texts/english.js';
import { html } from '../html.js';
import { page } from './layout.js';

/** Says what the file is; the button is a POST, so that looking at the link does nothing. */
export function exportPage({ action, texts }: { readonly action: string; readonly texts: Texts }): HttpResponse {
  const { download, once, text, title } = texts.privacy.page;
  return page({
    texts,
    title,
    body: html`<h1>${title}</h1>
<p>${text}</p>
<form method="post" action="${action}">
<button type="submit">${download}</button>
</form>
<p class="warning">${once}</p>`,
  });
}
