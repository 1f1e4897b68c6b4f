import type { HttpResponse } from '../../kernel/http.js';
import { type Html, html } from '../html.js';
import { page } from './layout.js';

export interface LoginPageProps {
  readonly app: string;
  /** The chat user who will own the connection; absent where everybody will share it. */
  readonly holder?: { readonly person: string; readonly place: string };
  /** `Slack` or `Microsoft Teams`. */
  readonly platform: string;
  readonly scopes: readonly string[];
  readonly action: string;
  readonly providerOrigin: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Who connects which app to which chat account; the button is a POST, so that looking at the link does nothing. */
export function loginPage(props: LoginPageProps): HttpResponse {
  const { action, app, headers, holder, platform, providerOrigin, scopes } = props;
  return page({
    title: `Connect ${app}`,
    // Providers hand over to other hosts of theirs, and browsers hold redirects after a POST against this list.
    formTargets: ['https:', providerOrigin],
    headers,
    body: html`<h1>Connect ${app}</h1>
<dl>
<dt>App</dt><dd>${app}</dd>
<dt>For</dt><dd>${holder === undefined ? html`<strong>everybody</strong>` : html`<strong>${holder.person}</strong><br>${holder.place}`}</dd>
${scopes.length === 0 ? undefined : html`<dt>Access</dt><dd>${scopes.join(', ')}</dd>`}
</dl>
${loginWords(app, platform, holder?.person)}
<form method="post" action="${action}">
<button type="submit">Continue to ${app}</button>
</form>`,
  });
}

function loginWords(app: string, platform: string, person: string | undefined): Html {
  if (person === undefined) {
    return html`<p>You will log in to ${app} with the account that the bot shall use for <strong>everybody</strong> who may run its commands.</p>
<p class="warning">Only go on if you have just run <code>behalf connect</code> in ${platform}. If somebody sent you this link, close this page.</p>`;
  }
  return html`<p>You will log in to ${app} with your own account. From then on the bot works in ${app} as you when <strong>you</strong> ask it to.</p>
<p class="warning">Only go on if you are ${person} and have just asked for this in ${platform}. If somebody sent you this link, close this page.</p>`;
}

export interface ConnectedPageProps {
  readonly app: string;
  /** Absent where the app does not tell. */
  readonly account?: string;
  readonly platform: string;
}

export function connectedPage({ account, app, platform }: ConnectedPageProps): HttpResponse {
  return page({
    title: 'Connected',
    scripts: ['/assets/page.js'],
    body: html`<h1><span class="ok" aria-hidden="true">✓</span> Connected</h1>
<p>${app} is connected${account === undefined ? undefined : html` as <strong>${account}</strong>`}.</p>
<p>You can close this window and return to ${platform}. What you asked for goes on by itself.</p>`,
  });
}

export interface ProofPageProps {
  readonly app: string;
  readonly platform: string;
  /** What is pasted into the direct message, `XXXX-XXXX`. */
  readonly code: string;
  /** Known when the account was asked before the check. */
  readonly account?: string;
  /** Scripts that hand the code to the chat client, where it opened this window. */
  readonly popUpScripts: readonly string[];
}

/** The last step: the chat has to say that the person in this browser is the person in the chat. */
export function proofPage(props: ProofPageProps): HttpResponse {
  const { account, app, code, platform, popUpScripts } = props;
  return page({
    title: 'One more step',
    scripts: ['/assets/page.js', ...popUpScripts],
    loginCode: code,
    body: html`<h1>One more step</h1>
${account === undefined ? undefined : html`<p>You logged in to ${app} as <strong>${account}</strong>.</p>`}
<p>To finish, paste this code into <strong>your own</strong> direct message with the bot in ${platform}:</p>
<p class="code"><output id="code">${code}</output> <button type="button" id="copy" hidden>Copy</button></p>
${popUpScripts.length === 0 ? undefined : html`<p>In ${platform} this happens by itself and the window closes.</p>`}
<p class="warning">Only go on if you asked for this login yourself. Never send the code to anybody, whoever asks for it.</p>`,
  });
}

export interface LoginProblemProps {
  readonly title: string;
  readonly text: string;
  readonly status: number;
  /** Joins the page to the log. */
  readonly reference?: string;
}

/** Why a login did not work and what to do. */
export function loginProblemPage({ reference, status, text, title }: LoginProblemProps): HttpResponse {
  return page({
    title,
    status,
    scripts: ['/assets/page.js'],
    body: html`<h1>${title}</h1><p>${text}</p>${referenceLine(reference)}`,
  });
}

function referenceLine(reference: string | undefined): Html | undefined {
  return reference === undefined ? undefined : html`<p class="reference">Reference ${reference}</p>`;
}
