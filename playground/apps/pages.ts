import { type Account, DEMO_PASSWORD } from './accounts.js';
import { html, Markup } from './html.js';

/** Name and colours of one demo app. */
export interface Brand {
  readonly id: 'acme_crm' | 'acme_files';
  readonly name: string;
  readonly initial: string;
  readonly accent: string;
  readonly accentDark: string;
  readonly tint: string;
  /** What the API scope permits, for the consent page. */
  readonly permission: string;
}

const STYLE = `
:root { color-scheme: light; font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; color: #1c2430; }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; background: var(--tint); }
main { width: min(28rem, calc(100% - 2rem)); margin: 0 auto; padding: 4rem 0 2rem; }
main.wide { width: min(64rem, calc(100% - 2rem)); }
.brand { display: flex; align-items: center; gap: .75rem; margin: 0 0 1.25rem; font-size: 1.2rem; font-weight: 650; }
.mark { display: grid; place-items: center; width: 2.5rem; height: 2.5rem; border-radius: .7rem; background: var(--accent); color: #fff; font-weight: 750; }
.card { background: #fff; border: 1px solid #0000000f; border-radius: 1rem; padding: 1.75rem; box-shadow: 0 1px 2px #0000000d, 0 12px 32px #0000000f; }
h1 { margin: 0 0 .25rem; font-size: 1.4rem; line-height: 1.25; letter-spacing: -.01em; }
h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
p { margin: 0 0 1rem; }
.quiet { color: #566173; font-size: .925rem; }
label { display: block; margin: 0 0 1rem; font-weight: 600; font-size: .925rem; }
input { display: block; width: 100%; margin-top: .3rem; padding: .65rem .8rem; font: inherit; font-weight: 400; color: inherit; background: #fff; border: 1px solid #aab3c0; border-radius: .6rem; }
input:focus-visible, button:focus-visible, a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
button { width: 100%; padding: .7rem 1rem; font: inherit; font-weight: 650; border-radius: .6rem; border: 1px solid transparent; cursor: pointer; }
.primary { background: var(--accent); color: #fff; }
.primary:hover { background: var(--accent-dark); }
.secondary { background: #fff; color: #1c2430; border-color: #aab3c0; }
.secondary:hover { background: #f3f5f8; }
.link { width: auto; padding: 0; background: none; color: var(--accent-dark); font-weight: 600; text-decoration: underline; }
.problem { margin: 0 0 1rem; padding: .6rem .8rem; border-radius: .6rem; background: #fdecec; color: #8c1d18; font-size: .925rem; }
.people { display: flex; flex-wrap: wrap; gap: .5rem; margin: .5rem 0 0; padding: 0; list-style: none; }
.people a { display: inline-block; padding: .3rem .7rem; border: 1px solid #c9d0da; border-radius: 99px; color: inherit; text-decoration: none; font-size: .875rem; background: #fff; }
.people a:hover { border-color: var(--accent); }
.people a[aria-current] { border-color: var(--accent); background: var(--tint); font-weight: 600; }
.hint { margin-top: 1.5rem; padding-top: 1.25rem; border-top: 1px solid #e6eaf0; }
.hint p { margin: 0; }
code { padding: .1rem .35rem; border-radius: .3rem; background: #eef1f5; font-size: .9em; }
.who { display: flex; align-items: center; gap: .75rem; margin: 1rem 0 1.25rem; padding: .75rem; border: 1px solid #e6eaf0; border-radius: .75rem; }
.who p { margin: 0; line-height: 1.35; overflow-wrap: anywhere; }
.face { flex: none; display: grid; place-items: center; width: 2.4rem; height: 2.4rem; border-radius: 50%; background: var(--tint); color: var(--accent-dark); font-weight: 700; }
.who form { margin-left: auto; flex: none; }
@media (max-width: 26rem) { .face { display: none; } .card { padding: 1.25rem; } main { padding-top: 2rem; } }
.wants { margin: .5rem 0 1.25rem; padding: 0; list-style: none; }
.wants li { position: relative; padding: .35rem 0 .35rem 1.75rem; }
.wants li::before { content: "✓"; position: absolute; left: .2rem; color: var(--accent-dark); font-weight: 700; }
.choices { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; }
footer { margin-top: 1rem; text-align: center; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .925rem; }
th, td { padding: .55rem .75rem; text-align: left; border-bottom: 1px solid #e6eaf0; white-space: nowrap; }
th { font-size: .8rem; color: #566173; }
`;

/** The frame of every page of a demo app: one style, nothing loaded from elsewhere. */
export function page(brand: Brand, options: { title: string; content: Markup; wide?: boolean }): Markup {
  const colours = `:root { --accent: ${brand.accent}; --accent-dark: ${brand.accentDark}; --tint: ${brand.tint}; }`;
  return html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${options.title} – ${brand.name}</title>
<link rel="icon" href="data:,">
<style>${new Markup(colours + STYLE)}</style>
</head>
<body>
<main class="${options.wide ? 'wide' : ''}">
<div class="brand"><span class="mark" aria-hidden="true">${brand.initial}</span>${brand.name}</div>
${options.content}
<footer class="quiet">A demo app. Nothing here is real.</footer>
</main>
</body>
</html>`;
}

export interface LoginPage {
  readonly action: string;
  readonly clientName: string;
  readonly accounts: readonly Account[];
  /** User name to begin with, picked or typed before. */
  readonly username: string;
  readonly problem?: string | undefined;
}

export function loginPage(brand: Brand, login: LoginPage): Markup {
  const picked = login.accounts.find((account) => account.username === login.username);
  const people = login.accounts.map((account) => {
    const current = account === picked ? html` aria-current="true"` : undefined;
    return html`<li><a href="?username=${encodeURIComponent(account.username)}"${current}>${account.name}</a></li>`;
  });
  const content = html`<div class="card">
<h1>Log in</h1>
<p class="quiet">to connect ${login.clientName} with ${brand.name}</p>
${login.problem ? html`<p class="problem" role="alert">${login.problem}</p>` : undefined}
<form method="post" action="${login.action}">
<label>Username
<input name="username" value="${login.username}" autocomplete="username" autocapitalize="none" spellcheck="false" required${picked ? undefined : html` autofocus`}></label>
<label>Password
<input name="password" type="password" value="${picked ? DEMO_PASSWORD : ''}" autocomplete="current-password" required></label>
<button class="primary" type="submit"${picked ? html` autofocus` : undefined}>Log in</button>
</form>
<div class="hint quiet">
<p>Demo accounts, all with the password <code>${DEMO_PASSWORD}</code></p>
<ul class="people" aria-label="Fill in a demo account">${people}</ul>
</div>
</div>`;
  return page(brand, { title: 'Log in', content });
}

export interface ConsentPage {
  readonly action: string;
  readonly switchAction: string;
  readonly clientName: string;
  readonly account: Account;
  readonly scopes: readonly string[];
}

export function consentPage(brand: Brand, consent: ConsentPage): Markup {
  const { account } = consent;
  const wishes = scopeTexts(brand, consent.scopes).map((text) => html`<li>${text}</li>`);
  const content = html`<div class="card">
<h1>${consent.clientName} wants to:</h1>
<ul class="wants">${wishes}</ul>
<div class="who"><span class="face" aria-hidden="true">${account.name.slice(0, 1)}</span>
<p><strong>${account.name}</strong><br><span class="quiet">${account.email}</span></p>
<form method="post" action="${consent.switchAction}"><button class="link quiet" type="submit">Not you?</button></form></div>
<form class="choices" method="post" action="${consent.action}">
<button class="secondary" type="submit" name="decision" value="deny">Deny</button>
<button class="primary" type="submit" name="decision" value="allow">Allow</button>
</form>
</div>`;
  return page(brand, { title: `Allow ${consent.clientName}?`, content });
}

/** "Stay connected" always: this app hands out refresh tokens without being asked for `offline_access`. */
function scopeTexts(brand: Brand, scopes: readonly string[]): readonly string[] {
  const texts = [
    scopes.includes('api') ? brand.permission : undefined,
    scopes.includes('profile') ? 'See your name and user name' : undefined,
    scopes.includes('email') ? 'See your e-mail address' : undefined,
    'Stay connected while you are away',
  ];
  return texts.filter((text) => text !== undefined);
}

export function errorPage(brand: Brand, message: string): Markup {
  const content = html`<div class="card"><h1>That did not work</h1>
<p>${message}</p>
<p class="quiet">Go back to where you came from and start again.</p></div>`;
  return page(brand, { title: 'Error', content });
}

/** A table of records: what the app looks like to somebody who works in it. */
export interface RecordTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly id: string; readonly cells: readonly string[] }[];
}

export function recordsPage(brand: Brand, tables: readonly RecordTable[]): Markup {
  const sections = tables.map((table) => {
    const head = table.columns.map((column) => html`<th scope="col">${column}</th>`);
    const rows = table.rows.map(
      (row) => html`<tr id="${row.id}">${row.cells.map((cell) => html`<td>${cell}</td>`)}</tr>`,
    );
    const nothing = html`<tr><td colspan="${table.columns.length}" class="quiet">Nothing yet.</td></tr>`;
    return html`<h2>${table.title}</h2>
<div class="scroll" tabindex="0" role="region" aria-label="${table.title}"><table><thead><tr>${head}</tr></thead><tbody>${rows.length > 0 ? rows : nothing}</tbody></table></div>`;
  });
  return page(brand, {
    title: 'Records',
    content: html`<div class="card"><h1>Records</h1>${sections}</div>`,
    wide: true,
  });
}
