import type { Finding } from './examination.port.js';

/** What other programs take the address of a proxy from. */
const NAMES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'];

/** Whether somebody counts on a proxy that the service does not use. */
export function examineProxy(environment: Readonly<Record<string, string | undefined>>): readonly Finding[] {
  const name = NAMES.find((each) => (environment[each] ?? '') !== '');
  if (name === undefined) return [];
  return [
    {
      subject: 'network',
      state: 'warning',
      says: `${name} is set, and the service calls chat platforms and apps without a proxy`,
      fix: 'Let this machine out to them directly, or through a gateway that needs no setting; docs/operations.md, "What it needs".',
    },
  ];
}
