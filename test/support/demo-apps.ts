import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import {
  type CrmRecords,
  crmControl,
  type DemoAppControl,
  type FileRecords,
  filesControl,
} from '../../playground/apps/control-client.js';
import type { DemoApp, DemoAppAddresses, DemoAppsOptions } from '../../playground/apps/index.js';

const ROOT = path.resolve(__dirname, '../..');
const PROGRAM = path.join(ROOT, 'playground/apps/process.ts');
const READY_WITHIN_MS = 60_000;

export interface DemoAppsProcess {
  readonly crm: DemoApp & { readonly control: DemoAppControl<CrmRecords> };
  readonly files: DemoApp & { readonly control: DemoAppControl<FileRecords> };
  stop(): Promise<void>;
}

/**
 * Starts the demo apps as a child process (their identity provider cannot be loaded by jest) and waits until they
 * listen. They end with {@link DemoAppsProcess.stop}, or with this process.
 */
export async function startDemoAppsProcess(options: DemoAppsOptions): Promise<DemoAppsProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, JSON.stringify(options)], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const errors: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text));
  const tooLate = setTimeout(() => child.kill('SIGKILL'), READY_WITHIN_MS);
  const line = await firstLine(child);
  clearTimeout(tooLate);
  if (line === undefined) throw new Error(`The demo apps did not start: ${errors.join('')}`);
  const { crm, files }: DemoAppAddresses = JSON.parse(line);
  return {
    crm: { ...crm, control: crmControl(crm.controlUrl, options.controlToken) },
    files: { ...files, control: filesControl(files.controlUrl, options.controlToken) },
    stop: () => end(child),
  };
}

async function firstLine(
  child: ChildProcess & { readonly stdout: NodeJS.ReadableStream },
): Promise<string | undefined> {
  for await (const line of createInterface({ input: child.stdout })) return line;
  return undefined;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

export interface FormLogin {
  readonly username: string;
  /** False presses Deny. */
  readonly allow: boolean;
  /** Of the demo accounts by default. */
  readonly password?: string;
  /**
   * Cookies of a browser, by host name (a browser's cookies know no port); a new browser by default. Everything that
   * the walk receives is kept here.
   */
  readonly cookies?: CookieJar;
}

/** A browser without a screen walks the login and consent pages; returns the URL that the client would receive. */
export async function logInByForms(authorizeUrl: string, login: FormLogin): Promise<URL> {
  const browser = new FormBrowser(login.cookies ?? new CookieJar());
  const provider = new URL(authorizeUrl).origin;
  let page = await browser.open(new URL(authorizeUrl), provider);
  for (let step = 0; page.kind === 'page'; step += 1) {
    if (step > 5) throw new Error(`The login does not end: ${page.url.href}`);
    page = await browser.submit(page, answers(page, login), provider);
  }
  return page.url;
}

function answers(page: Page, login: FormLogin): { form: RegExp; fields: Record<string, string> } {
  if (page.html.includes('name="password"')) {
    return { form: /\/login$/, fields: { username: login.username, password: login.password ?? 'demo' } };
  }
  return { form: /\/consent$/, fields: { decision: login.allow ? 'allow' : 'deny' } };
}

interface Page {
  readonly kind: 'page';
  readonly url: URL;
  readonly html: string;
}

type Stop = Page | { readonly kind: 'left'; readonly url: URL };

class FormBrowser {
  readonly #cookies: CookieJar;

  constructor(cookies: CookieJar) {
    this.#cookies = cookies;
  }

  /** Follows redirects while they stay at `origin`. */
  async open(start: URL, origin: string, init: RequestInit = {}): Promise<Stop> {
    let url = start;
    let request = init;
    for (let hops = 0; hops < 10; hops += 1) {
      if (url.origin !== origin) return { kind: 'left', url };
      const headers = { accept: 'text/html', ...request.headers, cookie: this.#cookies.header(url) };
      const response = await fetch(url, { ...request, headers, redirect: 'manual' });
      this.#cookies.store(url, response.headers.getSetCookie());
      const location = response.headers.get('location');
      if (location === null) return this.#page(url, response);
      await response.body?.cancel();
      url = new URL(location, url);
      request = {};
    }
    throw new Error(`Too many redirects at ${url.href}`);
  }

  submit(page: Page, answer: { form: RegExp; fields: Record<string, string> }, origin: string): Promise<Stop> {
    const actions = [...page.html.matchAll(/<form[^>]*\saction="([^"]+)"/g)].map((match) => match[1] ?? '');
    const action = actions.find((candidate) => answer.form.test(candidate));
    if (action === undefined) throw new Error(`No form to answer at ${page.url.href}`);
    return this.open(new URL(action, page.url), origin, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(answer.fields).toString(),
    });
  }

  async #page(url: URL, response: Response): Promise<Page> {
    const html = await response.text();
    if (!response.ok) throw new Error(`${url.href} answered ${response.status}: ${textOf(html)}`);
    return { kind: 'page', url, html };
  }
}

function textOf(html: string): string {
  return html
    .replace(/<style>[\s\S]*?<\/style>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The cookies of one browser: by host and path, without the finer rules. */
export class CookieJar {
  readonly #cookies = new Map<string, { host: string; path: string; name: string; value: string }>();

  header(url: URL): string {
    return [...this.#cookies.values()]
      .filter(({ host, path }) => host === url.hostname && within(url.pathname, path))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
  }

  store(url: URL, setCookies: readonly string[]): void {
    for (const line of setCookies) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const name = pair.slice(0, pair.indexOf('='));
      const value = pair.slice(pair.indexOf('=') + 1);
      const find = (key: string) =>
        attributes.find((part) => part.toLowerCase().startsWith(`${key}=`))?.slice(key.length + 1);
      const cookiePath = find('path') ?? '/';
      const key = `${url.hostname} ${cookiePath} ${name}`;
      const expired = find('max-age') === '0' || Date.parse(find('expires') ?? '') <= 0;
      if (expired) this.#cookies.delete(key);
      else this.#cookies.set(key, { host: url.hostname, path: cookiePath, name, value });
    }
  }
}

function within(pathname: string, cookiePath: string): boolean {
  return pathname === cookiePath || pathname.startsWith(cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`);
}
