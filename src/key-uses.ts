import type { AuditLog } from './audit/audit-log.js';
import { resealRow } from './connections/connection-records.js';
import { resealRevocation } from './connections/revocation-plan.js';
import { jobText, resealJob } from './jobs/job-record.js';
import { isBehalfError } from './kernel/errors.js';
import { keyIdOf, type Vault } from './kernel/vault.js';
import type { SealedRow, SealedRows } from './sealed-rows.port.js';

/** What a key of the keyring still opens. */
export interface KeyUse {
  readonly id: string;
  /** Connections, jobs, revocations and the key of the audit log. */
  readonly lasting: number;
  /** Logins under way, messages that are held back and the like; they end by themselves. */
  readonly shortLived: number;
  /** When the last of those ends, in ms since the epoch. */
  readonly until?: number;
}

export interface KeyUses {
  /** In the order of the keyring: the first one encrypts. */
  readonly keys: readonly KeyUse[];
  /** Rows that no key of the keyring opens: theirs is gone, or they were changed. */
  readonly unreadable: number;
}

/** False: nothing is sealed there, so it is hardly the store that the keys were made for. */
export function isInUse({ keys, unreadable }: KeyUses): boolean {
  return unreadable > 0 || keys.some(({ lasting, shortLived }) => lasting > 0 || shortLived > 0);
}

/** What an old key is still needed for; with `unreadable` or not {@link isInUse}, none of them can be said to be of no use. */
export function neededOf({ keys: [, ...older] }: KeyUses): readonly KeyUse[] {
  return older.filter(({ lasting, shortLived }) => lasting > 0 || shortLived > 0);
}

/** Text that may be an envelope of ours in base64url: version 1, an id of up to 32 characters, and the rest of the shortest. */
const ENVELOPE = /(?<![\w-])A[QRS][\w-]{38,}/g;

/** Goes through everything that is kept and counts, for each key, what is sealed with it. */
export async function usesOfKeys(parts: {
  readonly rows: SealedRows;
  readonly audit: Pick<AuditLog, 'keyId'>;
  readonly vault: Vault;
}): Promise<KeyUses> {
  const { audit, rows, vault } = parts;
  const uses = new Map(vault.keyIds.map((id) => [id, { lasting: 0, shortLived: 0, until: 0 }]));
  let unreadable = 0;
  const count = (ids: readonly string[] | undefined): void => {
    if (!ids) unreadable += 1;
    for (const id of new Set(ids)) {
      const use = uses.get(id);
      if (use) use.lasting += 1;
    }
  };
  for await (const portion of rows.rows()) for (const row of portion) count(keysOf(vault, row));
  const auditKey = await audit.keyId();
  if (auditKey !== undefined) count(uses.has(auditKey) ? [auditKey] : undefined);
  for await (const portion of rows.shortLived()) {
    for (const { expiresAt, value } of portion) {
      for (const id of new Set(keysIn(value))) {
        const use = uses.get(id);
        if (!use) continue;
        use.shortLived += 1;
        use.until = Math.max(use.until, expiresAt);
      }
    }
  }
  const keys = [...uses].map(([id, { until, ...counts }]) => ({ id, ...counts, ...(until > 0 ? { until } : {}) }));
  return { keys, unreadable };
}

/** The keys that a row needs; undefined where it cannot be opened. */
function keysOf(vault: Vault, row: SealedRow): readonly string[] | undefined {
  try {
    const own = keyIdOf(row.sealed);
    // Whether it opens decides if a key is of any use to it.
    if (!sealedAnew(vault, row)) return [own];
    // Files that a job refers to are sealed by themselves.
    return row.kind === 'job' ? [own, ...keysIn(jobText(vault, row))] : [own];
  } catch (error) {
    if (isBehalfError(error, 'store.corrupt')) return undefined;
    throw error;
  }
}

/** The inside of a row under the first key; undefined where it is already. Throws `store.corrupt` where it does not open. */
export function sealedAnew(vault: Vault, row: SealedRow): Uint8Array | undefined {
  if (row.kind === 'job') return resealJob(vault, row);
  if (!vault.needsRotation(row.sealed)) return undefined;
  return row.kind === 'connection' ? resealRow(vault, row) : resealRevocation(vault, row);
}

/** Ids of the keys of all envelopes in a text. What only looks like one has an id that no key has. */
function keysIn(text: string): readonly string[] {
  return [...text.matchAll(ENVELOPE)].flatMap(([found]) => {
    try {
      return [keyIdOf(Buffer.from(found, 'base64url'))];
    } catch {
      return [];
    }
  });
}
