import type { AuditLog } from './audit/audit-log.js';
import { keepLease } from './connections/lease-keeper.js';
import type { LeaseStore } from './connections/lease-store.port.js';
import type { Clock } from './kernel/clock.port.js';
import { BehalfError, isBehalfError } from './kernel/errors.js';
import { randomToken } from './kernel/ids.js';
import type { Vault } from './kernel/vault.js';
import { type KeyUses, sealedAnew, usesOfKeys } from './key-uses.js';
import type { SealedRow, SealedRows } from './sealed-rows.port.js';

const LEASE = { key: 'key-rotation', ttlMs: 10_000 };
/** As long as the lease of a rotation that was killed can last, and a little longer. */
const WAIT_FOR_LEASE_MS = 15_000;
const ASK_AGAIN_MS = 500;
/** What changes while it is sealed anew is looked at once more, this often. */
const PASSES = 3;

export interface RotationParts {
  readonly rows: SealedRows;
  readonly audit: Pick<AuditLog, 'rotateKey' | 'keyId'>;
  readonly leases: LeaseStore;
  readonly vault: Vault;
  readonly clock: Clock;
  /** Told after each portion. */
  readonly onProgress?: (counts: { readonly checked: number; readonly resealed: number }) => void;
}

export interface RotationReport {
  /** Rows that were looked at in the first pass. */
  readonly checked: number;
  readonly resealed: number;
  /** What the keys are needed for now. */
  readonly uses: KeyUses;
}

/**
 * Seals everything that lasts with the first key, beside a running service. A row is replaced only where nobody has changed it
 * meanwhile, and stays of its version, so that nobody who works on it notices. What is under the first key already is left
 * alone: after an interruption, the next run goes on. One at a time: throws `config.invalid` while another one is at work.
 */
export async function rotateKeys(parts: RotationParts): Promise<RotationReport> {
  const { clock, leases } = parts;
  const holder = randomToken(128);
  const acquiredAt = await acquire(parts, holder);
  const lease = keepLease({ leases, clock }, { ...LEASE, holder, acquiredAt });
  try {
    const counts = { checked: 0, resealed: 0 };
    for (let pass = 1; pass <= PASSES; pass += 1) {
      const found = await resealAll(parts, lease.signal, (resealed, checked) => {
        counts.resealed += resealed;
        if (pass === 1) counts.checked += checked;
        parts.onProgress?.({ ...counts });
      });
      if (found.changed === 0) break;
    }
    if (await resealAuditKey(parts)) counts.resealed += 1;
    return { ...counts, uses: await usesOfKeys(parts) };
  } finally {
    await lease.release();
  }
}

/** Takes the lease; waits for that of a rotation that was stopped hard. */
async function acquire({ clock, leases }: RotationParts, holder: string): Promise<number> {
  const until = clock.now() + WAIT_FOR_LEASE_MS;
  for (;;) {
    const askedAt = clock.now();
    if (await leases.acquire(LEASE.key, holder, LEASE.ttlMs)) return askedAt;
    if (clock.now() >= until)
      throw new BehalfError(
        'config.invalid',
        'Another rotation of the keys is at work on this store. Let it end; then `behalf keys rotate --check` says what is left.',
      );
    await clock.sleep(ASK_AGAIN_MS);
  }
}

async function resealAll(
  parts: RotationParts,
  lost: AbortSignal,
  tell: (resealed: number, checked: number) => void,
): Promise<{ readonly changed: number }> {
  let changed = 0;
  for await (const portion of parts.rows.rows()) {
    if (lost.aborted)
      throw new BehalfError(
        'store.unavailable',
        'The store was away for too long. Run `behalf keys rotate` again: it goes on where it has stopped.',
      );
    const results = await Promise.all(portion.map((row) => reseal(parts, row)));
    changed += results.filter((result) => result === 'changed').length;
    tell(results.filter((result) => result === 'resealed').length, portion.length);
  }
  return { changed };
}

async function resealAuditKey({ audit }: RotationParts): Promise<boolean> {
  try {
    return await audit.rotateKey();
  } catch (error) {
    // It is counted with what the keys are needed for.
    if (isBehalfError(error, 'store.corrupt')) return false;
    throw error;
  }
}

/** `left`: it is under the first key already, cannot be opened, or is being worked on. */
async function reseal({ clock, rows, vault }: RotationParts, row: SealedRow): Promise<'resealed' | 'changed' | 'left'> {
  // Whoever runs it writes it soon, and knows its own writes by their bytes.
  if (row.kind === 'job' && row.status === 'running' && (row.lease?.until ?? 0) > clock.now()) return 'left';
  const sealed = anewOrNot(vault, row);
  if (!sealed) return 'left';
  return (await rows.replace(row, sealed)) ? 'resealed' : 'changed';
}

function anewOrNot(vault: Vault, row: SealedRow): Uint8Array | undefined {
  try {
    return sealedAnew(vault, row);
  } catch (error) {
    // It is counted with what the keys are needed for.
    if (isBehalfError(error, 'store.corrupt')) return undefined;
    throw error;
  }
}
