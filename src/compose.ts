import { assemble } from './assemble.js';
import { fingerprintOf, loadCatalogue, stoppedBetween } from './catalogue.js';
import { isPlatform, PLATFORM_TITLES } from './chat/chat-user.js';
import { speaking } from './chat/speaking.js';
import { openApiRoutes } from './compose/api.js';
import { createAuditTrail } from './compose/audit.js';
import { createChats } from './compose/chats.js';
import { isSameMade, readMade } from './compose/made-connections.js';
import { type Basics, openStores, originOf } from './compose/open-stores.js';
import { openVault } from './compose/open-vault.js';
import { rotateAtStart } from './compose/rotate-at-start.js';
import { createSignIns } from './compose/sign-ins.js';
import { openTracing, ownHosts } from './compose/tracing.js';
import type { Config } from './config.js';
import { lookingAgain } from './connections/looking-again.js';
import { madeIn } from './connections/shared-states.js';
import { asBehalfError } from './kernel/errors.js';
import type { HttpRoute } from './kernel/http.js';
import type { Logger } from './kernel/logger.port.js';
import { systemClock } from './kernel/system-clock.js';
import { tracedHttpClient } from './kernel/traced-http-client.js';
import type { Tracing } from './kernel/tracing.port.js';
import { LiveCatalogue, type LiveCatalogueDeps } from './live-catalogue.js';
import { assetRoutes } from './web/assets.js';
import { exportRoutes } from './web/export-routes.js';
import { frontRoutes } from './web/front-routes.js';
import { healthRoutes } from './web/health-routes.js';
import { loginRoutes } from './web/login-routes.js';

/** Time that running jobs get to end when the service stops; orchestrators kill after 30 s. */
const DRAIN_MS = 20_000;
/** Longer than load balancers take between two looks at `/readyz`: what they send until then is still taken in. */
const NOTICE_MS = 5_000;
/** The same for all: requests under way get what the jobs have left of it. */
const STOP_MS = 23_000;
/** Connections that do not close by then end with the process. */
const CLOSE_MS = 1_000;

/** The running service. */
export interface Service {
  readonly port: number;
  readonly logger: Logger;
  /** Reads recipes, connectors and connections again, as it does by itself when their files change. */
  reload(): Promise<void>;
  /** Takes nothing new, lets what runs end, and closes everything. */
  stop(): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Builds the whole service from its configuration and starts it. The one place where ports meet their drivers; each driver
 * is loaded only when the configuration asks for it.
 * @throws BehalfError `config.invalid` and other codes of files that people write
 */
export async function startService(config: Config, environment: Environment): Promise<Service> {
  const clock = systemClock;
  let tracing: Tracing | undefined;
  const metrics = (await import('../adapters/prometheus/index.js')).createMetrics();
  const logger = (await import('../adapters/pino/index.js')).createLogger({
    level: config.logLevel,
    onLost: () => metrics.count('log_lost'),
    ...(config.tracing ? { joinWith: () => tracing?.logFields() } : {}),
  });
  const basics: Basics = { clock, logger, metrics };
  tracing = await openTracing(config, basics);
  if (config.identityCheck === 'off-insecure')
    logger.warn(
      {},
      'LOGIN_IDENTITY_CHECK is off-insecure: a forwarded login link connects whoever opens it to the person who asked',
    );
  const vault = await openVault(config, logger);
  const stores = await openStores(config, basics);
  const trail = createAuditTrail(config, { stores, vault, ...basics });
  const audit = { audit: trail };
  for (const warning of await stores.health.warnings()) logger.warn({}, warning);
  let made = await readMade(stores, vault, logger);
  let onChange: LiveCatalogueDeps['onChange'] = async () => {};
  const catalogue = await LiveCatalogue.start({
    fingerprint: () => fingerprintOf({ ...config, made }),
    load: (before) => loadCatalogue({ ...config, made }, environment, before),
    onChange: (before, after) => onChange(before, after),
    ...basics,
  });
  if (catalogue.current().recipes.commands().length === 0) {
    logger.warn(
      { configDir: config.configDir },
      'no recipe can start: people will find no commands but the built-in ones',
    );
  }

  const { createHttpClient } = await import('../adapters/undici/index.js');
  const toApps = createHttpClient({ allowPrivateHosts: config.egressAllow, ...basics });
  const http = tracedHttpClient(toApps, tracing, await ownHosts(config));
  const { createOAuth1Client, createOAuthClient } = await import('../adapters/oauth/index.js');
  const oauth = createOAuthClient({ httpClient: http, clock });
  const oauth1 = createOAuth1Client({ httpClient: http, clock });
  // The platforms' hosts are fixed by the configuration: no rules for what people and connectors may call.
  const httpClient = tracedHttpClient(createHttpClient({ allowPrivateHosts: 'all', ...basics }), tracing);
  const chats = await createChats(config, { ...basics, ...audit, httpClient, fileClient: http, vault, stores });
  const signIns = await createSignIns(config, { httpClient, ...basics });
  const assembly = assemble(config, () => catalogue.current(), {
    stores,
    ...audit,
    tracing,
    http,
    oauth,
    oauth1,
    chats,
    signIns,
    vault,
    isAlone: config.store.kind === 'embedded',
    async onSharedStates(states) {
      const now = madeIn(states);
      if (isSameMade(made, now)) return;
      made = now;
      await catalogue.reload();
    },
    ...basics,
  });
  const {
    admits,
    departures,
    endForeignConnections,
    handleEvent,
    holds,
    jobs,
    keepAlive,
    logins,
    onLifecycle,
    revoker,
    shared,
  } = assembly;
  const endForeign = () =>
    endForeignConnections().catch((error: unknown) => {
      logger.warn({ err: asBehalfError(error) }, 'connections that were made with another client could not be ended');
    });
  onChange = async (before, after) => {
    await endForeign();
    holds.tell();
    for (const recipe of stoppedBetween(before, after)) {
      // What cannot be ended now is told when its login comes, or when it has waited long enough.
      await jobs.waiting.recipeStopped(recipe).catch((error: unknown) => {
        logger.warn(
          { recipe: recipe.id, err: asBehalfError(error) },
          'the waiting jobs of a stopped recipe go on waiting',
        );
      });
    }
  };

  let serving = false;
  const server = (await import('../adapters/node-http/index.js')).createHttpServer({
    ...{ logger, metrics },
    isHttps: config.publicUrl.startsWith('https:'),
  });
  const routes: readonly HttpRoute[] = [
    ...healthRoutes({ checkStore: (timeoutMs) => stores.health.check(timeoutMs), isServing: () => serving, metrics }),
    ...assetRoutes(),
    ...frontRoutes(config),
    ...loginRoutes({
      logins: lookingAgain(logins, { look: () => shared.look(), parents: (name) => catalogue.current().parent(name) }),
      publicUrl: config.publicUrl,
      providerOrigin: (connection) => originOf(catalogue.current().parent(connection)),
      platformTitle: (platform) => (isPlatform(platform) ? PLATFORM_TITLES[platform] : 'the chat'),
      popUpScripts: (platform) => chats.find((chat) => chat.platform === platform)?.popUpScripts ?? [],
      defaultLocale: config.defaultLocale,
      signIns,
      logger,
    }),
    ...exportRoutes({ ...config, exports: assembly.exports, logger }),
    ...openApiRoutes(config, () => catalogue.current(), assembly, { ...basics, limiter: stores.limiter, tracing }),
    ...chats.flatMap((chat) => chat.routes),
  ];
  await Promise.all(chats.map((chat) => chat.start(speaking(handleEvent, config.defaultLocale), admits, onLifecycle)));
  await jobs.start();
  revoker.start();
  await shared.start();
  departures.start();
  keepAlive.start();
  trail.start();
  await catalogue.follow((await import('../adapters/files/index.js')).createFileWatcher(basics), config.configDir);
  if (config.store.kind === 'embedded') void rotateAtStart({ stores, vault, ...audit, ...basics });
  // They would end when they are used, too: nobody has to wait for it.
  void endForeign();
  const port = await server.listen(routes, config.port);
  serving = true;
  logger.info(
    {
      port,
      publicUrl: config.publicUrl,
      store: config.store.kind,
      recipes: catalogue.current().recipes.started().length,
      platforms: chats.map((chat) => chat.platform),
    },
    'Behalf is ready',
  );

  return {
    port,
    logger,
    reload: () => catalogue.reload(),
    async stop() {
      serving = false;
      shared.stop();
      await catalogue.stop();
      const until = clock.now() + STOP_MS;
      // Until then readiness says no, and what load balancers still send is put in the queue for another process.
      const noticed = config.store.kind === 'embedded' ? undefined : clock.sleep(NOTICE_MS);
      await Promise.all([jobs.stop(DRAIN_MS), noticed]);
      assembly.stopSaying();
      const ends = [
        server.close(),
        revoker.stop(),
        departures.stop(),
        keepAlive.stop(),
        ...chats.map((chat) => chat.stop()),
      ];
      await Promise.race([Promise.allSettled(ends), clock.sleep(until - clock.now())]);
      // Last of all that uses the store: whatever was done is noted by now.
      await Promise.race([trail.stop(), clock.sleep(CLOSE_MS)]);
      const closed = Promise.allSettled([
        tracing?.stop(CLOSE_MS),
        http.close(),
        httpClient.close(),
        stores.health.close(),
      ]);
      await Promise.race([closed, clock.sleep(CLOSE_MS)]);
    },
  };
}
