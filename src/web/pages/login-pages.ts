import type { HttpResponse } from '../../kernel/http.js';
import type { Texts } from '../../texts/english.js';
import { bold } from '../../texts/rich.js';
import { type Html, html, marked } from '../html.js';
import { page } from './layout.js';

interface Written {
  /** What the page is written in. */
  readonly texts: Texts;
}

export interface LoginPageProps extends Written {
  readonly app: string;
  /** The chat user who will own the connection; absent where everybody will share it. */
  readonly holder?: { readonly person: string; readonly place: string };
  /** `Slack` or `Microsoft Teams`. */
  readonly platform: string;
  readonly scopes: readonly string[];
  readonly action: string;
  /** With what the person signs in first; `otherAction`: where those go on who cannot. */
  readonly signIn?: { readonly title: string; readonly otherAction?: string };
  /** Origins of the pages that the button leads to. */
  readonly formTargets: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

/** Who connects which app to which chat account; the button is a POST, so that looking at the link does nothing. */
export function loginPage(props: LoginPageProps): HttpResponse {
  const { action, app, formTargets, headers, holder, scopes, signIn, texts } = props;
  const { pages } = texts;
  return page({
    texts,
    title: pages.connectTitle(app),
    // Providers hand over to other hosts of theirs, and browsers hold redirects after a POST against this list.
    formTargets: ['https:', ...formTargets],
    headers,
    body: html`<h1>${pages.connectTitle(app)}</h1>
<dl>
<dt>${pages.app}</dt><dd>${app}</dd>
<dt>${pages.for}</dt><dd>${holder === undefined ? html`<strong>${pages.everybody}</strong>` : html`<strong>${holder.person}</strong><br>${holder.place}`}</dd>
${scopes.length === 0 ? undefined : html`<dt>${pages.access}</dt><dd>${scopes.join(', ')}</dd>`}
</dl>
${loginWords(props)}
${signIn && html`<p>${texts.signIn.first(signIn.title)}</p>`}
<form method="post" action="${action}">
<button type="submit">${signIn ? texts.signIn.continueWith(signIn.title) : pages.continueTo(app)}</button>
</form>
${signIn?.otherAction === undefined ? undefined : otherWay(signIn.title, signIn.otherAction, texts)}`,
  });
}

/** For browsers in which nobody can sign in, and for times when the platform is away. */
function otherWay(title: string, action: string, { signIn }: Texts): Html {
  return html`<form method="post" action="${action}">
<p>${signIn.doesNotWork(title)} <button class="link" type="submit">${signIn.otherWay}</button></p>
</form>`;
}

function loginWords({ app, holder, platform, texts: { pages } }: LoginPageProps): Html {
  if (holder === undefined) {
    return html`<p>${marked(pages.sharedAccount(app))}</p>
<p class="warning">${marked(pages.onlyIfOperator(platform))}</p>`;
  }
  return html`<p>${marked(pages.ownAccount(app))}</p>
<p class="warning">${marked(pages.onlyIfYou(holder.person, platform))}</p>`;
}

export interface ConnectedPageProps extends Written {
  readonly app: string;
  /** Absent where the app does not tell. */
  readonly account?: string;
  readonly platform: string;
}

export function connectedPage({ account, app, platform, texts }: ConnectedPageProps): HttpResponse {
  const { pages } = texts;
  return page({
    texts,
    title: pages.connected,
    scripts: ['/assets/page.js'],
    body: html`<h1><span class="ok" aria-hidden="true">✓</span> ${pages.connected}</h1>
<p>${marked(pages.isConnected(app, account === undefined ? undefined : bold(account)))}</p>
<p>${pages.closeWindow(platform)}</p>`,
  });
}

export interface ProofPageProps extends Written {
  readonly app: string;
  readonly platform: string;
  /** What is pasted into the direct message, `XXXX-XXXX`. */
  readonly code: string;
  readonly validMs: number;
  /** Known when the account was asked before the check. */
  readonly account?: string;
  /** Scripts that hand the code to the chat client, where it opened this window. */
  readonly popUpScripts: readonly string[];
}

/** The last step: the chat has to say that the person in this browser is the person in the chat. */
export function proofPage(props: ProofPageProps): HttpResponse {
  const { account, app, code, platform, popUpScripts, texts, validMs } = props;
  const { pages } = texts;
  return page({
    texts,
    title: pages.oneMoreStep,
    scripts: ['/assets/page.js', ...popUpScripts],
    loginCode: code,
    body: html`<h1>${pages.oneMoreStep}</h1>
${account === undefined ? undefined : html`<p>${marked(pages.loggedInAs(app, account))}</p>`}
<p>${marked(pages.pasteCode(platform))}</p>
<p class="code"><output id="code" aria-label="${pages.code}">${code}</output> <button type="button" id="copy" data-copied="${pages.copied}" hidden>${pages.copy}</button></p>
<p>${pages.codeWorksFor(validMs)}${popUpScripts.length === 0 ? undefined : ` ${pages.byItself(platform)}`}</p>
<p class="warning">${pages.neverSendCode}</p>`,
  });
}

export interface LoginProblemProps extends Written {
  readonly title: string;
  readonly text: string;
  readonly status: number;
  /** Joins the page to the log. */
  readonly reference?: string;
}

/** Why a login did not work and what to do. */
export function loginProblemPage({ reference, status, text, texts, title }: LoginProblemProps): HttpResponse {
  return page({
    texts,
    title,
    status,
    scripts: ['/assets/page.js'],
    body: html`<h1>${title}</h1><p>${text}</p>${referenceLine(reference, texts)}`,
  });
}

function referenceLine(reference: string | undefined, { pages }: Texts): Html | undefined {
  return reference === undefined ? undefined : html`<p class="reference">${pages.reference(reference)}</p>`;
}
