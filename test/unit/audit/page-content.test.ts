import fc from 'fast-check';
import { type AuditEntry, decodePage, encodePage } from '../../../src/audit/page-content.js';
import { AUDIT_KINDS, type AuditEvent } from '../../../src/kernel/audit.port.js';
import { requestOf } from '../../support/audit-entries.js';

const NOW = Date.UTC(2026, 10, 27, 9);

/** A field that is added to what is noted is missing here until it has its place in a page, too. */
const FULL: Required<AuditEvent> = {
  kind: 'action',
  outcome: 'failed',
  person: { platform: 'slack', tenant: 'T1', user: 'ann' },
  by: 'service',
  connection: 'crm-production',
  account: { id: '12', label: 'ann@crm.example' },
  app: 'crm',
  action: 'create',
  request: { method: 'POST', host: 'crm.example', path: '/things/{{ input.id }}' },
  recipe: 'create',
  job: 'j1',
  step: '0',
  code: 'app.forbidden',
  ref: 'abcd1234',
  count: 3,
};

const word = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('', '\t', '\n', '\\\\', '\\t', '\\e', '\r'));
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const event: fc.Arbitrary<AuditEvent> = fc.record({
  kind: fc.constantFrom(...AUDIT_KINDS),
  outcome: word,
  person: maybe(fc.record({ platform: word, tenant: word, user: maybe(word) })),
  by: maybe(word),
  connection: maybe(word),
  account: maybe(fc.record({ id: word, label: word })),
  app: maybe(word),
  action: maybe(word),
  request: maybe(fc.record({ method: word, host: word, path: word })),
  recipe: maybe(word),
  job: maybe(word),
  step: maybe(word),
  code: maybe(word),
  ref: maybe(word),
  count: maybe(fc.nat()),
});
const entry: fc.Arbitrary<AuditEntry> = fc.record({ at: fc.integer({ min: 0, max: NOW * 2 }), event });

describe('a page of the audit log', () => {
  it('gives back what was noted', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 20 }), (entries) => {
        expect(decodePage(encodePage(entries))).toEqual(entries);
      }),
    );
  });

  it('has every field of an entry', () => {
    expect(decodePage(encodePage([{ at: NOW, event: FULL }]))).toEqual([{ at: NOW, event: FULL }]);
  });

  it('is smaller than its entries as JSON, also where it has one', () => {
    for (const each of requestOf(1)) {
      expect(encodePage([each]).length).toBeLessThan(JSON.stringify(each.event).length);
    }
  });

  it('takes less than a hundred bytes for a request where there are many', () => {
    const entries = Array.from({ length: 100 }, (_, number) => requestOf(number)).flat();
    expect(encodePage(entries).length / 100).toBeLessThan(100);
  });

  it('is not read where its form is not known', () => {
    const page = encodePage([{ at: NOW, event: FULL }]);
    page[0] = 9;
    expect(() => decodePage(page)).toThrow(expect.objectContaining({ code: 'store.corrupt' }));
  });
});
