import { csvHead, isWanted, toCsvLine, toJsonLine, toTextLine } from '../../../src/audit/audit-lines.js';
import type { AuditLine } from '../../../src/audit/sealed-page.js';

const PLACE = { number: 7, at: Date.UTC(2026, 10, 27, 8), previous: 'before', hash: 'hash' };
const LINE: AuditLine = {
  ...PLACE,
  event: {
    kind: 'action',
    outcome: 'failed',
    person: { platform: 'slack', tenant: 'T1', user: 'ann' },
    app: 'crm',
    connection: 'crm-production',
    account: { id: '12', label: 'ann@crm.example' },
    action: 'create',
    request: { method: 'POST', host: 'crm.example', path: '/things/{{ input.id }}' },
    recipe: 'create',
    job: 'j1',
    step: '0',
    code: 'app.forbidden',
    ref: 'abcd1234',
  },
};

describe('an entry of the audit log', () => {
  it('is one object of JSON a line, without what is not known', () => {
    expect(JSON.parse(toJsonLine(LINE))).toEqual({
      number: 7,
      time: '2026-11-27T08:00:00.000Z',
      kind: 'action',
      outcome: 'failed',
      platform: 'slack',
      tenant: 'T1',
      user: 'ann',
      app: 'crm',
      connection: 'crm-production',
      account_id: '12',
      account: 'ann@crm.example',
      action: 'create',
      method: 'POST',
      host: 'crm.example',
      path: '/things/{{ input.id }}',
      recipe: 'create',
      job: 'j1',
      step: '0',
      code: 'app.forbidden',
      ref: 'abcd1234',
      previous: 'before',
      hash: 'hash',
    });
    expect(toJsonLine(LINE).split('\n')).toHaveLength(2);
  });

  it('is one line of CSV with as many fields as the head', () => {
    const fields = toCsvLine(LINE).trim().split(',');
    expect(fields).toHaveLength(csvHead().trim().split(',').length);
    expect(fields.slice(0, 7)).toEqual(['7', '2026-11-27T08:00:00.000Z', 'action', 'failed', 'slack', 'T1', 'ann']);
  });

  it.each([
    ['=HYPERLINK("x")', `"'=HYPERLINK(""x"")"`],
    ['@SUM(1)', "'@SUM(1)"],
    ['a "quoted", name', '"a ""quoted"", name"'],
    ['two\nlines', '"two\nlines"'],
  ])('has the account name %j as a text and not as a formula or two fields', (label, field) => {
    const line = { ...LINE, event: { kind: 'login' as const, outcome: 'connected', account: { id: '1', label } } };
    expect(toCsvLine(line)).toContain(`,${field},`);
  });

  it('reads well in a terminal', () => {
    expect(toTextLine(LINE)).toBe(
      '7  2026-11-27T08:00:00.000Z  action failed  slack/T1/ann  crm.create as ann@crm.example in create app.forbidden ref abcd1234\n',
    );
  });

  it('says so where it cannot be opened', () => {
    expect(JSON.parse(toJsonLine(PLACE))).toMatchObject({ number: 7, outcome: 'unreadable' });
    expect(toTextLine(PLACE)).toContain('unreadable');
  });

  it.each([
    [{}, true],
    [{ kind: 'action' as const }, true],
    [{ kind: 'login' as const }, false],
    [{ app: 'crm' }, true],
    [{ app: 'box' }, false],
    [{ person: 'ann' }, true],
    [{ person: 'slack/T1/ann' }, true],
    [{ person: 'teams/T1/ann' }, false],
    [{ person: 'ann', kind: 'login' as const }, false],
  ])('is found with %j: %s', (filter, found) => {
    expect(isWanted(LINE, filter)).toBe(found);
  });

  it('that cannot be opened is found only where nothing is asked for', () => {
    expect(isWanted(PLACE, {})).toBe(true);
    expect(isWanted(PLACE, { person: 'ann' })).toBe(false);
  });
});
