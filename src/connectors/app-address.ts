import type { Credential } from '../connections/connection.js';
import type { ParentConnection } from '../connections/parent-connection.js';
import { BehalfError } from '../kernel/errors.js';
import type { DatapillData } from '../language/datapill.js';
import { evaluateText, type Template } from '../language/template.js';
import type { Connector } from './connector.js';
import { isListedHost, isWildcard, literalHead, readsToken } from './host-rules.js';

/** What paths are put behind. */
export interface Base {
  readonly base: URL;
  /** The same as text, without a `/` at its end. */
  readonly prefix: string;
  /** What {@link AppAddress.allows} says of it. */
  readonly isAllowed: boolean;
}

/** Where requests of one connection may go. */
export interface AppAddress extends Base {
  /** The same for requests with a base of their own. */
  at(base: URL): Base;
  /** True for a place that the connection's credentials may be sent to: a listed host, and https where the base is. */
  allows(url: URL): boolean;
}

/** Settings do not change while a connection is loaded, so an address that is made of them is made once. */
const known = new WeakMap<ParentConnection, { readonly connector: Connector; readonly address: AppAddress }>();

/**
 * The address of a connection's app, out of its settings and, where the connector says so, of what the app told at the login
 * (`fields`). Fails with `connection.invalid` when that makes no address of the connector's hosts, or when the connection
 * belongs to another connector: credentials go to their own app only.
 */
export async function resolveAppAddress(
  connector: Connector,
  parent: ParentConnection,
  credential: Credential,
): Promise<AppAddress> {
  if (parent.connector !== connector.name) {
    throw invalid(parent, `it belongs to ${parent.connector}, not to ${connector.name}`);
  }
  const made = known.get(parent);
  if (made?.connector === connector) return made.address;
  const entries = await resolveHosts(connector, parent);
  const base = await resolveBase(connector.baseUrl, parent, credential);
  if (!readsToken(connector.baseUrl)) {
    const address = addressOf(base, new Set([base.host, ...entries]));
    known.set(parent, { connector, address });
    return address;
  }
  const address = addressOf(base, new Set(entries));
  if (base.protocol === 'https:' && address.isAllowed) return address;
  throw invalid(parent, 'the app told an address at the login that is not one of its own');
}

function addressOf(base: URL, entries: ReadonlySet<string>): AppAddress {
  const allows = (url: URL): boolean => {
    const isAsSafe = url.protocol === 'https:' || (url.protocol === 'http:' && base.protocol === 'http:');
    return isAsSafe && url.username === '' && url.password === '' && isListedHost(entries, url.host);
  };
  const at = (other: URL): Base => {
    const prefix = `${other.origin}${other.pathname.replace(/\/+$/u, '')}`;
    return { base: other, prefix, isAllowed: allows(other) };
  };
  return { ...at(base), at, allows };
}

async function resolveHosts(connector: Connector, parent: ParentConnection): Promise<readonly string[]> {
  const entries: string[] = [];
  for (const template of connector.hosts) {
    const entry = (await evaluateText(template, { settings: parent.settings })).toLowerCase();
    const isMeant = literalHead(template).startsWith('*.') && isWildcard(entry);
    if (entry.includes('*') && !isMeant) throw invalid(parent, 'its settings list too many hosts');
    entries.push(entry);
  }
  return entries;
}

/** A base URL filled in; whether its host is one of the address's is for the caller to ask. */
export async function resolveBase(template: Template, parent: ParentConnection, credential: Credential): Promise<URL> {
  const text = await evaluateText(template, addressData(parent, credential));
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !isBaseUrl(url)) throw invalid(parent, 'its settings make no usable address');
  return url;
}

/** What an address may be made of. */
export function addressData(parent: ParentConnection, credential: Credential): DatapillData {
  const fields = credential.kind === 'bearer' ? credential.fields : undefined;
  return { settings: parent.settings, token: fields ?? {} };
}

/** True for an address that paths can be put behind: http(s), without credentials, query and fragment. */
export function isBaseUrl(url: URL): boolean {
  const isHttp = url.protocol === 'https:' || url.protocol === 'http:';
  return isHttp && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
}

function invalid(parent: ParentConnection, why: string): BehalfError {
  return new BehalfError('connection.invalid', `The connection ${parent.name} cannot be used: ${why}`, {
    details: { connection: parent.name },
  });
}
