import { type Catalogue, loadCatalogue } from '../catalogue.js';
import type { Config } from '../config.js';
import type { Account, Credential } from '../connections/connection.js';
import { type Connections, createConnections } from '../connections/connections.js';
import type { ParentConnection } from '../connections/parent-connection.js';
import { createRevocationPlan } from '../connections/revocation-plan.js';
import { type MadeEntries, madeIn } from '../connections/shared-states.js';
import type { ConnectionEntry } from '../connectors/connections-file.js';
import type { Clock } from '../kernel/clock.port.js';
import { BehalfError } from '../kernel/errors.js';
import { noMetrics } from '../kernel/metrics.port.js';
import { Secret } from '../kernel/secret.js';
import { systemClock } from '../kernel/system-clock.js';
import { sharedLogins } from '../shared-logins.js';
import { assetRoutes } from '../web/assets.js';
import { loginPath, loginRoutes } from '../web/login-routes.js';
import { byAdministrator, createAuditTrail } from './audit.js';
import { demandStore } from './existing-store.js';
import { sharedStatesIn } from './made-connections.js';
import { type Basics, openStores, originOf } from './open-stores.js';
import { openVault } from './open-vault.js';
import { createPersonTools, type PersonTools } from './person-tools.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** What commands do with stored connections. */
export interface OpenedConnections {
  readonly catalogue: Catalogue;
  readonly connections: Connections;
  readonly clock: Clock;
  /** Tries a credential out at the app; gives its account where the app tells it. */
  tryOut(parent: ParentConnection, credential: Credential): Promise<Account | undefined>;
  /** Keeps an entry that is made at run time, once it has no mistakes. Rejects with `connection.invalid`. */
  make(name: string, entry: ConnectionEntry): Promise<void>;
  /** Makes a login link for the connection that everybody shares; gives its URL. */
  sharedLoginUrl(connection: string): Promise<string>;
  /** Serves the login pages on the service's port, where no service answers; gives back how to stop. */
  serveLogins(): Promise<() => Promise<void>>;
  /** What is kept about single persons. */
  readonly people: PersonTools;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** One that is read in any case. */
  readonly connector?: string;
  /** True: where there is no store yet, one is made. Otherwise that is `config.invalid`. */
  readonly mayMake?: boolean;
}

/** The stored connections without the rest of the service, for commands. */
export async function openConnections(
  config: Config,
  environment: Environment,
  options: OpenOptions = {},
): Promise<OpenedConnections> {
  if (!options.mayMake) await demandStore(config);
  const logger = (await import('../../adapters/pino/index.js')).createLogger({ level: 'silent' });
  const basics: Basics = { clock: systemClock, logger, metrics: noMetrics };
  const vault = await openVault(config, logger);
  const stores = await openStores(config, basics);
  const trail = createAuditTrail(config, { stores, vault, ...basics });
  const audit = { audit: byAdministrator(trail) };
  const made = madeIn(await sharedStatesIn(stores, vault));
  const load = (more: MadeEntries) => {
    const moreConnectors = options.connector === undefined ? [] : [options.connector];
    return loadCatalogue({ ...config, made: new Map([...made, ...more]), moreConnectors }, environment);
  };
  const catalogue = await load(new Map());
  const http = (await import('../../adapters/undici/index.js')).createHttpClient({
    allowPrivateHosts: config.egressAllow,
    ...basics,
  });
  const { createOAuth1Client, createOAuthClient } = await import('../../adapters/oauth/index.js');
  const oauth = createOAuthClient({ httpClient: http, clock: systemClock });
  const oauth1 = createOAuth1Client({ httpClient: http, clock: systemClock });
  const { logins, tryOut } = sharedLogins(config, catalogue, {
    stores,
    http,
    oauth,
    oauth1,
    vault,
    ...audit,
    ...basics,
  });
  const revocations = createRevocationPlan({
    queue: stores.revocations,
    vault,
    parents: catalogue.parent,
    clock: systemClock,
  });
  const connections = createConnections({
    store: stores.connections,
    leases: stores.leases,
    vault,
    oauth,
    revocations,
    parents: catalogue.parent,
    ...audit,
    ...basics,
  });
  return {
    catalogue,
    connections,
    clock: systemClock,
    people: createPersonTools({ stores, vault, connections, clock: systemClock, ...audit }),
    tryOut,
    async make(name, entry) {
      const sealed = new Secret(JSON.stringify(entry));
      const { parent, problems } = await load(new Map([[name, sealed]]));
      const own = problems.filter(({ file }) => file.startsWith('made at run time') && file.endsWith(` ${name}`));
      if (!parent(name)) {
        const what = own.map(({ hint, message }) => `${message}${hint ? ` (${hint})` : ''}`).join('; ');
        throw new BehalfError(
          'connection.invalid',
          `${name} cannot be made: ${what || 'its client id is used elsewhere'}`,
        );
      }
      if (await connections.make(name, sealed)) return;
      throw new BehalfError('connection.invalid', `There is a connection ${name} already`);
    },
    async sharedLoginUrl(connection) {
      const { token } = await logins.createLink({ owner: 'shared', connection, context: {}, popUp: false });
      return `${config.publicUrl}${loginPath(token)}`;
    },
    async serveLogins() {
      const server = (await import('../../adapters/node-http/index.js')).createHttpServer({
        logger,
        isHttps: config.publicUrl.startsWith('https:'),
      });
      const routes = loginRoutes({
        logins,
        publicUrl: config.publicUrl,
        providerOrigin: (connection) => originOf(catalogue.parent(connection)),
        platformTitle: (platform) => platform,
        popUpScripts: () => [],
        defaultLocale: config.defaultLocale,
        logger,
      });
      await server.listen([...assetRoutes(), ...routes], config.port);
      return () => server.close();
    },
    async close() {
      await trail.stop();
      await Promise.allSettled([http.close(), stores.health.close()]);
    },
  };
}
