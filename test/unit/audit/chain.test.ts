import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { createAuditKey, createChain, openAuditKey, sealAuditKey } from '../../../src/audit/chain.js';
import { Secret } from '../../../src/kernel/secret.js';
import { createVault } from '../../../src/kernel/vault.js';

const KEY = new Secret(Buffer.alloc(32, 1));
const chain = createChain(KEY);
const START = { number: 0, hash: '' };

/** As whoever checks the log without our code: canonical JSON (RFC 8785), which for a flat object is its keys in order. */
function macOf(facts: Readonly<Record<string, string | number>>): string {
  const key = Buffer.from(hkdfSync('sha256', KEY.reveal(), '', 'behalf audit chain', 32));
  return createHmac('sha256', key)
    .update(JSON.stringify(facts, Object.keys(facts).sort()))
    .digest('base64url');
}

describe('the chain of the audit log', () => {
  const first = chain.link(START, { at: 5, count: 1, form: 'lines', sealed: Buffer.from('one') });
  const second = chain.link(first, { at: 6, count: 3, form: 'lines', sealed: Buffer.from('two') });

  it('numbers pages by their last entries, and each hash is made over the one before', () => {
    expect([first.number, second.number]).toEqual([1, 4]);
    expect(chain.hashOf(first, '')).toBe(first.hash);
    expect(chain.hashOf(second, first.hash)).toBe(second.hash);
    expect(chain.hashOf(second, second.hash)).not.toBe(second.hash);
  });

  it('hashes canonical JSON, so that it can be checked by others', () => {
    const digest = createHash('sha256').update(Buffer.from('two')).digest('base64url');

    expect(second.hash).toBe(macOf({ type: 'page', number: 4, count: 3, at: 6, previous: first.hash, digest }));
    expect(chain.anchorAt(second).proof).toBe(macOf({ type: 'anchor', number: 4, hash: second.hash }));
  });

  it('hashes an entry by itself as before there were pages', () => {
    const digest = createHash('sha256').update(Buffer.from('old')).digest('base64url');
    const old = chain.link(second, { at: 7, count: 1, form: 'json', sealed: Buffer.from('old') });

    expect(old.hash).toBe(macOf({ type: 'entry', number: 5, at: 7, previous: second.hash, digest }));
  });

  it.each([
    ['number', { number: 3 }],
    ['count', { count: 2 }],
    ['time', { at: 7 }],
    ['form', { form: 'json' as const }],
    ['content', { sealed: Buffer.from('twO') }],
  ])('gives another hash for another %s', (_what, change) => {
    expect(chain.hashOf({ ...second, ...change }, first.hash)).not.toBe(second.hash);
  });

  it('cannot be made without its key', () => {
    const forger = createChain(createAuditKey());
    expect(forger.link(START, { at: 5, count: 1, form: 'lines', sealed: Buffer.from('one') }).hash).not.toBe(
      first.hash,
    );
    expect(chain.isOurs(forger.anchorAt(first))).toBe(false);
    expect(chain.isOurs(chain.anchorAt(first))).toBe(true);
    expect(chain.isOurs({ ...chain.anchorAt(first), number: 2 })).toBe(false);
  });

  it('never takes the proof of an anchor for the hash of an entry', () => {
    expect(chain.anchorAt(first).proof).not.toBe(first.hash);
  });

  it('has a key that opens with the keyring it was sealed with, and no other', () => {
    const vault = createVault([{ id: 'k1', key: new Secret(Buffer.alloc(32, 2)) }]);
    const other = createVault([{ id: 'k1', key: new Secret(Buffer.alloc(32, 3)) }]);
    const sealed = sealAuditKey(vault, KEY);
    expect(openAuditKey(vault, sealed).reveal()).toEqual(KEY.reveal());
    expect(() => openAuditKey(other, sealed)).toThrow(expect.objectContaining({ code: 'store.corrupt' }));
  });
});
