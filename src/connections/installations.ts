import type { Clock } from '../kernel/clock.port.js';
import { BehalfError } from '../kernel/errors.js';
import { randomFraction } from '../kernel/ids.js';
import type { Logger } from '../kernel/logger.port.js';
import type { Metrics } from '../kernel/metrics.port.js';
import type { Vault } from '../kernel/vault.js';
import { activateConnection } from './activate-connection.js';
import type { Connection, ConnectionOwner, PersonOwner } from './connection.js';
import { type ConnectionRecords, createConnectionRecords } from './connection-records.js';
import type { ConnectionStore } from './connection-store.port.js';
import { eachOwner } from './each-owner.js';
import { endConnection } from './end-connection.js';
import type { Installation, InstallationFacts, Installations, OpenInstallations } from './installations.port.js';
import type { LeaseStore } from './lease-store.port.js';
import type { RevocationPlan } from './revocation-plan.js';
import { TokenRefresher } from './token-refresher.js';

/** Their rows stand among the connections, under a name that no entry of `connections.yaml` can have. */
export const INSTALLATION = '(installation)';

export interface InstallationsDeps {
  readonly store: ConnectionStore;
  readonly leases: LeaseStore;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** 0 to 1; spreads refreshes. Default `randomFraction`. */
  readonly random?: () => number;
}

/** The platform ends tokens of an installation itself, when the app is removed: nothing has to be told to it. */
const NO_REVOCATION: RevocationPlan = {
  add: async () => ({ id: '', notice: 'unsupported' }),
  addLosers: async () => {},
  postpone: async () => false,
  cancel: async () => false,
};

/**
 * Installations are connections that a workspace owns, with the bot as their account: sealed for it, written over the
 * generation that was read, refreshed under a lease. No person has an empty user id.
 */
export function createInstallations(deps: InstallationsDeps): OpenInstallations {
  const records = createConnectionRecords(deps.store, deps.vault);
  const parts = { ...deps, records, revocations: NO_REVOCATION };
  return (platform, refresh) => {
    const ownerOf = (tenantId: string): PersonOwner => ({ platform, tenantId, userId: '' });
    const refresher = new TokenRefresher<undefined>({
      ...parts,
      random: deps.random ?? randomFraction,
      oauth: {
        refresh: (_app, tokens) => refresh(tokens),
        requestToken: () => Promise.reject(new BehalfError('internal', 'An installation has no grant of its own')),
      },
    });
    return {
      async find(tenantId) {
        const connection = await records.read(ownerOf(tenantId), INSTALLATION);
        if (connection?.tokens === undefined) return undefined;
        const fresh = await refresher.fresh({
          connection: { ...connection, tokens: connection.tokens },
          app: undefined,
        });
        return fresh && toInstallation(tenantId, fresh);
      },
      async ended(tenantId) {
        const connection = await records.read(ownerOf(tenantId), INSTALLATION);
        return connection && connection.tokens === undefined ? factsOf(tenantId, connection) : undefined;
      },
      async save({ botUserId, name, organization, tenantId }, tokens) {
        await activateConnection(parts, {
          owner: ownerOf(tenantId),
          name: INSTALLATION,
          grant: { tokens },
          account: { id: botUserId, label: name, ...(organization === undefined ? {} : { organization }) },
        });
      },
      async remove(tenantId) {
        const request = { owner: ownerOf(tenantId), name: INSTALLATION, removeRow: true };
        return (await endConnection(parts, request)) !== undefined;
      },
      hasAnyOf: (organization) => hasAnyOf({ store: deps.store, records }, platform, organization),
    } satisfies Installations;
  };
}

function toInstallation(tenantId: string, connection: Connection): Installation | undefined {
  const facts = factsOf(tenantId, connection);
  const { connectedAt, tokens } = connection;
  if (!facts || !tokens) return undefined;
  return { ...facts, token: tokens.accessToken, scopes: tokens.scopes, installedAt: connectedAt };
}

function factsOf(tenantId: string, { account }: Connection): InstallationFacts | undefined {
  if (account === undefined) return undefined;
  const { id, label, organization } = account;
  return { tenantId, name: label, botUserId: id, ...(organization === undefined ? {} : { organization }) };
}

/** Reads every installation: there are as many as workspaces, and it is asked only when one is removed. */
async function hasAnyOf(
  { records, store }: { readonly records: ConnectionRecords; readonly store: ConnectionStore },
  platform: string,
  organization: string,
): Promise<boolean> {
  const isOfIt = async (owner: ConnectionOwner): Promise<boolean> => {
    if (owner === 'shared' || owner.platform !== platform) return false;
    const found = await records.look(owner, INSTALLATION);
    if (found?.kind !== 'readable' || found.connection.tokens === undefined) return false;
    return owner.tenantId === organization || found.connection.account?.organization === organization;
  };
  return (await eachOwner(store, INSTALLATION, isOfIt)) > 0;
}
