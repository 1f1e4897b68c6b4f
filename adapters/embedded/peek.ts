import { join } from 'node:path';
import type { ConnectionRow } from '../../src/connections/connection-store.port.js';
import { BehalfError } from '../../src/kernel/errors.js';
import { bytesOf, isRow, numberOf, textOf } from './database.js';
import { FILE_NAME, isThere, loadLibrary, type RawDatabase, readNumber, toOpenError } from './file.js';
import { APPLICATION_ID, MIGRATIONS } from './schema.js';

/**
 * The rows of the shared connections, read without changing anything. Undefined: there is no file. Throws `config.invalid`
 * while another process has it open, or where it is of another program or version.
 */
export async function peekSharedConnections(directory: string): Promise<readonly ConnectionRow[] | undefined> {
  const path = join(directory, FILE_NAME);
  if (!isThere(path)) return undefined;
  const Constructor = await loadLibrary();
  let raw: RawDatabase | undefined;
  try {
    raw = new Constructor(path, { timeout: 0 });
    raw.exec('PRAGMA query_only = ON');
    const isOurs = readNumber(raw, 'PRAGMA application_id') === APPLICATION_ID;
    if (!isOurs || readNumber(raw, 'PRAGMA user_version') !== MIGRATIONS.length) {
      throw new BehalfError('config.invalid', `${path} is of another program, or of another version of Behalf`);
    }
    const statement = raw.prepare(`SELECT name, generation, sealed FROM connections WHERE owner = '"shared"'`);
    const rows: readonly unknown[] = statement.all([]);
    return rows.filter(isRow).map((row) => ({
      owner: 'shared',
      name: textOf(row, 'name'),
      generation: numberOf(row, 'generation'),
      sealed: bytesOf(row, 'sealed'),
    }));
  } catch (error) {
    throw toOpenError(path, error);
  } finally {
    raw?.close();
  }
}
