import { datapillsOf, type Template } from '../language/template.js';
import type { ConnectorTemplates } from './connector-templates.js';

/** `*.` and at least two further labels: all of `*.com` or `*.co` would be strangers' hosts. */
const WILDCARD = /^\*(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?){2,}$/;

/** True for a host list entry that stands for one label more: `*.my.salesforce.com`. */
export function isWildcard(entry: string): boolean {
  return WILDCARD.test(entry);
}

/** True when a host (with its port, if that is not the usual one) is one of the entries. A `*` is one label, never none. */
export function isListedHost(entries: ReadonlySet<string>, host: string): boolean {
  if (entries.has(host)) return !host.includes('*');
  const dot = host.indexOf('.');
  return dot > 0 && entries.has(`*${host.slice(dot)}`);
}

/** True where a template is filled in with what the app told at the login. */
export function readsToken(template: Template): boolean {
  return datapillsOf(template).some((pill) => pill.references.some(([root]) => root === 'token'));
}

/** The text before the first datapill: what a connection cannot change. */
export function literalHead(template: Template): string {
  if (template.kind === 'constant') return String(template.value);
  const first = template.kind === 'text' ? template.parts[0] : undefined;
  return typeof first === 'string' ? first : '';
}

/** Reports entries that stand for more than one app's hosts, and an address out of tokens that nothing bounds. */
export function checkHosts(
  { baseUrl, hosts }: { readonly baseUrl: Template; readonly hosts: readonly Template[] },
  templates: ConnectorTemplates,
): void {
  for (const [index, host] of hosts.entries()) {
    const head = literalHead(host);
    if (!head.includes('*')) continue;
    const isRight = host.kind === 'constant' ? isWildcard(head.toLowerCase()) : /^\*\.[^*]*$/u.test(head);
    if (isRight) continue;
    templates.report(
      ['hosts', index],
      'a wildcard stands for one label before at least two others',
      'write it as "*.my.app.com"',
    );
  }
  if (readsToken(baseUrl) && hosts.length === 0) {
    templates.report(['base_url'], 'an address out of the login needs hosts that bound it', 'add "hosts"');
  }
}
