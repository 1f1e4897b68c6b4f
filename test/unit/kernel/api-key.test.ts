import { createHash } from 'node:crypto';
import { apiKeyEntry, findApiKey, generateApiKey, parseApiKeys } from '../../../src/kernel/api-key.js';

const ERP = generateApiKey();
const BOSS = generateApiKey();
const TEXT = `${apiKeyEntry('erp', ERP, 'run')}, ${apiKeyEntry('boss', BOSS, 'admin')}`;
const HASH = 'a'.repeat(64);

describe('API keys', () => {
  test('are found by the key alone, with their name and role', () => {
    const keys = parseApiKeys(TEXT);
    expect(findApiKey(keys, ERP)).toMatchObject({ name: 'erp', role: 'run' });
    expect(findApiKey(keys, BOSS)).toMatchObject({ name: 'boss', role: 'admin' });
    for (const other of ['', 'erp', `${ERP} `, ERP.slice(0, -1), ERP.toUpperCase(), generateApiKey()])
      expect(findApiKey(keys, other)).toBeUndefined();
  });

  test('are random, and do not stand in their setting', () => {
    expect(new Set(Array.from({ length: 100 }, generateApiKey)).size).toBe(100);
    expect(TEXT).not.toContain(ERP);
    expect(TEXT).toContain(createHash('sha256').update(ERP).digest('hex'));
  });

  test('that somebody has thought up are none', () => {
    const hash = createHash('sha256').update('swordfish').digest('hex');
    expect(findApiKey(parseApiKeys(`erp:${hash}`), 'swordfish')).toBeUndefined();
  });

  test('may be two of one name, so that one can be replaced by the other', () => {
    const next = generateApiKey();
    const keys = parseApiKeys(`${apiKeyEntry('erp', ERP, 'run')},${apiKeyEntry('erp', next, 'run')}`);
    expect([ERP, next].map((key) => findApiKey(keys, key)?.name)).toEqual(['erp', 'erp']);
  });

  test.each([
    ['erp', 'entry 1 is not name:hash'],
    [`erp:${HASH},`, 'entry 2 is not name:hash'],
    [`erp:${HASH}:root`, 'entry 1 is not name:hash'],
    [`erp:${HASH.toUpperCase()}`, 'entry 1 is not name:hash'],
    [`Erp:${HASH}`, 'the name of entry 1 must be'],
    [`:${HASH}`, 'the name of entry 1 must be'],
    [`a:${HASH},b:${HASH}`, 'entry 2 has the same hash as another one'],
  ])('are refused when written wrongly, without being shown: %s', (text, message) => {
    expect(() => parseApiKeys(text)).toThrow(
      expect.objectContaining({ code: 'config.invalid', message: expect.stringContaining(message) }),
    );
    expect(() => parseApiKeys(text)).not.toThrow(HASH);
  });
});
