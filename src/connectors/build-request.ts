import type { Credential, PlacedSecret } from '../connections/connection.js';
import type { ParentConnection } from '../connections/parent-connection.js';
import { BehalfError } from '../kernel/errors.js';
import type { OutgoingRequest } from '../kernel/http-client.port.js';
import { randomToken } from '../kernel/ids.js';
import { oauth1Authorization } from '../kernel/oauth1.js';
import type { DatapillData } from '../language/datapill.js';
import { evaluateTemplate, evaluateText, toText } from '../language/template.js';
import type { RequestTemplate } from './action.js';
import { type AppAddress, addressData, type Base, resolveAppAddress, resolveBase } from './app-address.js';
import { badValue } from './bad-value.js';
import type { Connector } from './connector.js';
import { buildBody, parameterValues, type ReadContent } from './request-body.js';
import { Target } from './target.js';

export interface RequestParts {
  readonly connector: Connector;
  readonly parent: ParentConnection;
  readonly credential: Credential;
  readonly template: RequestTemplate;
  readonly input: Readonly<Record<string, unknown>>;
  /** Headers of ours besides those of the template. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Absent where nobody can have sent a file. */
  readonly readContent?: ReadContent | undefined;
  /** Query parameters of ours, in place of the template's: which page is asked for. */
  readonly query?: Readonly<Record<string, string>> | undefined;
}

/**
 * Fills a request in. Input may fill parts of path segments, query, headers and body; scheme, host and port never: before the
 * credential is put in, the base must be at one of the connection's own hosts, and the address below it. Fails with `app.bad_input`
 * when a value cannot stand where it should, `connection.invalid`, `egress.refused`, `datapill.failed`, and with `chat.file_*`.
 */
export async function buildRequest(parts: RequestParts): Promise<OutgoingRequest> {
  const { connector, parent, credential, template } = parts;
  const data: DatapillData = { input: parts.input, ...addressData(parent, credential) };
  const address = await resolveAppAddress(connector, parent, credential);
  const base = template.baseUrl ? address.at(await resolveBase(template.baseUrl, parent, credential)) : address;
  const target = await buildTarget(base, template, data);
  if (parts.query) for (const [name, value] of Object.entries(parts.query)) target.url.searchParams.set(name, value);
  if (!base.isAllowed || !target.isBelow(base.prefix)) throw refusal(parent, target);
  const body = template.body && (await buildBody(template.body, data, parts.readContent));
  const headers: Record<string, string> = { accept: 'application/json', 'user-agent': 'Behalf' };
  await addHeaders(headers, template, data);
  Object.assign(headers, parts.headers);
  if (body) headers['content-type'] ??= body.type;
  const { method } = template;
  applyCredential(credential, { method, target, headers, body });
  return { method, url: target.href, headers, body: body?.content };
}

/**
 * The same request to another place that the app named (a next page, a redirect). Undefined when the place is none of the
 * connection's own hosts, or less safe than where the request went: credentials are not sent there.
 */
export function redirected(
  request: OutgoingRequest,
  target: string,
  { address, credential }: { readonly address: AppAddress; readonly credential: Credential },
): OutgoingRequest | undefined {
  if (!URL.canParse(target, request.url)) return undefined;
  const url = new URL(target, request.url);
  const isLessSafe = request.url.startsWith('https:') && url.protocol !== 'https:';
  if (isLessSafe || !address.allows(url)) return undefined;
  url.hash = '';
  const headers = { ...request.headers };
  const { body: content, method } = request;
  const body = content === undefined ? undefined : { type: headers['content-type'] ?? '', content };
  const redirection = Target.of(url);
  applyCredential(credential, { method, target: redirection, headers, body });
  return { ...request, url: redirection.href, headers };
}

async function buildTarget({ prefix }: Base, template: RequestTemplate, data: DatapillData): Promise<Target> {
  const path = await buildPath(template, data);
  const target = Target.below(prefix, path);
  for (const [name, value] of await queryOf(template, data)) {
    for (const text of parameterValues(value)) target.url.searchParams.append(name, text);
  }
  // URL resolves `.` and `..`, also written with %2e: then the path is no longer what the template says.
  if (path.split('/').some(isDotSegment)) throw badValue('other_place', 'a value leads to another place in the app');
  return target;
}

async function buildPath({ path, pathSegments }: RequestTemplate, data: DatapillData): Promise<string> {
  const head = await evaluateText(path, data, encodeSegment);
  if (!pathSegments) return head;
  const segments = await evaluateTemplate(pathSegments, data);
  if (!Array.isArray(segments) || segments.length === 0) throw badValue('no_path', 'the path has no segments');
  return `${head.replace(/\/$/u, '')}/${segments.map(encodeSegment).join('/')}`;
}

async function queryOf(
  { query }: RequestTemplate,
  data: DatapillData,
): Promise<readonly (readonly [string, unknown])[]> {
  if ('kind' in query) {
    const values = await evaluateTemplate(query, data);
    if (values === undefined || values === null) return [];
    if (typeof values !== 'object' || Array.isArray(values))
      throw badValue('no_names', 'the query parameters have no names');
    return Object.entries(values);
  }
  const values: [string, unknown][] = [];
  for (const [name, value] of query) values.push([name, await evaluateTemplate(value, data)]);
  return values;
}

function isDotSegment(segment: string): boolean {
  return ['.', '..'].includes(segment.replaceAll(/%2e/giu, '.'));
}

/** One value in a path: it must stay inside its segment, and not make the segment disappear. */
function encodeSegment(value: unknown): string {
  const text = toText(value);
  if (text === '') throw badValue('empty', 'a value that is part of the address is empty');
  if (typeof value === 'object' || !text.isWellFormed() || /[/\\\p{Cc}]|%2[ef]|%5c/iu.test(text)) {
    throw badValue('address', 'a value cannot be part of an address');
  }
  return encodeURIComponent(text);
}

function refusal(parent: ParentConnection, { url }: Target): BehalfError {
  return new BehalfError('egress.refused', `The connection ${parent.name} may not call the host of this request`, {
    details: { connection: parent.name, host: url.host },
  });
}

async function addHeaders(
  headers: Record<string, string>,
  template: RequestTemplate,
  data: DatapillData,
): Promise<void> {
  for (const [name, value] of template.headers) {
    const text = await evaluateText(value, data);
    // RFC 9110 section 5.5: visible ASCII, space and tab; anything else is not safe to pass on.
    if (!/^[\t\x20-\x7e]*$/u.test(text)) throw badValue('header', 'a value cannot be part of a request header');
    if (text !== '') headers[name.toLowerCase()] = text;
  }
}

interface Unsigned {
  readonly method: string;
  readonly target: Target;
  readonly headers: Record<string, string>;
  readonly body: { readonly type: string; readonly content: string | Uint8Array } | undefined;
}

function applyCredential(credential: Credential, request: Unsigned): void {
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
      place({ in: credential.in, name: credential.name, value: credential.key }, request);
      return;
    case 'placed':
      for (const value of credential.values) place(value, request);
      return;
    case 'oauth1': {
      const { body, method, target } = request;
      const isForm = body?.type === 'application/x-www-form-urlencoded';
      request.headers['authorization'] = oauth1Authorization(
        { method, url: target.url, ...(isForm ? { form: body.content.toString() } : {}) },
        credential.signer,
        { nonce: randomToken(128), timestamp: Math.floor(credential.now() / 1_000) },
      );
    }
  }
}

function place({ in: where, name, value }: PlacedSecret, request: Unsigned): void {
  if (where === 'query') request.target.url.searchParams.set(name, value.reveal());
  else request.headers[name.toLowerCase()] = value.reveal();
}
