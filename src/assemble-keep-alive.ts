import type { ChatUser } from './chat/chat-user.js';
import { chatUserOf } from './commands/login-notices.js';
import type { ConnectionStore } from './connections/connection-store.port.js';
import type { Connections } from './connections/connections.js';
import { KeepAlive } from './connections/keep-alive.js';
import type { KeepAliveList } from './connections/keep-alive-list.port.js';
import { KeepAliveSweep } from './connections/keep-alive-sweep.js';
import type { LeaseStore } from './connections/lease-store.port.js';
import type { ParentConnection } from './connections/parent-connection.js';
import type { Clock } from './kernel/clock.port.js';
import type { ExpiringStore } from './kernel/expiring-store.port.js';
import { randomFraction } from './kernel/ids.js';
import type { Logger } from './kernel/logger.port.js';
import type { Metrics } from './kernel/metrics.port.js';

interface KeepAliveParts {
  readonly stores: {
    readonly connections: ConnectionStore;
    readonly expiring: ExpiringStore;
    readonly keepAlive: KeepAliveList;
    readonly leases: LeaseStore;
  };
  readonly connections: Pick<Connections, 'idle'>;
  readonly catalogue: () => { readonly parents: readonly ParentConnection[] };
  /** Shows a person their connections. */
  readonly home: { changed(user: ChatUser): void };
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** What uses the refresh tokens that would end unused. */
export function assembleKeepAlive({ catalogue, connections, home, stores, ...basics }: KeepAliveParts): KeepAlive {
  const { idle } = connections;
  const parents = () => catalogue().parents;
  const sweep = new KeepAliveSweep({
    store: stores.connections,
    list: stores.keepAlive,
    marks: stores.expiring,
    plan: (owner, name, parent) => idle.plan(owner, name, parent),
    parents,
  });
  return new KeepAlive({
    list: stores.keepAlive,
    idle,
    sweep,
    parents,
    leases: stores.leases,
    onEnded: (owner) => owner !== 'shared' && home.changed(chatUserOf(owner)),
    random: randomFraction,
    ...basics,
  });
}
