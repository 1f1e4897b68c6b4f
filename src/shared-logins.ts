import type { Drivers, ServicePolicy } from './assemble.js';
import { type Catalogue, connectorOf } from './catalogue.js';
import type { Credential } from './connections/connection.js';
import { createConnections } from './connections/connections.js';
import { bearer } from './connections/credential-finder.js';
import { createLogins } from './connections/logins.js';
import type { ParentConnection } from './connections/parent-connection.js';
import { createRevocationPlan } from './connections/revocation-plan.js';
import { lookUpAccount, tryConnection } from './connectors/account-lookup.js';

/** Logins of the connections that everybody shares, and trying connections out, without a chat: for commands. */
export function sharedLogins(
  policy: Pick<ServicePolicy, 'identityCheck' | 'loginTimeoutMs'>,
  catalogue: Catalogue,
  drivers: Omit<Drivers, 'chats' | 'isAlone'>,
) {
  const { clock, http, stores, vault } = drivers;
  const parents = catalogue.parent;
  const revocations = createRevocationPlan({ queue: stores.revocations, vault, clock, parents });
  const connections = createConnections({
    ...drivers,
    store: stores.connections,
    leases: stores.leases,
    revocations,
    parents,
  });
  const call = (parent: ParentConnection, credential: Credential) => {
    return { connector: connectorOf(catalogue.connector, parent), parent, credential, http, clock };
  };
  const logins = createLogins({
    ...drivers,
    connections,
    store: stores.expiring,
    revocations,
    parents,
    lookUpAccount: (parent, tokens) => lookUpAccount(call(parent, bearer(tokens, 0))),
    trySecrets: (parent, credential) => tryConnection(call(parent, credential)),
    profile: async ({ userId }) => ({ name: userId, place: '' }),
    policy: { identityCheck: policy.identityCheck, linkTtlMs: policy.loginTimeoutMs },
    onConnected: async () => undefined,
  });
  return {
    logins,
    tryOut: (parent: ParentConnection, credential: Credential) => tryConnection(call(parent, credential)),
  };
}
