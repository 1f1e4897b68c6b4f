import type { TableBlock } from '../../../src/chat/message.js';
import { csvOf } from '../../../src/chat/table-csv.js';

function table(...rows: readonly (readonly string[])[]): TableBlock {
  return { kind: 'table', columns: [{ title: 'Name' }, { title: 'Sum, total' }], rows, more: 0 };
}

describe('a table as a file for spreadsheets', () => {
  test('has the titles first and one line a row', () => {
    expect(csvOf(table(['Acme', '5'], ['Initech', '']))).toBe('\ufeffName,"Sum, total"\r\nAcme,5\r\nInitech,\r\n');
  });

  test('keeps quotes, commas and lines of a cell', () => {
    expect(csvOf(table(['say "hi"', 'a\nb, c']))).toContain('"say ""hi""","a\nb, c"');
  });

  test.each(['=1+1', '@SUM(A1)', '+cmd|x', '-2+3', '\t=1', '\r=1'])('does not let the data %j be a formula', (cell) => {
    expect(csvOf(table([cell, '']))).toContain(`'${cell}`);
  });

  test.each(['-5', '+49', '-1,234.50', '-3%'])('leaves the number %s as it is', (cell) => {
    expect(csvOf(table([cell, '']))).not.toContain("'");
  });
});
