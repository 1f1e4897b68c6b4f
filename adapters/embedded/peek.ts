import { join } from 'node:path';
import { BehalfError } from '../../src/kernel/errors.js';
import type { StorePeek } from '../../src/store-contents.port.js';
import { bytesOf, isRow, numberOf, textOf } from './database.js';
import { checkMarks, FILE_NAME, isThere, loadLibrary, marksOf, type RawDatabase, toOpenError } from './file.js';
import { MIGRATIONS } from './schema.js';

/** As `details.reason`: it is brought up to date when the service opens it. */
const OLDER_STORE = 'older';

/**
 * Read without changing anything. Undefined: there is no file. Throws `config.invalid`
 * while another process has it open (`details.reason` is `SQLITE_BUSY`), or where it is of another program, or of another
 * version (`older`, `newer`).
 */
export async function peekStore(directory: string): Promise<StorePeek | undefined> {
  const path = join(directory, FILE_NAME);
  if (!isThere(path)) return undefined;
  const Constructor = await loadLibrary();
  let raw: RawDatabase | undefined;
  try {
    raw = new Constructor(path, { timeout: 0 });
    raw.exec('PRAGMA query_only = ON');
    const marks = marksOf(raw);
    checkMarks(marks, path);
    // Nothing was written in it yet.
    if (marks.tables === 0) return undefined;
    if (marks.version < MIGRATIONS.length) {
      const details = { reason: OLDER_STORE };
      throw new BehalfError('config.invalid', `${path} is of an older version of Behalf`, { details });
    }
    const statement = raw.prepare(`SELECT name, generation, sealed FROM connections WHERE owner = '"shared"'`);
    const rows: readonly unknown[] = statement.all([]);
    const shared = rows.filter(isRow).map((row) => ({
      owner: 'shared' as const,
      name: textOf(row, 'name'),
      generation: numberOf(row, 'generation'),
      sealed: bytesOf(row, 'sealed'),
    }));
    const audit: unknown = raw.prepare('SELECT key FROM audit_state').get([]);
    return { shared, ...(isRow(audit) ? { auditKey: bytesOf(audit, 'key') } : {}) };
  } catch (error) {
    throw toOpenError(path, error);
  } finally {
    raw?.close();
  }
}
