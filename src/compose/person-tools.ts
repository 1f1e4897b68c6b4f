import type { Stores } from '../assemble.js';
import { exportParts, noteErasure, noteExport } from '../assemble-privacy.js';
import type { ChatUser } from '../chat/chat-user.js';
import { type Connections, UNREADABLE } from '../connections/connections.js';
import { CancelWishes } from '../jobs/cancel-wishes.js';
import { PersonJobs } from '../jobs/person-jobs.js';
import type { Audit } from '../kernel/audit.port.js';
import type { Clock } from '../kernel/clock.port.js';
import type { Vault } from '../kernel/vault.js';
import { type Erased, erasePerson } from '../privacy/erase-person.js';
import { exportPerson } from '../privacy/export-person.js';

/** What somebody at the terminal does with all that is kept about a person. */
export interface PersonTools {
  /** As JSON in pieces. `onClosed`: called where no key opens something, which is marked then. */
  export(user: ChatUser, onClosed: () => void): AsyncIterable<string>;
  /** How much there is. `unreadable`: connections whose logins no key opens, so that no app can be asked to revoke them. */
  count(
    user: ChatUser,
  ): Promise<{ readonly connections: number; readonly requests: number; readonly unreadable: readonly string[] }>;
  /** Erases it, without a word in the chat. */
  erase(user: ChatUser): Promise<Erased>;
}

/** Works beside the running service where the store allows it: what runs there is asked to end. */
export function createPersonTools(parts: {
  readonly stores: Stores;
  readonly vault: Vault;
  readonly connections: Connections;
  readonly clock: Clock;
  readonly audit?: Audit;
}): PersonTools {
  const { audit, clock, connections, stores } = parts;
  const wishes = new CancelWishes(stores.expiring, clock);
  const jobs = new PersonJobs({
    store: stores.jobs,
    // It is removed together with all others.
    cancelWaiting: async () => {},
    askToCancel: (id) => wishes.put(id),
    clock,
  });
  return {
    export(user, onClosed) {
      noteExport(audit, user);
      return exportPerson(exportParts({ ...parts, jobs }), user, { onClosed });
    },
    async count(user) {
      let requests = 0;
      for await (const _ of jobs.all(user)) requests += 1;
      const found = await connections.list(user);
      const unreadable = found.filter(({ reason }) => reason === UNREADABLE).map(({ name }) => name);
      return { connections: found.length, requests, unreadable };
    },
    async erase(user) {
      const erased = await erasePerson({ records: stores.expiring, connections, jobs, clock }, user);
      if (erased.isWhole) noteErasure(audit, user, erased.connections.length);
      return erased;
    },
  };
}
