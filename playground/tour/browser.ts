import { setTimeout as wait } from 'node:timers/promises';

/** A page as the browser shows it. */
export interface BrowserPage {
  readonly url: URL;
  readonly status: number;
  readonly html: string;
  /** What can be read on it. */
  readonly text: string;
}

interface Cookie {
  readonly host: string;
  readonly path: string;
  readonly name: string;
  readonly value: string;
}

const MAX_HOPS = 15;

/**
 * A browser without a screen: keeps cookies (by host name; a browser's cookies know no port), follows redirects, sends the
 * forms that it is told to. One object is one person's browser.
 */
export class Browser {
  readonly #cookies = new Map<string, Cookie>();

  /** Opens an address as a person does, following redirects. */
  open(url: string | URL): Promise<BrowserPage> {
    return this.#request(new URL(url), { method: 'GET' });
  }

  /** Opens an address and stops at the first redirect that leads to `origin`; gives that address. */
  async openUntil(url: string | URL, origin: string): Promise<URL> {
    let target = new URL(url);
    for (let hop = 0; hop < MAX_HOPS; hop += 1) {
      const response = await this.#send(target, { method: 'GET' });
      const location = response.headers.get('location');
      await response.body?.cancel();
      if (location === null) throw new Error(`${target.href} did not lead to ${origin}`);
      target = new URL(location, target);
      if (target.origin === origin) return target;
    }
    throw new Error(`Too many redirects at ${target.href}`);
  }

  /** Sends the form of a page whose action ends like this, with these fields beside its hidden ones. */
  submit(page: BrowserPage, action: RegExp, fields: Readonly<Record<string, string>> = {}): Promise<BrowserPage> {
    const form = [...page.html.matchAll(/<form[^>]*\saction="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g)].find((match) =>
      action.test(decoded(match[1] ?? '')),
    );
    if (!form) throw new Error(`There is no form ${action.source} at ${page.url.href}: ${page.text}`);
    const hidden = [...(form[2] ?? '').matchAll(/<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"/g)];
    const body = new URLSearchParams([
      ...hidden.map((match): [string, string] => [match[1] ?? '', decoded(match[2] ?? '')]),
      ...Object.entries(fields),
    ]);
    return this.#request(new URL(decoded(form[1] ?? ''), page.url), {
      method: 'POST',
      body,
      headers: { origin: page.url.origin },
    });
  }

  /**
   * The whole login of a person: our page, the demo app's login and consent pages, and back to our result page.
   * `allow: false` presses Deny.
   */
  async logIn(link: string, person: { readonly username: string; readonly allow?: boolean }): Promise<BrowserPage> {
    const start = await this.open(link);
    if (!start.html.includes('method="post"')) return start;
    return this.answerProvider(await this.submit(start, /\/login\//), person);
  }

  /** From the demo app's login page on. */
  async answerProvider(
    page: BrowserPage,
    person: { readonly username: string; readonly allow?: boolean },
  ): Promise<BrowserPage> {
    let current = page;
    for (let step = 0; step < 5; step += 1) {
      if (current.html.includes('name="password"'))
        current = await this.submit(current, /\/login$/, { username: person.username, password: 'demo' });
      else if (/action="[^"]*\/consent"/.test(current.html))
        current = await this.submit(current, /\/consent$/, { decision: person.allow === false ? 'deny' : 'allow' });
      else return current;
    }
    throw new Error(`The login does not end: ${current.url.href}`);
  }

  async #request(url: URL, init: RequestInit): Promise<BrowserPage> {
    let target = url;
    let request = init;
    for (let hop = 0; hop < MAX_HOPS; hop += 1) {
      const response = await this.#send(target, request);
      const location = response.headers.get('location');
      if (location === null) {
        const html = await response.text();
        return { url: target, status: response.status, html, text: readable(html) };
      }
      await response.body?.cancel();
      target = new URL(location, target);
      request = { method: 'GET' };
    }
    throw new Error(`Too many redirects at ${target.href}`);
  }

  async #send(url: URL, init: RequestInit): Promise<Response> {
    const headers = { accept: 'text/html', ...init.headers, cookie: this.#cookiesFor(url) };
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) this.#keep(url, line);
    return response;
  }

  #cookiesFor(url: URL): string {
    return [...this.#cookies.values()]
      .filter(
        ({ host, path }) =>
          host === url.hostname &&
          (url.pathname === path || url.pathname.startsWith(path.endsWith('/') ? path : `${path}/`)),
      )
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
  }

  #keep(url: URL, line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const name = pair.slice(0, pair.indexOf('='));
    const find = (key: string): string | undefined =>
      attributes.find((part) => part.toLowerCase().startsWith(`${key}=`))?.slice(key.length + 1);
    const path = find('path') ?? '/';
    const key = `${url.hostname} ${path} ${name}`;
    if (find('max-age') === '0' || Date.parse(find('expires') ?? '') <= 0) this.#cookies.delete(key);
    else this.#cookies.set(key, { host: url.hostname, path, name, value: pair.slice(pair.indexOf('=') + 1) });
  }
}

/** Asks again and again until there is an answer; says what it waited for when there is none. */
export async function eventually<T>(
  what: string | (() => string),
  ask: () => T | undefined | Promise<T | undefined>,
  timeoutMs = 10_000,
): Promise<T> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > until) {
      throw new Error(`Waited ${timeoutMs} ms in vain for ${typeof what === 'string' ? what : what()}`);
    }
    await wait(20);
  }
}

function readable(html: string): string {
  return decoded(html.replace(/<(style|script|head)[\s\S]*?<\/\1>/g, '').replace(/<[^>]+>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();
}

function decoded(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
