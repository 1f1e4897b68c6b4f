import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';
import { BehalfError } from './errors.js';
import { joinKey, pooledBytes } from './ids.js';
import type { Secret } from './secret.js';

const VERSION = 1;
const KEY_BYTES = 32;
/** 96 bits: the size for which GCM needs no extra derivation (NIST SP 800-38D section 8.2). */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Ids of keys. */
export const KEY_ID = /^[A-Za-z0-9_.-]{1,32}$/;

/**
 * What a sealed record is; part of what it is sealed with, so that one kind never opens as another. Each comes
 * under a new key by `rotate-keys.ts`, or ends by itself.
 */
export const SEALED_TYPES = [
  'connection',
  'job',
  'login',
  'login-sign-in',
  'login-state',
  'login-proof',
  'home-login',
  'login-silent',
  'revocation',
  'message',
  'file',
  'offered-file',
  'erasure',
  'action',
  'dialog',
  'offer',
  'audit',
  'audit-key',
] as const;

export type SealedType = (typeof SEALED_TYPES)[number];

export interface VaultKey {
  /** Stands in every envelope: 1 to 32 letters, digits, `_`, `.`, `-`. */
  readonly id: string;
  /** 32 bytes. */
  readonly key: Secret<Buffer>;
}

/**
 * Encrypts records at rest with AES-256-GCM. The envelope is `version | length of key id | key id | nonce | ciphertext | tag`.
 * The header, the type and `parts` are authenticated: a record opens only as the same type with the same parts, in order,
 * so that a row copied to another owner is worthless.
 */
export interface Vault {
  seal(type: SealedType, parts: readonly string[], plaintext: Uint8Array | string): Uint8Array;
  /** Throws `store.corrupt` when the envelope was changed, belongs elsewhere, or its key is not in the keyring. */
  open(type: SealedType, parts: readonly string[], envelope: Uint8Array): Buffer;
  sealJson(type: SealedType, parts: readonly string[], value: unknown): Uint8Array;
  openJson(type: SealedType, parts: readonly string[], envelope: Uint8Array): unknown;
  /** True when it is sealed with another key than the first of the keyring. */
  needsRotation(envelope: Uint8Array): boolean;
  /** The same content, sealed with the first key. Throws `store.corrupt` as {@link open} does. */
  reseal(type: SealedType, parts: readonly string[], envelope: Uint8Array): Uint8Array;
  /** Ids of the keyring; the first one encrypts. */
  readonly keyIds: readonly string[];
}

/** The first key encrypts, all decrypt. */
export function createVault(keyring: readonly VaultKey[]): Vault {
  const [primary] = keyring;
  if (primary === undefined) throw new BehalfError('config.invalid', 'The keyring is empty');
  for (const { id, key } of keyring) checkKey(id, key.reveal());
  const keys = new Map(keyring.map(({ id, key }) => [id, createSecretKey(key.reveal())]));
  const primaryKey = createSecretKey(primary.key.reveal());
  const header = Buffer.from(headerOf(primary.id));

  const seal: Vault['seal'] = (type, parts, plaintext) => {
    const nonce = pooledBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', primaryKey, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(authenticated(primary.id, type, parts));
    const ciphertext = typeof plaintext === 'string' ? cipher.update(plaintext, 'utf8') : cipher.update(plaintext);
    // GCM keeps nothing back (NIST SP 800-38D, section 7.1): what comes at the end is empty.
    cipher.final();
    const bodyAt = header.length + NONCE_BYTES;
    const envelope = Buffer.allocUnsafe(bodyAt + ciphertext.length + TAG_BYTES);
    envelope.set(header);
    envelope.set(nonce, header.length);
    envelope.set(ciphertext, bodyAt);
    envelope.set(cipher.getAuthTag(), bodyAt + ciphertext.length);
    return envelope;
  };

  const open: Vault['open'] = (type, parts, envelope) => {
    const { keyId, nonce, ciphertext, tag } = readEnvelope(type, envelope);
    const key = keys.get(keyId);
    if (key === undefined) throw corrupt(type, 'its key is not in the keyring');
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(authenticated(keyId, type, parts));
    decipher.setAuthTag(tag);
    try {
      const plaintext = decipher.update(ciphertext);
      decipher.final();
      return plaintext;
    } catch {
      throw corrupt(type, 'it was changed or belongs elsewhere');
    }
  };

  return {
    seal,
    open,
    sealJson: (type, parts, value) => seal(type, parts, JSON.stringify(value)),
    openJson: (type, parts, envelope) => JSON.parse(open(type, parts, envelope).toString('utf8')),
    needsRotation: (envelope) => keyIdOf(envelope) !== primary.id,
    reseal: (type, parts, envelope) => seal(type, parts, open(type, parts, envelope)),
    keyIds: [...keys.keys()],
  };
}

/** The id of the key that it is sealed with. Throws `store.corrupt` for what is no envelope of ours. */
export function keyIdOf(envelope: Uint8Array): string {
  return readEnvelope('stored', envelope).keyId;
}

/** What is wrong with a key, by its id alone; undefined: it can be used. */
export function misfitOfKey(id: string, key: Buffer): string | undefined {
  if (!KEY_ID.test(id)) return 'An encryption key has an id that is not allowed';
  if (key.length === KEY_BYTES) return undefined;
  return `Encryption key "${id}" has ${key.length} bytes; it must have ${KEY_BYTES}. Make one with \`behalf keys generate\``;
}

function checkKey(id: string, key: Buffer): void {
  const misfit = misfitOfKey(id, key);
  if (misfit !== undefined) throw new BehalfError('config.invalid', misfit);
}

/** What an envelope begins with, as text: version, length and id of the key are ASCII. */
function headerOf(keyId: string): string {
  return `${String.fromCharCode(VERSION, keyId.length)}${keyId}`;
}

/** As text, which becomes bytes once: of the header and of the rest together. */
function authenticated(keyId: string, type: SealedType, parts: readonly string[]): Buffer {
  return Buffer.from(`${headerOf(keyId)}${joinKey(type, ...parts)}`);
}

interface Envelope {
  readonly keyId: string;
  readonly nonce: Buffer;
  readonly ciphertext: Buffer;
  readonly tag: Buffer;
}

function readEnvelope(type: SealedType | 'stored', envelope: Uint8Array): Envelope {
  const bytes = Buffer.from(envelope.buffer, envelope.byteOffset, envelope.byteLength);
  const headerEnd = 2 + (bytes[1] ?? 0);
  if (bytes[0] !== VERSION || bytes.length < headerEnd + NONCE_BYTES + TAG_BYTES) {
    throw corrupt(type, 'it is no envelope of ours');
  }
  return {
    keyId: bytes.subarray(2, headerEnd).toString('utf8'),
    nonce: bytes.subarray(headerEnd, headerEnd + NONCE_BYTES),
    ciphertext: bytes.subarray(headerEnd + NONCE_BYTES, -TAG_BYTES),
    tag: bytes.subarray(-TAG_BYTES),
  };
}

function corrupt(type: SealedType | 'stored', why: string): BehalfError {
  return new BehalfError('store.corrupt', `A sealed ${type} record does not open: ${why}`, { details: { type } });
}
