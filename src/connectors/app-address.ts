import type { ParentConnection } from '../connections/parent-connection.js';
import { BehalfError } from '../kernel/errors.js';
import { evaluateText, type Template } from '../language/template.js';
import type { Connector } from './connector.js';

/** Where requests of one connection may go. */
export interface AppAddress {
  readonly base: URL;
  /** Hosts (with port) that the connection's credentials may be sent to. */
  readonly hosts: ReadonlySet<string>;
}

/** Settings do not change while a connection is loaded, so its address is made once. */
const known = new WeakMap<ParentConnection, { readonly connector: Connector; readonly address: AppAddress }>();

/**
 * The address of a connection's app, out of its settings. Fails with `connection.invalid` when a setting makes it no
 * address, or when the connection belongs to another connector: credentials go to their own app only.
 */
export async function resolveAppAddress(connector: Connector, parent: ParentConnection): Promise<AppAddress> {
  if (parent.connector !== connector.name) {
    throw invalid(parent, `it belongs to ${parent.connector}, not to ${connector.name}`);
  }
  const made = known.get(parent);
  if (made?.connector === connector) return made.address;
  const base = await resolveBase(connector.baseUrl, parent);
  const hosts = new Set([base.host]);
  for (const template of connector.hosts) hosts.add((await evaluateText(template, dataOf(parent))).toLowerCase());
  const address = { base, hosts };
  known.set(parent, { connector, address });
  return address;
}

/** A base URL filled in with settings; its host must be one of the address's unless it is the address itself. */
export async function resolveBase(template: Template, parent: ParentConnection): Promise<URL> {
  const text = await evaluateText(template, dataOf(parent));
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !isBaseUrl(url)) throw invalid(parent, 'its settings make no usable address');
  return url;
}

/** True for an address that paths can be put behind: http(s), without credentials, query and fragment. */
export function isBaseUrl(url: URL): boolean {
  const isHttp = url.protocol === 'https:' || url.protocol === 'http:';
  return isHttp && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
}

function dataOf(parent: ParentConnection) {
  return { settings: parent.settings };
}

function invalid(parent: ParentConnection, why: string): BehalfError {
  return new BehalfError('connection.invalid', `The connection ${parent.name} cannot be used: ${why}`, {
    details: { connection: parent.name },
  });
}
