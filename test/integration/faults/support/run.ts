import { createOAuth1Client, createOAuthClient } from '../../../../adapters/oauth/index.js';
import { type Assembly, assemble, type Stores } from '../../../../src/assemble.js';
import type { ChatAdapter } from '../../../../src/chat/chat-adapter.port.js';
import type { ChatEvent } from '../../../../src/chat/chat-event.js';
import type { ChatUser } from '../../../../src/chat/chat-user.js';
import type { ConversationRef } from '../../../../src/chat/conversation.js';
import type { LifecycleEvent } from '../../../../src/chat/lifecycle-event.js';
import type { SilentSignIn } from '../../../../src/chat/silent-sign-in.port.js';
import type { BrowserIdentity } from '../../../../src/connections/browser-identity.port.js';
import type { LoginStart } from '../../../../src/connections/login.js';
import { type Job, openJob } from '../../../../src/jobs/job-record.js';
import { isBehalfError } from '../../../../src/kernel/errors.js';
import { noMetrics } from '../../../../src/kernel/metrics.port.js';
import { Secret } from '../../../../src/kernel/secret.js';
import { buttonOf, type ChatMessage, RecordingChat, refOf } from '../../../support/recording-chat.js';
import { Life, mortalChat, mortalClock, mortalHttp, mortalStores } from './life.js';
import { Transitions } from './transitions.js';
import { PUBLIC_URL, type World } from './world.js';

const LEASE_MS = 30_000;
const LOGIN_TIMEOUT_MS = 30 * 60_000;
/** Longer than the lease of a dead process, and than a claim on an event. */
const LATER_MS = 40_000;
/** Shorter than a lease: nobody loses it because the clock of the test leaps. */
const STEP_MS = 5_000;
/** After so many steps whatever has to come takes its time. */
const SHORT_STEPS = 20;
const LONG_STEP_MS = 60_000;
const MOST_STEPS = 200;

/** What did not end because the process died. */
export const DIED = 'died';

type Started = Extract<LoginStart, { readonly kind: 'redirect' }>;

/** How a process died: the person's jobs as they were kept then, and what it had done. */
export interface Death {
  readonly jobs: readonly Job[];
  readonly effects: readonly string[];
}

/**
 * One person and the processes of the service that serve them, one after the other: when one has died, the next is started
 * over what it has left behind, once its leases have ended.
 */
export class Run {
  readonly user: ChatUser;
  readonly direct: ConversationRef;
  readonly channel: ConversationRef;
  readonly chat: RecordingChat & { silentSignIn?: SilentSignIn } = new RecordingChat();
  readonly world: World;
  readonly deaths: Death[] = [];
  /** The number of effects that the process does not survive which follows the first that has died. */
  diesAgainAfter: number | undefined;
  /** User id of whoever sits in front of the browser and signs in to the chat platform. */
  signsIn: string;
  readonly #transitions: Transitions;
  #life: Life;
  #assembly: Assembly | undefined;
  #serial = 0;
  readonly #userId: string;

  private constructor(world: World, userId: string) {
    this.world = world;
    this.#userId = userId;
    this.user = { platform: 'slack', tenantId: 'T1', userId };
    this.direct = { platform: 'slack', kind: 'direct', address: { channel: `D-${userId}` } };
    this.channel = { platform: 'slack', kind: 'channel', address: { channel: `C-${userId}` } };
    this.chat.emails.set(userId, `${userId}@acme.example`);
    if (world.ways === 'silent') this.chat.silentSignIn = this.#chatClient();
    this.signsIn = userId;
    this.#transitions = new Transitions(world.vault);
    this.#life = this.#newLife();
  }

  /** With a person who has not been here before, and a process that dies after so many effects. */
  static async begin(world: World, diesAfter?: number): Promise<Run> {
    const run = new Run(world, world.newPerson());
    await run.#start(run.#newLife(diesAfter));
    return run;
  }

  /** What the process that runs now has done so far. */
  get effects(): readonly string[] {
    return this.#life.effects;
  }

  /** The transitions among them, by the number of effects before them. */
  get transitions(): Life['transitions'] {
    return this.#life.transitions;
  }

  get account(): string {
    return `${this.#userId}@acme.example`;
  }

  /** Somebody writes. As a platform does, it delivers the event until it is acknowledged. */
  async say(text: string, conversation = this.direct): Promise<void> {
    await this.#deliver({ kind: 'text', id: this.#newId(), user: this.user, conversation, text });
  }

  async press(message: ChatMessage, label: string, values: Readonly<Record<string, string>> = {}): Promise<void> {
    const { token } = buttonOf(message, label);
    const { conversation, id } = message;
    const event = { kind: 'action' as const, id: this.#newId(), user: this.user, conversation, token, values };
    await this.#deliver({ ...event, message: refOf(this.chat.platform, id) });
  }

  /** Opens a login link and presses its button. */
  async openLogin(url: string): Promise<LoginStart | typeof DIED> {
    return this.#ask(({ logins }) => logins.begin(url.replace(`${PUBLIC_URL}/login/`, '')));
  }

  /** Opens a login link and says yes at the app; tells how it ended. What the process did not survive is not done again. */
  async logIn(url: string): Promise<string> {
    const opened = await this.openLogin(url);
    if (opened === DIED) return DIED;
    if (opened.kind !== 'redirect') return 'expired';
    const started = this.world.ways === 'sign-in' ? await this.#signIn(opened) : opened;
    if (typeof started === 'string') return started;
    const { searchParams } = new URL(started.redirectTo);
    const connection = new URL(searchParams.get('redirect_uri') ?? '').pathname.replace('/oauth/callback/', '');
    const code = this.world.app.authorize(this.account);
    const query = new URLSearchParams({ code, state: searchParams.get('state') ?? '' });
    const cookie = started.cookie.value;
    const outcome = await this.#ask(({ logins }) => logins.complete({ connection, query, cookie }));
    if (outcome === DIED) return DIED;
    if (outcome.kind === 'proof_needed') await this.say(outcome.code);
    return outcome.kind;
  }

  /** From the sign-in page of the chat platform on to the app. */
  async #signIn({ cookie, redirectTo }: Started): Promise<Started | string> {
    const state = new URL(redirectTo).searchParams.get('state') ?? '';
    const query = new URLSearchParams({ code: 'signed-in', state });
    const back = await this.#ask(({ logins }) => logins.signedIn({ platform: 'slack', query, cookie: cookie.value }));
    if (back === DIED) return DIED;
    return back.kind === 'redirect' ? back : back.kind;
  }

  /** The platform tells of somebody who comes or goes, until it is acknowledged. */
  async tell(event: LifecycleEvent): Promise<void> {
    while ((await this.#ask(({ onLifecycle }) => onLifecycle(event))) === DIED);
  }

  /** Works off the list of revocations once. */
  async revoke(): Promise<number | typeof DIED> {
    return this.#ask(({ revoker }) => revoker.work());
  }

  /** Keeps the logins alive that are due, once. */
  async keepAlive(): Promise<number | typeof DIED> {
    return this.#ask(({ keepAlive }) => keepAlive.work());
  }

  /** Works off the list of those who have left once. */
  async endConnections(): Promise<number | typeof DIED> {
    return this.#ask(({ departures }) => departures.work());
  }

  /** Lets time pass until it is so; a process that dies meanwhile is followed by the next. */
  async until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    for (let step = 0; step < MOST_STEPS; step += 1) {
      await this.revive();
      await this.#quiet();
      if (this.#life.isDead) continue;
      if (await isSo()) return;
      await this.wait(step < SHORT_STEPS ? STEP_MS : LONG_STEP_MS);
    }
    const jobs = (await this.jobs()).map(({ state, status }) => `${status}: ${state.result?.text}`);
    throw new Error(`It did not come to ${what}. Jobs: ${jobs.join('; ')}. Chat: ${this.chat.texts().join('; ')}`);
  }

  /** Lets time pass. */
  async wait(ms = STEP_MS): Promise<void> {
    await this.world.clock.advance(ms);
  }

  /** The person's jobs, the oldest first. */
  async jobs(): Promise<readonly Job[]> {
    const stores = await this.world.stores();
    const rows = await stores.jobs.list({ user: this.user }, { limit: 100 });
    return rows.map((row) => openJob(this.world.vault, row)).reverse();
  }

  /** Starts the next process where one has died. */
  async revive(): Promise<void> {
    if (!this.#life.isDead) return;
    await this.#arrived();
    this.deaths.push({ jobs: await this.jobs(), effects: this.effects });
    await this.end();
    await this.world.elapse(LATER_MS);
    await this.#start(this.#newLife(this.deaths.length === 1 ? this.diesAgainAfter : undefined));
  }

  /** Starts another process in place of the one that runs, which dies after so many effects. */
  async restart(laterMs: number, diesAfter?: number): Promise<void> {
    await this.end();
    await this.world.leap(laterMs);
    await this.#start(this.#newLife(diesAfter));
  }

  /** Ends what still runs. */
  async end(): Promise<void> {
    this.#life.kill();
    await this.#arrived();
    await this.world.closeStores();
  }

  #newLife(diesAfter?: number): Life {
    return new Life((...seen) => this.#transitions.of(...seen), diesAfter);
  }

  async #start(life: Life): Promise<void> {
    this.#life = life;
    const signIns = this.world.ways === 'sign-in' ? [this.#signInPage()] : [];
    const assembly = assembled(this.world, { life, stores: await this.world.stores(), chat: this.chat, signIns });
    this.#assembly = assembly;
    await Promise.race([assembly.jobs.start(), life.death]);
  }

  /** Vouches for whoever sits in front of the browser. */
  #signInPage(): BrowserIdentity {
    const origin = 'https://chat.example';
    return {
      ...{ platform: 'slack', title: 'Slack', path: '/slack/openid_redirect', origin },
      authorizationUrl: ({ state }) => `${origin}/?${new URLSearchParams({ state })}`,
      prove: async () => ({ tenantId: this.user.tenantId, userId: this.signsIn }),
    };
  }

  /** Vouches for the person whenever it is asked. */
  #chatClient(): SilentSignIn {
    const claims = Buffer.from(JSON.stringify({ upn: this.account })).toString('base64url');
    return {
      ask: async (user, _, { id }) => {
        const silent = this.#assembly?.logins.silent;
        setImmediate(() => void silent?.answer(user, id, new Secret(`e30.${claims}.`)));
        return refOf(this.chat.platform, `question-${id.length}`);
      },
      withdraw: async () => {},
    };
  }

  #newId(): string {
    this.#serial += 1;
    return `${this.#userId}-${this.#serial}`;
  }

  async #deliver(event: ChatEvent): Promise<void> {
    await this.world.clock.advance(1);
    for (;;) {
      await this.revive();
      const outcome = await this.#ask(async ({ handleEvent }) => {
        try {
          await handleEvent(event);
          return 'acknowledged';
        } catch (error) {
          if (isBehalfError(error, 'chat.under_way')) return 'again';
          throw error;
        }
      });
      if (outcome === 'acknowledged') return;
      if (outcome === 'again') await this.world.elapse(LATER_MS);
    }
  }

  /** What the process answers, while time passes for it. */
  async #ask<T>(question: (assembly: Assembly) => Promise<T>): Promise<T | typeof DIED> {
    await this.revive();
    const life = this.#life;
    const assembly = this.#assembly;
    if (assembly === undefined) throw new Error('No process has been started');
    let isOver = false;
    const answer = Promise.race([question(assembly), life.death.then((): typeof DIED => DIED)]).finally(() => {
      isOver = true;
    });
    answer.catch(() => {});
    for (;;) {
      await this.#quiet();
      if (isOver) return answer;
      await this.world.clock.advance(100);
    }
  }

  /** Lets the process go on until it only waits for time to pass. */
  async #quiet(): Promise<void> {
    const life = this.#life;
    for (let still = 0; still < 4 && !life.isDead; still += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (!life.isBusy) continue;
      still = -1;
    }
  }

  /** Lets what was sent arrive. */
  async #arrived(): Promise<void> {
    while (this.#life.isBusy) await new Promise((resolve) => setImmediate(resolve));
  }
}

interface Parts {
  readonly life: Life;
  readonly stores: Stores;
  readonly chat: ChatAdapter;
  readonly signIns: readonly BrowserIdentity[];
}

/** A process of the service. */
function assembled(world: World, { chat, life, signIns, stores }: Parts): Assembly {
  const clock = mortalClock(life, world.clock);
  const http = mortalHttp(life, world.http);
  const policy = {
    publicUrl: PUBLIC_URL,
    identityCheck: 'auto' as const,
    loginTimeoutMs: LOGIN_TIMEOUT_MS,
    uninstallGraceMs: 86_400_000,
    historyMs: 86_400_000,
    maxRunningJobs: 10,
    startLimits: { person: {}, program: {} },
    jobLeaseMs: LEASE_MS,
    maxFileBytes: 1024 * 1024,
  };
  return assemble(policy, () => world.catalogue, {
    stores: mortalStores(life, stores),
    http,
    oauth: createOAuthClient({ httpClient: http, clock }),
    oauth1: createOAuth1Client({ httpClient: http, clock }),
    chats: [mortalChat(life, chat)],
    signIns,
    vault: world.vault,
    clock,
    logger: world.logger,
    metrics: noMetrics,
    isAlone: world.store === 'embedded',
  });
}
