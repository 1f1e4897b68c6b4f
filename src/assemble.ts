import { appCaller, type CallApp, type PerformCall } from './assemble-calls.js';
import { assembleCommands } from './assemble-commands.js';
import { assembleKeepAlive } from './assemble-keep-alive.js';
import { assemblePrivacy } from './assemble-privacy.js';
import { chatFinder, fileReader, holderProfile, homeFinder, loginWays, measured, routerOf } from './assembly-parts.js';
import type { AuditStore } from './audit/audit-store.port.js';
import { type Catalogue, connectorOf } from './catalogue.js';
import type { Admits, ChatAdapter } from './chat/chat-adapter.port.js';
import type { ChatEventHandler } from './chat/chat-event.js';
import { createClicks } from './chat/clicks.js';
import { createFileReferences } from './chat/file-references.js';
import type { JobOwner } from './chat/job-owner.js';
import type { LifecycleHandler } from './chat/lifecycle-event.js';
import { AnswerForms } from './commands/answer-forms.js';
import { AnswerJobs } from './commands/answer-jobs.js';
import { EventClaims } from './commands/event-claims.js';
import { tracedEvents } from './commands/event-span.js';
import { FileIntake } from './commands/file-intake.js';
import { FormRefusals } from './commands/form-refusals.js';
import { Help } from './commands/help.js';
import { lifecycleHandler } from './commands/lifecycle.js';
import { chatUserOf, LoginNotices } from './commands/login-notices.js';
import { PatientChats } from './commands/patient-chats.js';
import { PersonalConnections } from './commands/personal-connections.js';
import { Questions } from './commands/questions.js';
import { StoppedRecipes } from './commands/stopped-recipes.js';
import { TakeAnswers } from './commands/take-answers.js';
import type { Config } from './config.js';
import type { BrowserIdentity } from './connections/browser-identity.port.js';
import type { ConnectionStore } from './connections/connection-store.port.js';
import { type Connections, createConnections } from './connections/connections.js';
import { bearer } from './connections/credential-finder.js';
import type { DepartureQueue } from './connections/departure-queue.port.js';
import type { Departures } from './connections/departures.js';
import type { KeepAlive } from './connections/keep-alive.js';
import type { KeepAliveList } from './connections/keep-alive-list.port.js';
import type { LeaseStore } from './connections/lease-store.port.js';
import { createLogins, type Logins } from './connections/logins.js';
import type { OAuthClient } from './connections/oauth-client.port.js';
import type { OAuth1Client } from './connections/oauth1-client.port.js';
import { createRevocationPlan } from './connections/revocation-plan.js';
import type { RevocationQueue } from './connections/revocation-queue.port.js';
import { Revoker } from './connections/revoker.js';
import type { SharedStates } from './connections/shared-states.js';
import { SharedWatch } from './connections/shared-watch.js';
import { lookUpAccount, tryConnection } from './connectors/account-lookup.js';
import { ApiJobs } from './jobs/api-jobs.js';
import type { JobQueue } from './jobs/job-queue.port.js';
import { tracedQueue } from './jobs/job-spans.js';
import type { JobStore } from './jobs/job-store.port.js';
import { Jobs } from './jobs/jobs.js';
import { admitsOutsider, type DenialOf, permissions } from './jobs/permission.js';
import { RecipeHolds } from './jobs/recipe-holds.js';
import { RecipeStops } from './jobs/recipe-stops.js';
import { reconnectScopes, SlotResolver } from './jobs/resolve-connections.js';
import type { Clock } from './kernel/clock.port.js';
import type { ExpiringStore } from './kernel/expiring-store.port.js';
import type { HttpClient } from './kernel/http-client.port.js';
import { type Observers, observersOf } from './kernel/observers.js';
import type { RateLimiter } from './kernel/rate-limiter.port.js';
import type { StoreHealth } from './kernel/store-health.port.js';
import type { Vault } from './kernel/vault.js';
import type { SealedRows } from './sealed-rows.port.js';
import type { ExportRoutesDeps } from './web/export-routes.js';

/** Everything that is kept, behind its ports. */
export interface Stores {
  readonly expiring: ExpiringStore;
  readonly connections: ConnectionStore;
  readonly keepAlive: KeepAliveList;
  readonly leases: LeaseStore;
  readonly revocations: RevocationQueue;
  readonly departures: DepartureQueue;
  readonly audit: AuditStore;
  readonly jobs: JobStore;
  readonly queue: JobQueue;
  readonly limiter: RateLimiter;
  readonly health: StoreHealth;
  readonly sealedRows: Pick<SealedRows, 'rows'>;
}

/** The drivers that the parts of the service are put together with. */
export interface Drivers extends Observers {
  readonly stores: Stores;
  readonly http: HttpClient;
  readonly oauth: OAuthClient;
  readonly oauth1: OAuth1Client;
  readonly chats: readonly ChatAdapter[];
  /** Ways in which people sign in to their chat platform before they log in to an app. */
  readonly signIns?: readonly BrowserIdentity[];
  readonly vault: Vault;
  readonly clock: Clock;
  /** True where no other process can open these stores. */
  readonly isAlone?: boolean;
  /** Told what the store says of the shared connections, whenever it was looked at; must not fail. */
  readonly onSharedStates?: (states: SharedStates) => Promise<void>;
  /** In place of calls to apps and of stored logins: for the tests of recipes. */
  readonly rehearsal?: {
    readonly perform: PerformCall;
    readonly credentialFor: Connections['credentialFor'];
  };
}

/** The service without its drivers: what takes events, runs jobs, and answers browsers. */
export interface Assembly {
  readonly handleEvent: ChatEventHandler;
  /** People who are no full members and whom a recipe lets in. */
  readonly admits: Admits;
  readonly jobs: Jobs;
  /** The jobs of programs. */
  readonly apiJobs: ApiJobs;
  /** True for a recipe that has stopped itself in this process. */
  readonly hasStoppedItself: (recipe: string) => boolean;
  readonly logins: Logins;
  readonly revoker: Revoker;
  /** What the store says of the shared connections. */
  readonly shared: SharedWatch;
  /** Recipes that do not start before a shared connection is connected. */
  readonly holds: RecipeHolds;
  readonly departures: Departures;
  readonly keepAlive: KeepAlive;
  /** Links to what is kept about a person. */
  readonly exports: ExportRoutesDeps['exports'];
  readonly onLifecycle: LifecycleHandler;
  /** Gives up what a chat has not taken yet, so that its events end: the next process may be given them. */
  stopSaying(): void;
  /** Ends the connections that were made with another client or for another host than the configuration has now. */
  endForeignConnections(): Promise<void>;
}

export type ServicePolicy = Pick<
  Config,
  | 'publicUrl'
  | 'identityCheck'
  | 'loginTimeoutMs'
  | 'uninstallGraceMs'
  | 'historyMs'
  | 'maxRunningJobs'
  | 'startLimits'
  | 'jobLeaseMs'
  | 'maxFileBytes'
> &
  Partial<Pick<Config, 'auditMs'>>;

/**
 * Puts the parts together; what people have written is asked for anew each time, for it may change. Data flows one way:
 * event, command, job, steps, reply; a login reports back through a callback.
 */
export function assemble(policy: ServicePolicy, catalogue: () => Catalogue, drivers: Drivers): Assembly {
  const { clock, http, logger, metrics, oauth, oauth1, rehearsal, stores, tracing, vault } = drivers;
  const basics = { clock, ...observersOf(drivers) };
  const chats = chatFinder(drivers.chats);
  const patience = new PatientChats(chats, basics);
  const parents = (name: string) => catalogue().parent(name);
  const connectors = (name: string) => catalogue().connector(name);
  const recipes = () => catalogue().recipes;
  const revocations = createRevocationPlan({ queue: stores.revocations, vault, clock, parents });
  const perform = rehearsal?.perform ?? appCaller({ ...policy, http, limiter: stores.limiter, ...basics });
  const connections: Connections = {
    ...createConnections({
      store: stores.connections,
      leases: stores.leases,
      ...{ vault, oauth, revocations, parents, ...basics },
    }),
    ...(rehearsal ? { credentialFor: rehearsal.credentialFor } : {}),
  };
  const references = createFileReferences(vault);
  const intake = new FileIntake({ references, maxBytes: policy.maxFileBytes });
  const readFileOf = fileReader(references, chats);
  const clicks = createClicks(stores.expiring, vault);
  const ways = loginWays({ chats, publicUrl: policy.publicUrl, logins: () => logins, logger });
  const { createLoginLink } = ways;
  const questions = new Questions(stores.expiring, vault, (platform) => chats(platform).asidesInOwnChat === true);
  const claims = new EventClaims(stores.expiring, metrics);
  // Tests of recipes say what a recipe does, whoever runs it.
  const denialOf: DenialOf = rehearsal ? async () => undefined : permissions(chats);
  const stops = new RecipeStops({ recipes, logger, metrics });
  const shared = new SharedWatch({
    read: () => connections.sharedStates(),
    async onLook(states) {
      await drivers.onSharedStates?.(states);
      holds.tell();
    },
    clock,
    logger,
  });
  const holds = new RecipeHolds({
    recipes,
    parents,
    states: () => shared.states(),
    look: () => shared.look(),
    logger,
    metrics,
  });
  const stopped = new StoppedRecipes({ stops, holds });
  const router = routerOf(recipes);
  const titleOf = (connection: string) => parents(connection)?.title ?? connection;
  const appTitle = (app: string) => connectors(app)?.title;
  const resolverFor = (owner: JobOwner) => new SlotResolver(owner, { connections, parents, connectors });
  const callApp: CallApp = (call, owner, booking) =>
    measured(metrics, clock, call.parent.connector, () => perform(call, { booking, readFile: readFileOf(owner) }));
  const jobs = new Jobs({
    ...{ stops, denialOf, vault, recipes },
    ...{ store: stores.jobs, leases: stores.leases, limiter: stores.limiter, wishes: stores.expiring },
    queue: tracedQueue(stores.queue, tracing),
    resolverFor: (job) => resolverFor(job.user),
    chats,
    clicks,
    ...ways,
    askInChat: async ({ id: job, state: { conversation }, user }, asking) => {
      await answers.expect({ user, conversation }, { job, ask: asking.id }, asking);
    },
    helpInstead: ({ recipe, state, user }) => help.insteadOf(recipe, { user, ...state }),
    perform: callApp,
    titleOf,
    onNoLongerWaiting: (id) => logins.cancelFor(id),
    onWaitingChanged: (owner) => commands.home.changed(owner),
    ...basics,
    ...{ historyMs: policy.historyMs, loginTimeoutMs: policy.loginTimeoutMs, startLimits: policy.startLimits },
    ...{ maxRunning: policy.maxRunningJobs, leaseMs: policy.jobLeaseMs, isAlone: drivers.isAlone ?? false },
  });
  const refusals = new FormRefusals({ chats: patience.chats, claims, clicks });
  const take = new TakeAnswers({ answers: jobs.waiting.answers, recipes, chats: patience.chats });
  const help = new Help({ recipes, stopped, router, denialOf, titleOf, appTitle, clicks, logger, metrics });
  const answers = new AnswerJobs({
    take,
    forms: new AnswerForms({ take, answers: jobs.waiting.answers, refusals, claims, clicks, clock, intake }),
    questions,
    claims,
    clock,
    hasStartedSince: (user, at) => jobs.hasStartedSince(user, at),
  });
  const { departures, exports, ownData } = assemblePrivacy({
    ...{ stores, vault, connections, jobs, clicks, chats, titleOf, ...policy, ...basics },
  });
  const personal = new PersonalConnections({
    ...{ connections, parents, recipes, ownData, waiting: jobs.waiting, clicks, createLoginLink },
    onEnded: (owner, connection) => logins.silent.decline(owner, connection),
    reconnectScopes: (parent, asked) => reconnectScopes(parent, connectorOf(connectors, parent), asked),
    clock,
  });
  const notices = new LoginNotices({ chats, waiting: jobs.waiting, connections: personal, logger });
  const logins = createLogins({
    ...{ connections, oauth, oauth1, vault, revocations, ...basics },
    store: stores.expiring,
    signInOf: (platform) => drivers.signIns?.find((signIn) => signIn.platform === platform),
    trySecrets: (parent, credential) =>
      tryConnection({ connector: connectorOf(connectors, parent), parent, credential, http, clock }),
    lookUpAccount: (parent, tokens) =>
      lookUpAccount({ connector: connectorOf(connectors, parent), parent, credential: bearer(tokens, 0), http, clock }),
    parents,
    profile: holderProfile(chats),
    policy: { identityCheck: policy.identityCheck, linkTtlMs: policy.loginTimeoutMs },
    async onConnected(event) {
      if (event.owner === 'shared') await shared.look();
      await notices.connected(event);
      if (event.owner === 'shared') return;
      const user = chatUserOf(event.owner);
      commands.home.changed(user);
      await commands.loginCompleted(user, event);
    },
    onFailed: (event) => notices.failed(event).then(() => commands.home.changed(chatUserOf(event.owner))),
  });
  const commands = assembleCommands({
    ...{ answers, appTitle, callApp, patience, refusals, claims, clicks, clock, ...ways, denialOf, help, intake, jobs },
    ...{ logger, logins, metrics, personal, questions, recipes, resolverFor, router, stopped, tracing, vault },
    ...{ loginTimeoutMs: policy.loginTimeoutMs, pageOf: homeFinder(drivers.chats), store: stores.expiring },
  });
  const keepAlive = assembleKeepAlive({ stores, connections, catalogue, home: commands.home, ...basics });
  const revoker = new Revoker({ stores, vault, oauth, parents, ...basics });
  return {
    handleEvent: tracedEvents((event) => commands.events.handle(event), tracing),
    admits: (outsider) =>
      recipes()
        .started()
        .some((recipe) => admitsOutsider(recipe, outsider)),
    jobs,
    apiJobs: new ApiJobs({
      jobs,
      store: stores.jobs,
      requests: stores.expiring,
      recipes,
      isStopped: (id) => stopped.has(id),
      vault,
      clock,
    }),
    hasStoppedItself: (recipe) => stops.isStopped(recipe),
    logins,
    revoker,
    shared,
    ...{ holds, departures, keepAlive, exports },
    onLifecycle: lifecycleHandler(departures, policy.uninstallGraceMs),
    stopSaying: () => commands.stopSaying(),
    async endForeignConnections() {
      for (const parent of catalogue().parents) await connections.endForeign(parent);
    },
  };
}
