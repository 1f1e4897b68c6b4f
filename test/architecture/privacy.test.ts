import { MIGRATIONS } from '../../adapters/embedded/schema.js';
import { RECORD_KINDS } from '../../src/kernel/expiring-store.port.js';
import { expectNone, type Finding } from './support/findings.js';
import { type Row, tableRowsOf } from './support/markdown.js';
import { read } from './support/repository.js';

const INVENTORY = 'docs/privacy.md';
const WHY = 'People and operators read there what is kept about them, why, for how long, and what becomes of it.';
const rows = tableRowsOf(read(INVENTORY));

/** What the code keeps must stand in the table whose head begins with `head`, and the other way round. */
function compare(head: string, kept: ReadonlySet<string>, what: string): readonly Finding[] {
  const described = rows.filter((row) => row.head === head).map((row) => nameOf(row));
  const missing = [...kept].filter((name) => !described.includes(name));
  const unknown = described.filter((name) => !kept.has(name));
  return [
    ...missing.map((name) => ({
      what: `${what} "${name}" has no row in ${INVENTORY}`,
      why: WHY,
      fix: `Add a row with its name in backticks to the table "${head}". Whatever belongs to a person needs an owner when it is written, or a reason to stay.`,
    })),
    ...unknown.map((name) => ({
      what: `${INVENTORY} has a row for ${what} "${name}", which is not kept`,
      why: WHY,
      fix: 'Take the row out, or correct its name.',
    })),
  ];
}

function nameOf({ cells }: Row): string {
  return cells[0]?.replaceAll('`', '') ?? '';
}

describe('the inventory of what is kept', () => {
  it('has every kind of short-lived record, and no other', () => {
    expectNone(compare('Record', new Set(RECORD_KINDS), 'the record'));
  });

  it('has every table of the embedded store, and no other', () => {
    const tables = MIGRATIONS.flatMap((step) => [...step.matchAll(/CREATE TABLE (\w+)/g)].map(([, name = '']) => name));

    expect(tables).toContain('jobs');
    expectNone(compare('Table', new Set(tables), 'the table'));
  });

  it('has every family of keys in Redis, and no other', () => {
    const begins = [...read('adapters/redis/keys.ts').matchAll(/`\$\{prefix\}(\w+:|\{\w+\}?|\w+)/g)];
    const families = new Set(begins.map(([, begin = '']) => begin));

    expect(families).toContain('{j');
    expectNone(compare('Key', families, 'the key'));
  });

  it('says of each what, why, how long, whether it is sealed, exported and erased', () => {
    expectNone(
      rows
        .filter(
          ({ cells, head }) => ['Table', 'Record'].includes(head) && nameOf({ cells, head, line: 0 }) !== 'records',
        )
        .filter(({ cells }) => cells.length !== 7 || cells.some((cell) => cell === ''))
        .map((row) => ({
          what: `${INVENTORY}:${row.line} does not say all of ${nameOf(row)}`,
          why: WHY,
          fix: 'Fill in every cell.',
        })),
    );
  });
});
