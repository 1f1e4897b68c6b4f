import { auditPersonOf, chatUserOf } from '../../../src/cli/person.js';

describe('a person on a command line', () => {
  it.each(['slack:T1:U1', 'slack/T1/U1'])('is the same person for every command as %s', (text) => {
    expect(chatUserOf(text)).toEqual({ platform: 'slack', tenantId: 'T1', userId: 'U1' });
    expect(auditPersonOf(text)).toBe('slack/T1/U1');
  });

  it('may be a user id, or a program, in the audit log alone', () => {
    expect(auditPersonOf('U1')).toBe('U1');
    expect(auditPersonOf('api:keys:erp')).toBe('api/keys/erp');
    expect(() => chatUserOf('U1')).toThrow('Write platform, tenant and user');
    expect(() => chatUserOf('api:keys:erp')).toThrow('Write platform, tenant and user');
  });

  it.each(['', ':', 'U1:', 'slack:T1', 'slack::U1', 'slak:T1:U1', 'api:other:erp', 'slack:T1:U1:more'])(
    'is nobody as "%s"',
    (text) => {
      expect(() => chatUserOf(text)).toThrow('slack:T0123:U0456');
      expect(() => auditPersonOf(text)).toThrow('slack:T0123:U0456');
    },
  );
});
