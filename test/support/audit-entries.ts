import type { AuditEntry } from '../../src/audit/page-content.js';
import { newId, sha256 } from '../../src/kernel/ids.js';

const NOW = Date.UTC(2026, 10, 27, 9);

/** What a request with one action leaves in the audit log; its people, accounts and ids are as different as real ones. */
export function requestOf(number: number): readonly AuditEntry[] {
  const at = NOW + number * 7;
  const random = sha256(`${number}`).replaceAll(/[^a-zA-Z0-9]/g, '');
  const facts = {
    person: { platform: 'slack', tenant: 'T0123ABCD', user: `U0${random.slice(0, 9).toUpperCase()}` },
    recipe: `sales/create-thing-${number % 10}`,
    job: newId(at),
  };
  const action = {
    kind: 'action',
    outcome: 'ok',
    ...facts,
    ...{ step: '0', app: 'salesforce', connection: 'salesforce-production' },
    account: { id: `005${random.slice(9, 21)}`, label: `${random.slice(21, 29)}@acme.example` },
    action: 'create_opportunity',
    request: { method: 'POST', host: 'acme.my.salesforce.com', path: 'sobjects/Opportunity' },
  } as const;
  return [
    { at, event: { kind: 'job', outcome: 'started', ...facts } },
    { at: at + 60, event: action },
    { at: at + 120, event: { kind: 'job', outcome: 'succeeded', ...facts } },
  ];
}
