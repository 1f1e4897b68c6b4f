import { type JobOwner, jobOwnerOf } from '../../src/chat/job-owner.js';
import type { JobRow, JobStatus } from '../../src/jobs/job.js';
import { BehalfError } from '../../src/kernel/errors.js';
import { recipeDigest, userDigest, waitingDigest } from './keys.js';

/*
 * A job in Redis is one string: a front of fixed width that the scripts read to keep the indexes true, then facts as JSON,
 * then the sealed part as it is. Front: version (4 bytes), status letter, digest of the user, digest of the recipe (22
 * each), number of connections waited for (1), a digest for each (22). Then the length of the facts (4), facts, sealed.
 */
const FRONT_BYTES = 50;
const DIGEST_BYTES = 22;
const MOST_WAITED_FOR = 255;

const LETTERS = {
  pending: 'p',
  running: 'r',
  suspended: 'w',
  succeeded: 's',
  failed: 'f',
  cancelled: 'c',
} as const satisfies Record<JobStatus, string>;

export const STATUS_LETTERS: readonly string[] = Object.values(LETTERS);

export function statusLetter(status: JobStatus): string {
  return LETTERS[status];
}

/** What of a row stands neither in the front nor in the key. */
interface Facts {
  readonly user: readonly [string, string, string];
  readonly recipe: string;
  readonly status: JobStatus;
  readonly times: readonly [createdAt: number, updatedAt: number];
  readonly waitingFor: readonly string[];
  readonly lease?: readonly [holder: string, until: number];
  readonly attentionAt?: number;
  readonly keepUntil?: number;
}

export function encodeJob(row: JobRow): Buffer {
  if (row.waitingFor.length > MOST_WAITED_FOR) {
    throw new BehalfError('internal', `A job cannot wait for more than ${MOST_WAITED_FOR} connections`);
  }
  const { user, lease, attentionAt, keepUntil } = row;
  const facts: Facts = {
    user: [user.platform, user.tenantId, user.userId],
    recipe: row.recipe,
    status: row.status,
    times: [row.createdAt, row.updatedAt],
    waitingFor: row.waitingFor,
    ...(lease ? { lease: [lease.holder, lease.until] as const } : {}),
    ...(attentionAt === undefined ? {} : { attentionAt }),
    ...(keepUntil === undefined ? {} : { keepUntil }),
  };
  const digests = row.waitingFor.map((connection) => waitingDigest(user, connection)).join('');
  const text = Buffer.from(JSON.stringify(facts), 'utf8');
  const textAt = FRONT_BYTES + digests.length;
  const encoded = Buffer.alloc(textAt + 4 + text.length + row.sealed.byteLength);
  encoded.writeUInt32BE(row.version, 0);
  encoded.write(LETTERS[row.status] + userDigest(user) + recipeDigest(row.recipe), 4, 'latin1');
  encoded.writeUInt8(row.waitingFor.length, FRONT_BYTES - 1);
  encoded.write(digests, FRONT_BYTES, 'latin1');
  encoded.writeUInt32BE(text.length, textAt);
  encoded.set(text, textAt + 4);
  encoded.set(row.sealed, textAt + 4 + text.length);
  return encoded;
}

/** The row again; `store.corrupt` when it is none of ours. */
export function decodeJob(id: string, encoded: Buffer): JobRow {
  try {
    const version = encoded.readUInt32BE(0);
    const textAt = FRONT_BYTES + encoded.readUInt8(FRONT_BYTES - 1) * DIGEST_BYTES;
    const sealedAt = textAt + 4 + encoded.readUInt32BE(textAt);
    const facts: unknown = JSON.parse(encoded.toString('utf8', textAt + 4, sealedAt));
    const user = isFacts(facts) ? jobOwnerOf(...facts.user) : undefined;
    if (user && isFacts(facts)) return toRow(id, version, { ...facts, user }, encoded.subarray(sealedAt));
  } catch {
    // Said below: what cannot be parsed is as little a job as what has the wrong parts.
  }
  throw new BehalfError('store.corrupt', 'A job in Redis cannot be read', { details: { job: id } });
}

type OwnedFacts = Omit<Facts, 'user'> & { readonly user: JobOwner };

function toRow(id: string, version: number, facts: OwnedFacts, sealed: Uint8Array): JobRow {
  const { user, recipe, status, times, waitingFor, lease, attentionAt, keepUntil } = facts;
  return {
    id,
    user,
    recipe,
    status,
    version,
    createdAt: times[0],
    updatedAt: times[1],
    waitingFor,
    ...(lease ? { lease: { holder: lease[0], until: lease[1] } } : {}),
    ...(attentionAt === undefined ? {} : { attentionAt }),
    ...(keepUntil === undefined ? {} : { keepUntil }),
    sealed,
  };
}

function isFacts(value: unknown): value is Facts {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'user' in value &&
    isTuple(value.user, ['string', 'string', 'string']) &&
    'recipe' in value &&
    typeof value.recipe === 'string' &&
    'status' in value &&
    typeof value.status === 'string' &&
    Object.hasOwn(LETTERS, value.status) &&
    'times' in value &&
    isTuple(value.times, ['number', 'number']) &&
    'waitingFor' in value &&
    Array.isArray(value.waitingFor) &&
    (!('lease' in value) || isTuple(value.lease, ['string', 'number']))
  );
}

function isTuple(value: unknown, types: readonly string[]): boolean {
  return Array.isArray(value) && value.length === types.length && types.every((type, at) => typeof value[at] === type);
}
