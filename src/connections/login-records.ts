import { z } from 'zod';
import { BehalfError } from '../kernel/errors.js';
import type { ExpiringStore, RecordKey } from '../kernel/expiring-store.port.js';
import type { SealedType, Vault } from '../kernel/vault.js';
import type { ConnectionOwner } from './connection.js';
import { personKey } from './connection-records.js';
import { storedAccount, storedTokens } from './token-codec.js';

const storedPerson = z.object({ platform: z.string(), tenantId: z.string(), userId: z.string() });

const storedLink = z.object({
  /** `shared`: an administrator connects it for everybody. */
  owner: z.union([z.literal('shared'), storedPerson]),
  connection: z.string(),
  continuation: z.string().exactOptional(),
  context: z.unknown(),
  scopes: z.array(z.string()).exactOptional(),
  popUp: z.boolean(),
  /** What the person reads (BCP 47). */
  locale: z.string().exactOptional(),
  /** What the login is traced below (W3C `traceparent`). */
  trace: z.string().exactOptional(),
  createdAt: z.number(),
  expiresAt: z.number(),
});

const storedAttempt = z.object({
  linkId: z.string(),
  connection: z.string(),
  cookieHash: z.string(),
  /** The person has signed in to the chat platform in this browser. */
  signedIn: z.literal(true).exactOptional(),
  verifier: z.string().exactOptional(),
  /** Secret of the temporary credentials (RFC 5849 section 2.1); the record is found by their token. */
  temporary: z.object({ token: z.string(), secret: z.string() }).exactOptional(),
});

const storedSignIn = z.object({
  linkId: z.string(),
  connection: z.string(),
  platform: z.string(),
  cookieHash: z.string(),
  nonce: z.string(),
  verifier: z.string(),
});

const storedProof = z.object({
  linkId: z.string(),
  owner: storedPerson,
  connection: z.string(),
  pending: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('code'), code: z.string(), verifier: z.string().exactOptional() }),
    z.object({ kind: z.literal('tokens'), tokens: storedTokens, account: storedAccount, revocationId: z.string() }),
  ]),
});

const storedOffer = z.object({
  linkId: z.string(),
  owner: storedPerson,
  connection: z.string(),
  /** Of the connection when it was offered; 0: there was none. */
  generation: z.number(),
});

/** A login link: who may connect what, and what goes on afterwards. Lives until it has been used to the end. */
export type LoginLink = z.infer<typeof storedLink>;
/** One way to the provider and back: what its state stands for. */
export type LoginAttempt = z.infer<typeof storedAttempt>;
/** One trip to the sign-in page of the chat platform and back, before the one to the provider. */
export type LoginSignIn = z.infer<typeof storedSignIn>;
/** A login that waits for its code to come back through the chat. */
export type LoginProof = z.infer<typeof storedProof>;

/** A login that the chat client may do by itself, while nothing has changed. */
export type SilentOffer = z.infer<typeof storedOffer>;

/**
 * Every change of what is kept of a login, by kind of record; there is no other way to change them. The tests kill the process
 * around each of them, and fail for one that they have not come by.
 */
export const LOGIN_TRANSITIONS = {
  /** The link: made, burnt by somebody else's answer, and deleted when it was used or is not wanted any more. */
  login: ['put', 'take', 'delete'],
  /** On the way to the sign-in page and back, or pushed out by later ways. */
  'login-sign-in': ['put', 'take', 'delete'],
  /** On the way to the provider and back, or pushed out by later ways. */
  'login-state': ['put', 'take', 'delete'],
  /** Waits for the code to come back through the chat. */
  'login-proof': ['put', 'take'],
  /** Offered to the chat client. */
  'login-silent': ['put', 'take'],
} as const satisfies Partial<Record<RecordKey['kind'], readonly ('put' | 'take' | 'delete')[]>>;

type LoginKind = keyof typeof LOGIN_TRANSITIONS;

/** One kind of sealed short-lived records; ids are hashes of bearer values, and what the record is sealed for. */
interface SealedRecords<T> {
  put(id: string, value: T, ttlMs: number): Promise<void>;
  get(id: string): Promise<T | undefined>;
  /** Of several callers exactly one gets it. */
  take(id: string): Promise<T | undefined>;
  delete(id: string): Promise<void>;
}

/** Records of a kind, with the changes that it may have. */
type LoginRecord<T, K extends LoginKind> = Pick<SealedRecords<T>, 'get' | (typeof LOGIN_TRANSITIONS)[K][number]>;

export interface LoginRecords {
  readonly links: LoginRecord<LoginLink, 'login'>;
  readonly signIns: LoginRecord<LoginSignIn, 'login-sign-in'>;
  readonly attempts: LoginRecord<LoginAttempt, 'login-state'>;
  readonly proofs: LoginRecord<LoginProof, 'login-proof'>;
  readonly offers: LoginRecord<SilentOffer, 'login-silent'>;
}

export function createLoginRecords(store: ExpiringStore, vault: Vault): LoginRecords {
  const ownerOf = ({ owner }: { readonly owner: ConnectionOwner }) => owner;
  return {
    links: sealedRecords({ store, vault, kind: 'login', schema: storedLink, ownerOf }),
    signIns: sealedRecords({ store, vault, kind: 'login-sign-in', schema: storedSignIn }),
    attempts: sealedRecords({ store, vault, kind: 'login-state', schema: storedAttempt }),
    proofs: sealedRecords({ store, vault, kind: 'login-proof', schema: storedProof, ownerOf }),
    offers: sealedRecords({ store, vault, kind: 'login-silent', schema: storedOffer, ownerOf }),
  };
}

function sealedRecords<T>(parts: {
  readonly store: ExpiringStore;
  readonly vault: Vault;
  readonly kind: LoginKind & SealedType;
  readonly schema: z.ZodType<T>;
  /** Whose record it is; absent: of the link that it belongs to, without which it is worth nothing. */
  readonly ownerOf?: (value: T) => ConnectionOwner;
}): SealedRecords<T> {
  const { store, vault, kind, ownerOf, schema } = parts;

  function keyFor(id: string, value: T): RecordKey {
    const owner = ownerOf?.(value) ?? 'shared';
    return owner === 'shared' ? { kind, id } : { kind, id, owner: personKey(owner) };
  }

  function open(id: string, sealed: string | undefined): T | undefined {
    if (sealed === undefined) return undefined;
    const value = schema.safeParse(vault.openJson(kind, [id], Buffer.from(sealed, 'base64url')));
    if (value.success) return value.data;
    throw new BehalfError('store.corrupt', `A stored ${kind} record is not of this version`);
  }

  return {
    put: (id, value, ttlMs) =>
      store.put(keyFor(id, value), Buffer.from(vault.sealJson(kind, [id], value)).toString('base64url'), ttlMs),
    get: async (id) => open(id, await store.get({ kind, id })),
    take: async (id) => open(id, await store.take({ kind, id })),
    delete: (id) => store.delete({ kind, id }),
  };
}
