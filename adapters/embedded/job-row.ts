import { type JobOwner, jobOwnerOf } from '../../src/chat/job-owner.js';
import type { JobRow, JobStatus } from '../../src/jobs/job.js';
import { BehalfError } from '../../src/kernel/errors.js';
import { bytesOf, numberOf, optionalNumberOf, type SqlRow, type SqlValue, textOf } from './database.js';

/** The owner as the `person` column has it. */
export function encodeOwner(user: JobOwner): string {
  return JSON.stringify([user.platform, user.tenantId, user.userId]);
}

/** Values of the columns that change with a write, in the order of {@link CHANGING_COLUMNS}. */
export function changingValues(row: JobRow): readonly SqlValue[] {
  return [
    row.status,
    row.version,
    row.updatedAt,
    JSON.stringify(row.waitingFor),
    row.lease?.holder ?? null,
    row.lease?.until ?? null,
    row.attentionAt ?? null,
    row.keepUntil ?? null,
    row.sealed,
  ];
}

export const CHANGING_COLUMNS = [
  'status',
  'version',
  'updated_at',
  'waiting_for',
  'lease_holder',
  'lease_until',
  'attention_at',
  'keep_until',
  'sealed',
] as const;

export function decodeJob(row: SqlRow): JobRow {
  const holder = row['lease_holder'];
  const until = optionalNumberOf(row, 'lease_until');
  const attentionAt = optionalNumberOf(row, 'attention_at');
  const keepUntil = optionalNumberOf(row, 'keep_until');
  return {
    id: textOf(row, 'id'),
    user: decodeOwner(textOf(row, 'person')),
    recipe: textOf(row, 'recipe'),
    status: decodeStatus(textOf(row, 'status')),
    version: numberOf(row, 'version'),
    createdAt: numberOf(row, 'created_at'),
    updatedAt: numberOf(row, 'updated_at'),
    waitingFor: decodeWaitingFor(row),
    ...(typeof holder === 'string' && until !== undefined ? { lease: { holder, until } } : {}),
    ...(attentionAt === undefined ? {} : { attentionAt }),
    ...(keepUntil === undefined ? {} : { keepUntil }),
    sealed: bytesOf(row, 'sealed'),
  };
}

export function decodeWaitingFor(row: SqlRow): readonly string[] {
  const value: unknown = JSON.parse(textOf(row, 'waiting_for'));
  if (Array.isArray(value) && value.every((name): name is string => typeof name === 'string')) return value;
  throw corrupt('waiting_for');
}

function decodeOwner(text: string): JobOwner {
  const value: unknown = JSON.parse(text);
  if (Array.isArray(value)) {
    const [platform, tenantId, userId]: readonly unknown[] = value;
    if (typeof platform === 'string' && typeof tenantId === 'string' && typeof userId === 'string') {
      const owner = jobOwnerOf(platform, tenantId, userId);
      if (owner) return owner;
    }
  }
  throw corrupt('person');
}

function decodeStatus(text: string): JobStatus {
  switch (text) {
    case 'pending':
    case 'running':
    case 'suspended':
    case 'succeeded':
    case 'failed':
    case 'cancelled':
      return text;
    default:
      throw corrupt('status');
  }
}

function corrupt(column: string): BehalfError {
  return new BehalfError('store.corrupt', `A job in the embedded store has no usable ${column}`);
}
