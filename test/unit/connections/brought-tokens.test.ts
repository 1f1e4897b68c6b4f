import { BroughtTokens, type WithTokens } from '../../../src/connections/brought-tokens.js';
import type { TokenSet } from '../../../src/connections/connection.js';
import { Secret } from '../../../src/kernel/secret.js';

const MINUTE = 60_000;

function tokens(number: number): TokenSet {
  return {
    accessToken: new Secret(`access-${number}`),
    refreshToken: new Secret(`refresh-${number}`),
    issuedAt: 0,
    scopes: [],
  };
}

function connection(generation: number, held = tokens(generation)): WithTokens {
  const owner = { platform: 'slack', tenantId: 'T1', userId: 'U1' };
  return { owner, name: 'crm', generation, status: 'connected', connectedAt: 0, changedAt: 0, tokens: held };
}

describe('tokens that a refresh brought', () => {
  it('are known for the tokens that they were made from, and for no others', () => {
    const brought = new BroughtTokens();
    const fresh = tokens(2);
    brought.add('crm', connection(1), fresh);
    expect(brought.madeFrom('crm', connection(1))).toBe(fresh);
    expect(brought.madeFrom('crm', connection(2))).toBeUndefined();
    expect(brought.madeFrom('crm', connection(1, tokens(7)))).toBeUndefined();
    expect(brought.madeFrom('files', connection(1))).toBeUndefined();
  });

  it('are forgotten a minute after they were saved, and not before', () => {
    const brought = new BroughtTokens();
    const [saved, unsaved] = [tokens(2), tokens(2)];
    brought.add('crm', connection(1), saved);
    brought.add('files', connection(1), unsaved);
    brought.markSaved('crm', 0);
    expect(brought.isUnsaved('crm', saved)).toBe(false);
    expect(brought.isUnsaved('files', unsaved)).toBe(true);
    brought.markSaved('mail', MINUTE);
    expect(brought.madeFrom('crm', connection(1))).toBe(saved);
    brought.markSaved('mail', MINUTE + 1);
    expect(brought.madeFrom('crm', connection(1))).toBeUndefined();
    expect(brought.madeFrom('files', connection(1))).toBe(unsaved);
  });

  it('are not taken for those of a later refresh', () => {
    const brought = new BroughtTokens();
    const [first, second] = [tokens(2), tokens(3)];
    brought.add('crm', connection(1), first);
    brought.add('crm', connection(2), second);
    expect(brought.isUnsaved('crm', first)).toBe(false);
    expect(brought.isUnsaved('crm', second)).toBe(true);
  });
});
