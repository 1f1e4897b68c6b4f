import type { AuditEvent } from '../kernel/audit.port.js';
import type { Account, ConnectionOwner } from './connection.js';
import type { ConnectionRecords } from './connection-records.js';
import type { Departed } from './departure-queue.port.js';

/** Whose it is, for the audit log; nobody's where everybody shares it. */
export function auditedOwner(owner: ConnectionOwner | Departed | undefined): Pick<AuditEvent, 'person'> {
  if (owner === undefined || owner === 'shared') return {};
  const { platform, tenantId: tenant, userId: user } = owner;
  return { person: { platform, tenant, ...(user === undefined ? {} : { user }) } };
}

export function auditedAccount(account: Account | undefined): Pick<AuditEvent, 'account'> {
  return account === undefined ? {} : { account: { id: account.id, label: account.label } };
}

/** Tells each connection that from now on needs a login. */
export function notingNeedsLogin(records: ConnectionRecords, note: (event: AuditEvent) => void): ConnectionRecords {
  return {
    ...records,
    async write(connection) {
      const isWritten = await records.write(connection);
      const { account, name, owner, reason, status } = connection;
      if (isWritten && status === 'needs_login')
        note({
          kind: 'connection',
          outcome: 'needs_login',
          by: 'service',
          connection: name,
          ...auditedOwner(owner),
          ...auditedAccount(account),
          ...(reason === undefined ? {} : { code: reason }),
        });
      return isWritten;
    },
  };
}
