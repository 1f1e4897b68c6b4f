import type { HttpResponse } from '../../kernel/http.js';
import type { Texts } from '../../texts/english.js';
import { html, marked } from '../html.js';
import { page } from './layout.js';

/** Says to whoever comes by what the service is, and people what it keeps about them. */
export function frontPage(texts: Texts): HttpResponse {
  const { contact, ownData, title, what } = texts.front;
  return page({
    texts,
    title,
    body: html`<h1>Behalf</h1>
<p>${what}</p>
<p>${marked(ownData)}</p>
<p>${contact}</p>`,
  });
}
