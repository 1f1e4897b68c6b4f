import { createHmac, hkdfSync } from 'node:crypto';
import { BehalfError } from '../kernel/errors.js';
import { randomToken, sha256 } from '../kernel/ids.js';
import { Secret } from '../kernel/secret.js';
import { createVault, type Vault } from '../kernel/vault.js';
import type { AuditAnchor, AuditPage, AuditPosition } from './audit-store.port.js';

/** Before the first entry. */
export const BEGINNING: AuditPosition = { number: 0, hash: '' };

const KEY_BYTES = 32;

/** What the keys of the log do: seal pages, and make hashes that nobody else can make. */
export interface Chain {
  /** Seals pages. */
  readonly vault: Vault;
  /** The page that follows `previous`. */
  link(previous: AuditPosition, page: Omit<AuditPage, keyof AuditPosition>): AuditPage;
  /** The hash that a page must have when it follows the one with the hash `previous`. */
  hashOf(page: Omit<AuditPage, 'hash'>, previous: string): string;
  /** Where the log begins when all up to `position` has been forgotten. */
  anchorAt(position: AuditPosition): AuditAnchor;
  /** True for an anchor of ours. */
  isOurs(anchor: AuditAnchor): boolean;
}

/**
 * The log has a key of its own, which the keyring only seals: when the keyring is changed, that one is sealed anew, and no
 * entry has to be touched.
 */
export function createAuditKey(): Secret<Buffer> {
  return new Secret(Buffer.from(randomToken(KEY_BYTES * 8), 'base64url'));
}

export function sealAuditKey(vault: Vault, key: Secret<Buffer>): Uint8Array {
  return vault.seal('audit-key', [], key.reveal());
}

/** Throws `store.corrupt` where it was sealed with a key that is not in the keyring, or changed. */
export function openAuditKey(vault: Vault, sealed: Uint8Array): Secret<Buffer> {
  const key = vault.open('audit-key', [], sealed);
  if (key.length !== KEY_BYTES) throw new BehalfError('store.corrupt', 'The key of the audit log has a wrong length');
  return new Secret(key);
}

/**
 * What is hashed is JSON with the keys of a flat object in order and without blanks, which is canonical (RFC 8785): the keys stand
 * in order where the objects are written.
 */
export function createChain(key: Secret<Buffer>): Chain {
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', key.reveal(), '', purpose, KEY_BYTES));
  const macKey = derive('behalf audit chain');
  const mac = (canonical: string): string => createHmac('sha256', macKey).update(canonical).digest('base64url');
  const hashOf: Chain['hashOf'] = ({ at, count, form, number, sealed }, previous) => {
    const digest = sha256(sealed);
    return mac(
      JSON.stringify(
        form === 'json'
          ? { at, digest, number, previous, type: 'entry' }
          : { at, count, digest, number, previous, type: 'page' },
      ),
    );
  };
  const proofOf = ({ hash, number }: AuditPosition): string => mac(JSON.stringify({ hash, number, type: 'anchor' }));
  return {
    vault: createVault([{ id: 'audit', key: new Secret(derive('behalf audit entries')) }]),
    hashOf,
    link(previous, { at, count, form, sealed }) {
      const page = { number: previous.number + count, at, count, form, sealed };
      return { ...page, hash: hashOf(page, previous.hash) };
    },
    anchorAt: ({ hash, number }) => ({ number, hash, proof: proofOf({ number, hash }) }),
    isOurs: (anchor) => anchor.proof === proofOf(anchor),
  };
}
