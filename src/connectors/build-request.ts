import type { Credential } from '../connections/connection.js';
import type { ParentConnection } from '../connections/parent-connection.js';
import { BehalfError } from '../kernel/errors.js';
import type { OutgoingRequest } from '../kernel/http-client.port.js';
import type { DatapillData } from '../language/datapill.js';
import { evaluateTemplate, evaluateText, toText } from '../language/template.js';
import { type AppAddress, resolveAppAddress, resolveBase } from './app-address.js';
import type { Connector, RequestTemplate } from './connector.js';

export interface RequestParts {
  readonly connector: Connector;
  readonly parent: ParentConnection;
  readonly credential: Credential;
  readonly template: RequestTemplate;
  readonly input: Readonly<Record<string, unknown>>;
  /** Headers of ours besides those of the template. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Fills a request in. Input may fill parts of path segments, query, headers and body; scheme, host and port never: the
 * finished URL is compared with the connection's own hosts before the credential is put in. Fails with `app.bad_input`
 * when a value cannot stand where it should, `connection.invalid`, `egress.refused`, `datapill.failed`.
 */
export async function buildRequest(parts: RequestParts): Promise<OutgoingRequest> {
  const { connector, parent, template } = parts;
  const data: DatapillData = { input: parts.input, settings: parent.settings };
  const address = await resolveAppAddress(connector, parent);
  const base = template.baseUrl ? await resolveBase(template.baseUrl, parent) : address.base;
  const url = await buildUrl(base, template, data);
  checkTarget(url, { base, address, parent });
  const body = await buildBody(template, data);
  const headers: Record<string, string> = {
    accept: 'application/json',
    'user-agent': 'Behalf',
    ...(await buildHeaders(template, data)),
    ...parts.headers,
    ...(body ? { 'content-type': body.type } : {}),
  };
  applyCredential(parts.credential, { url, headers });
  return { method: template.method, url: url.href, headers, ...(body ? { body: body.text } : {}) };
}

async function buildUrl(base: URL, template: RequestTemplate, data: DatapillData): Promise<URL> {
  const path = await evaluateText(template.path, data, encodeSegment);
  const url = new URL(base);
  url.pathname = `${base.pathname.replace(/\/+$/u, '')}${path}`;
  for (const [name, value] of template.query) {
    for (const text of queryValues(await evaluateTemplate(value, data))) url.searchParams.append(name, text);
  }
  // URL resolves `.` and `..`, also written with %2e: then the path is no longer what the template says.
  if (path.split('/').some(isDotSegment)) throw badInput('a value leads to another place in the app');
  return url;
}

function isDotSegment(segment: string): boolean {
  return ['.', '..'].includes(segment.replaceAll(/%2e/giu, '.'));
}

/** One value in a path: it must stay inside its segment, and not make the segment disappear. */
function encodeSegment(value: unknown): string {
  const text = toText(value);
  if (text === '') throw badInput('a value that is part of the address is empty');
  if (typeof value === 'object' || !text.isWellFormed() || /[/\\\p{Cc}]|%2[ef]|%5c/iu.test(text)) {
    throw badInput('a value cannot be part of an address');
  }
  return encodeURIComponent(text);
}

function queryValues(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map((item) => toText(item).toWellFormed());
}

interface Target {
  readonly base: URL;
  readonly address: AppAddress;
  readonly parent: ParentConnection;
}

function checkTarget(url: URL, { base, address, parent }: Target): void {
  const isOwn = url.origin === base.origin && address.hosts.has(url.host);
  const isAsSafe = url.protocol === 'https:' || address.base.protocol === 'http:';
  const isPlain = url.username === '' && url.password === '' && url.hash === '';
  if (isOwn && isAsSafe && isPlain) return;
  throw new BehalfError('egress.refused', `The connection ${parent.name} may not call the host of this request`, {
    details: { connection: parent.name, host: url.host },
  });
}

async function buildHeaders(template: RequestTemplate, data: DatapillData): Promise<Readonly<Record<string, string>>> {
  const headers: Record<string, string> = {};
  for (const [name, value] of template.headers) {
    const text = await evaluateText(value, data);
    // RFC 9110 section 5.5: visible ASCII, space and tab; anything else is not safe to pass on.
    if (!/^[\t\x20-\x7e]*$/u.test(text)) throw badInput('a value cannot be part of a request header');
    if (text !== '') headers[name.toLowerCase()] = text;
  }
  return headers;
}

async function buildBody(
  template: RequestTemplate,
  data: DatapillData,
): Promise<{ readonly type: string; readonly text: string } | undefined> {
  if (!template.body) return undefined;
  const value = await evaluateTemplate(template.body.value, data);
  if (template.body.kind === 'json') return { type: 'application/json', text: JSON.stringify(value ?? null) };
  const form = new URLSearchParams();
  for (const [name, item] of Object.entries(value ?? {})) {
    for (const text of queryValues(item)) form.append(name, text);
  }
  return { type: 'application/x-www-form-urlencoded', text: form.toString() };
}

function applyCredential(
  credential: Credential,
  request: { readonly url: URL; readonly headers: Record<string, string> },
): void {
  switch (credential.kind) {
    case 'bearer':
      request.headers['authorization'] = `Bearer ${credential.token.reveal()}`;
      return;
    case 'basic': {
      const pair = `${credential.username}:${credential.password.reveal()}`;
      request.headers['authorization'] = `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
      return;
    }
    case 'api_key':
      if (credential.in === 'query') request.url.searchParams.set(credential.name, credential.key.reveal());
      else request.headers[credential.name.toLowerCase()] = credential.key.reveal();
  }
}

function badInput(why: string): BehalfError {
  return new BehalfError('app.bad_input', `The request cannot be made: ${why}`, {
    userText: `I cannot do that: ${why}.`,
  });
}
