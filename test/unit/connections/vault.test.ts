import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { isBehalfError } from '../../../src/kernel/errors.js';
import { parseKeyring } from '../../../src/kernel/key-entries.js';
import { Secret } from '../../../src/kernel/secret.js';
import { createVault, type VaultKey } from '../../../src/kernel/vault.js';

const OLD: VaultKey = { id: 'old', key: new Secret(randomBytes(32)) };
const NEW: VaultKey = { id: 'new', key: new Secret(randomBytes(32)) };
const CORRUPT = expect.objectContaining({ code: 'store.corrupt' });

describe('the vault', () => {
  const vault = createVault([NEW, OLD]);

  it('opens what it sealed', () => {
    expect(vault.open('job', ['j1'], vault.seal('job', ['j1'], 'héllo')).toString()).toBe('héllo');
    expect(vault.openJson('job', [], vault.sealJson('job', [], { a: [1, null] }))).toEqual({ a: [1, null] });
  });

  it('seals the same thing differently every time', () => {
    const seal = () => Buffer.from(vault.seal('job', ['j1'], 'same')).toString('hex');
    expect(new Set(Array.from({ length: 50 }, seal)).size).toBe(50);
  });

  it('opens nothing under another type, other parts, or parts cut elsewhere', () => {
    const sealed = vault.seal('connection', ['a', 'bc'], 'secret');
    expect(() => vault.open('job', ['a', 'bc'], sealed)).toThrow(CORRUPT);
    expect(() => vault.open('connection', ['a', 'bd'], sealed)).toThrow(CORRUPT);
    expect(() => vault.open('connection', ['ab', 'c'], sealed)).toThrow(CORRUPT);
    expect(() => vault.open('connection', ['bc', 'a'], sealed)).toThrow(CORRUPT);
    expect(() => vault.open('connection', ['a', 'bc', ''], sealed)).toThrow(CORRUPT);
  });

  it('notices a change of any byte, and every cut', () => {
    const sealed = Buffer.from(vault.seal('job', ['j1'], 'secret'));
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Buffer.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => vault.open('job', ['j1'], changed)).toThrow(CORRUPT);
      expect(() => vault.open('job', ['j1'], sealed.subarray(0, index))).toThrow(CORRUPT);
    }
  });

  it('opens with every key of the ring, and tells what is to be sealed anew', () => {
    const sealed = createVault([OLD]).seal('job', [], 'kept');
    expect(vault.open('job', [], sealed).toString()).toBe('kept');
    expect(vault.needsRotation(sealed)).toBe(true);
    expect(vault.needsRotation(vault.seal('job', [], 'fresh'))).toBe(false);
    expect(() => createVault([NEW]).open('job', [], sealed)).toThrow(CORRUPT);
  });

  it('does not open under another key of the same id', () => {
    const impostor = createVault([{ id: 'new', key: new Secret(randomBytes(32)) }]);
    expect(() => impostor.open('job', [], vault.seal('job', [], 'x'))).toThrow(CORRUPT);
  });
});

describe('a keyring', () => {
  const a = randomBytes(32).toString('base64');
  const b = randomBytes(32).toString('base64url');

  it('is read in order, in both alphabets of base64', () => {
    expect(parseKeyring(`k2:${a}, k1:${b}`).map(({ id, key }) => [id, key.reveal().length])).toEqual([
      ['k2', 32],
      ['k1', 32],
    ]);
  });

  it.each([
    ['nothing', '', 'Encryption key 1 is not of the form id:base64'],
    ['no id', `:${a}`, 'The id of encryption key 1 must be 1 to 32 letters, digits, "_", "." or "-"'],
    [
      'a short key',
      'k1:c2hvcnQ=',
      'Encryption key "k1" has 5 bytes; it must have 32. Make one with `behalf keys generate`',
    ],
    ['no base64', 'k1:***', 'Encryption key 1 ("k1") is not base64'],
    ['an id twice', `k1:${a},k1:${b}`, 'Encryption key id "k1" is there twice'],
    ['a comma too many', `k1:${a},`, 'Encryption key 2 is not of the form id:base64'],
  ])('with %s is refused', (_name, text, message) => {
    expect(() => parseKeyring(text)).toThrow(expect.objectContaining({ code: 'config.invalid', message }));
  });

  it('never shows a key in what it complains about', () => {
    const key = `${a.slice(0, 20)}+CANARY`;
    for (const text of [key, `k1:${key}`, `${key}:${a}`, `k1:${key}!`]) {
      const error = errorOf(() => parseKeyring(text));
      expect(isBehalfError(error, 'config.invalid')).toBe(true);
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('CANARY');
    }
  });
});

function errorOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
