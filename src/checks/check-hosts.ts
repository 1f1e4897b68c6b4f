import { BlockList, isIP } from 'node:net';
import type { ParentConnection } from '../connections/parent-connection.js';
import type { ConnectorAction } from '../connectors/action.js';
import type { Connector } from '../connectors/connector.js';
import { isListedHost } from '../connectors/host-rules.js';
import type { Template } from '../language/template.js';
import type { ActionStep, ConnectionSlot } from '../recipes/compiled-recipe.js';
import type { RecipeContext } from './recipe-context.js';

/** Warns of a connection whose address the service would refuse to call. */
export function checkReach(
  context: RecipeContext,
  slot: ConnectionSlot,
  parts: { readonly connector: Connector; readonly parent: ParentConnection },
): void {
  const { egressAllow } = context.parts;
  const url = addressOf(parts.connector.baseUrl, parts.parent);
  if (egressAllow === undefined || !url || !isPrivate(url.hostname) || isAllowed(url, egressAllow)) return;
  const message = `"${slot.use}" leads to the private address ${url.host}, which is not allowed`;
  context.warn(slot, message, `list ${url.host} in EGRESS_ALLOW`);
}

/** Finds an action whose own address is none of its app's: the credential would not be sent there. */
export function checkActionHost(
  context: RecipeContext,
  step: Pick<ActionStep, 'slot' | 'action' | 'actionPosition'>,
  parts: { readonly connector: Connector; readonly action: ConnectorAction },
): void {
  const { action, connector } = parts;
  const use = context.recipe.connections.find(({ slot }) => slot === step.slot)?.use;
  const parent = use === undefined ? undefined : context.parts.parents.get(use);
  if (!parent || !action.request.baseUrl) return;
  const url = addressOf(action.request.baseUrl, parent);
  const base = addressOf(connector.baseUrl, parent);
  const listed = connector.hosts.map((host) => fillSettings(host, parent));
  // An address that is known only after the login is judged then.
  if (!url || !base || listed.includes(undefined)) return;
  const entries = new Set([base.host, ...listed.flatMap((entry) => entry?.toLowerCase() ?? [])]);
  if (isListedHost(entries, url.host)) return;
  const hint = `list ${url.host} under hosts in ${connector.file}`;
  context.report(step.actionPosition, `${step.slot}.${step.action} calls ${url.host}, which is no host of its app`, {
    hint,
  });
}

function addressOf(template: Template, parent: ParentConnection): URL | undefined {
  const text = fillSettings(template, parent);
  return text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
}

/** A text of settings filled in; undefined where it is made of more than that. */
function fillSettings(template: Template, { settings }: ParentConnection): string | undefined {
  if (template.kind === 'constant') return String(template.value);
  if (template.kind !== 'text' && template.kind !== 'pill') return undefined;
  let text = '';
  for (const part of template.kind === 'pill' ? [template.pill] : template.parts) {
    const value = typeof part === 'string' ? part : part.evaluate({ settings });
    if (typeof value !== 'string') return undefined;
    text += value;
  }
  return text;
}

const PRIVATE = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  PRIVATE.addSubnet(network, bits, 'ipv4');
}
PRIVATE.addAddress('::1', 'ipv6');
PRIVATE.addSubnet('fc00::', 7, 'ipv6');
PRIVATE.addSubnet('fe80::', 10, 'ipv6');

/** True for addresses that are certainly private as they are written; what a name leads to is known when it is called. */
function isPrivate(hostname: string): boolean {
  const host = bare(hostname);
  const version = isIP(host);
  if (version === 0) return host === 'localhost' || host.endsWith('.localhost');
  return PRIVATE.check(host, version === 4 ? 'ipv4' : 'ipv6');
}

/** By the rules of `EGRESS_ALLOW`: hosts, with or without port, addresses and ranges. */
function isAllowed(url: URL, egressAllow: readonly string[]): boolean {
  const host = bare(url.hostname);
  return egressAllow.some((written) => {
    const entry = written.trim().toLowerCase();
    if (entry === url.host || bare(entry) === host) return true;
    const [network = '', bits = ''] = entry.split('/');
    if (bits === '' || isIP(host) === 0 || isIP(network) !== isIP(host)) return false;
    const range = new BlockList();
    range.addSubnet(network, Number(bits), isIP(network) === 4 ? 'ipv4' : 'ipv6');
    return range.check(host, isIP(host) === 4 ? 'ipv4' : 'ipv6');
  });
}

function bare(host: string): string {
  return host.toLowerCase().replace(/^\[|\]$/gu, '');
}
