import { createHash } from 'node:crypto';
import { type JobOwner, jobOwnerKey } from '../../src/chat/job-owner.js';
import type { ConnectionOwner } from '../../src/connections/connection.js';
import type { RecordKey } from '../../src/kernel/expiring-store.port.js';
import { joinKey } from '../../src/kernel/ids.js';

/**
 * Shards that rows are spread over in a Cluster. Fixed for ever: they are part of every key. All keys of one shard share
 * a hash tag, hence a slot, so that a row and its indexes change in one script.
 */
const CONNECTION_SHARDS = 64;
const JOB_SHARDS = 16;
/** Sets of owners are cut up: paging reads a portion at a time, and Redis 7.2 keeps small sets in half the memory. */
const OWNER_PORTIONS = 16;

/** 132 bits of SHA-256 as 22 characters: keys stay short, whatever characters and length the id has. */
const HASH_LENGTH = 22;

interface ConnectionKeys {
  /** Begins the row keys of this owner; a row's key is this and the name's digest. */
  readonly rows: string;
  /** Names that have a row in this shard, each behind its digest. */
  readonly names: string;
  /** Connections of this shard whose refresh token would end unused, by when it has to be used. */
  readonly keptAlive: string;
  row(name: string): string;
  /** Owners in this shard that have a row under the name: the portion of them in which this owner is. */
  owners(name: string): string;
}

export interface JobKeys {
  /**
   * Begins every key of the shard; scripts append `r` row, `u` user, `p` recipe, `s` status, `w` waiting, `a`, `k`, `o` the user's
   * jobs that run or wait for their turn, `m` the bucket of the user's commands.
   */
  readonly base: string;
  readonly attention: string;
  readonly keep: string;
  row(id: string): string;
  claim(eventId: string): string;
  user(user: JobOwner): string;
  open(user: JobOwner): string;
  recipe(recipe: string): string;
  status(letter: string): string;
  waiting(user: JobOwner, connection: string): string;
}

/** Every key of the service in Redis, in one place. */
export interface Keys {
  record(key: RecordKey): string;
  /** A person's records: a sorted set of the ends of their keys, by when they end. */
  ownedRecords(owner: string): string;
  /** Matches the key of every record. */
  readonly recordPattern: string;
  lease(key: string): string;
  bucket(key: string): string;
  readonly pauses: string;
  connections(owner: ConnectionOwner): ConnectionKeys;
  /** The names of each shard, see {@link ConnectionKeys.names}. */
  readonly connectionNames: readonly string[];
  /** The list of each shard, see {@link ConnectionKeys.keptAlive}. */
  readonly keptAlive: readonly string[];
  /** Begins the 16 portions of a name's owners, for each shard in the order of paging. A hexadecimal digit ends them. */
  ownersByShard(name: string): readonly string[];
  readonly revocations: { readonly due: string; readonly rows: string };
  readonly departures: string;
  readonly audit: { readonly log: string; readonly state: string };
  /** Jobs live in their owner's shard. */
  jobs(user: JobOwner): JobKeys;
  readonly jobShards: readonly JobKeys[];
  /** BullMQ's own keys begin with this. */
  readonly queue: string;
  readonly health: string;
}

/** `prefix` must not contain braces: the hash tags come after it. */
export function createKeys(prefix: string): Keys {
  const jobShards = Array.from({ length: JOB_SHARDS }, (_, shard) => jobKeys(`${prefix}{j${shard.toString(16)}}`));
  const shardBase = (shard: number): string => `${prefix}{c${shard.toString(16).padStart(2, '0')}}`;
  return {
    record: (key) => `${prefix}x:${key.kind}:${hash(key.id)}`,
    ownedRecords: (owner) => `${prefix}y:${hash(owner)}`,
    recordPattern: `${prefix.replaceAll(/[\\*?[\]]/g, '\\$&')}x:*`,
    lease: (key) => `${prefix}l:${hash(key)}`,
    bucket: (key) => `${prefix}t:${hash(key)}`,
    pauses: `${prefix}pauses`,
    connections: (owner) => {
      const digest = hash(owner === 'shared' ? owner : joinKey(owner.platform, owner.tenantId, owner.userId));
      return connectionKeys(shardBase(shardOf(digest, CONNECTION_SHARDS)), digest);
    },
    connectionNames: Array.from({ length: CONNECTION_SHARDS }, (_, shard) => `${shardBase(shard)}n`),
    keptAlive: Array.from({ length: CONNECTION_SHARDS }, (_, shard) => `${shardBase(shard)}k`),
    ownersByShard: (name) =>
      Array.from({ length: CONNECTION_SHARDS }, (_, shard) => `${shardBase(shard)}o${nameDigest(name)}`),
    revocations: { due: `${prefix}{rev}due`, rows: `${prefix}{rev}rows` },
    departures: `${prefix}departures`,
    audit: { log: `${prefix}{audit}log`, state: `${prefix}{audit}state` },
    jobs: (user) => jobShards[shardOf(hash(jobOwnerKey(user)), JOB_SHARDS)] ?? jobKeys(prefix),
    jobShards,
    queue: `${prefix}{queue}`,
    health: `${prefix}health`,
  };
}

function connectionKeys(base: string, ownerDigest: string): ConnectionKeys {
  const rows = `${base}${ownerDigest}`;
  const portion = shardOf(ownerDigest.slice(4), OWNER_PORTIONS).toString(16);
  return {
    rows,
    names: `${base}n`,
    keptAlive: `${base}k`,
    row: (name) => rows + nameDigest(name),
    owners: (name) => `${base}o${nameDigest(name)}${portion}`,
  };
}

function jobKeys(base: string): JobKeys {
  return {
    base,
    attention: `${base}a`,
    keep: `${base}k`,
    row: (id) => `${base}r${id}`,
    claim: (eventId) => `${base}e${hash(eventId)}`,
    user: (user) => `${base}u${userDigest(user)}`,
    open: (user) => `${base}o${userDigest(user)}`,
    recipe: (recipe) => `${base}p${recipeDigest(recipe)}`,
    status: (letter) => `${base}s${letter}`,
    waiting: (user, connection) => `${base}w${waitingDigest(user, connection)}`,
  };
}

export function userDigest(user: JobOwner): string {
  return hash(jobOwnerKey(user));
}

export function recipeDigest(recipe: string): string {
  return hash(recipe);
}

export function waitingDigest(user: JobOwner, connection: string): string {
  return hash(joinKey(jobOwnerKey(user), connection));
}

/** 60 bits: names are few, and chosen by administrators. */
export function nameDigest(name: string): string {
  return hash(name).slice(0, NAME_DIGEST_LENGTH);
}

export const NAME_DIGEST_LENGTH = 10;

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, HASH_LENGTH);
}

function shardOf(digest: string, shards: number): number {
  return (Buffer.from(digest.slice(0, 4), 'base64url')[0] ?? 0) % shards;
}
