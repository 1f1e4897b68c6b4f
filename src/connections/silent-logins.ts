import type { Clock } from '../kernel/clock.port.js';
import { asBehalfError } from '../kernel/errors.js';
import type { ExpiringStore, RecordKey } from '../kernel/expiring-store.port.js';
import { randomToken, sha256 } from '../kernel/ids.js';
import type { Secret } from '../kernel/secret.js';
import type { PersonOwner } from './connection.js';
import { ownerParts } from './connection-records.js';
import { declineLogin, isLoginDeclined } from './declined-logins.js';
import type { LoginOutcome, LoginRequest } from './login.js';
import { assertForAccount, finishLogin } from './login-completion.js';
import { appendBounded, limitKey, takeList } from './login-limits.js';
import { audit, type LoginParts, loginApp } from './login-parts.js';
import type { SilentOffer } from './login-records.js';
import { inLoginSpan } from './login-span.js';
import type { OpenLogin } from './login-start.js';

/** Life of an offer: a client that answers when the person has been asked already still connects them. */
const OFFER_MS = 60_000;
/** Time that is waited for the client before the person is asked. */
const ANSWER_MS = 6_000;
/** Another process may have taken the answer. */
const LOOK_MS = 500;

/** Of one person at a time. */
const MAX_ASKED = 10;

/** What became of an answer. `under_way`: another client of the person has answered the same. */
export type SilentOutcome = 'connected' | 'under_way' | 'refused';

/** A login that the person's chat client may do by itself. */
export interface OfferedLogin {
  /** 256 random bits: what the client answers to. */
  readonly id: string;
  /** Token of the login page, for where the client does not. */
  readonly token: string;
}

/**
 * Logins that take nobody's time: the chat client vouches for the person who is signed in to it, with an assertion that the
 * app's server exchanges for tokens. The adapter has found the assertion to be of that very person, which is the identity
 * check; there is no browser. Whoever has ended a connection is not connected again without a login of their own.
 */
export interface SilentLogins {
  /** Undefined where the connection has no single sign-on, or the person does not want it. */
  offer(request: LoginRequest & { readonly owner: PersonOwner }): Promise<OfferedLogin | undefined>;
  /** Tells whether the login was done, after a few seconds at most. */
  settled(id: string): Promise<boolean>;
  /** A client answers; of several that do, one counts. Never rejects. */
  answer(owner: PersonOwner, id: string, assertion: Secret): Promise<SilentOutcome>;
  /**
   * A client of the person cannot answer, and does not say what: whatever of theirs is waited for is waited for no longer. Another
   * client that answers within the minute connects them all the same. Never rejects.
   */
  failed(owner: PersonOwner): Promise<void>;
  /** The person has ended the connection; a login of their own takes that back. */
  decline(owner: PersonOwner, connection: string): Promise<void>;
}

type CreateLink = (request: LoginRequest) => Promise<{ readonly token: string }>;

export function createSilentLogins(parts: LoginParts, createLink: CreateLink): SilentLogins {
  const waiting = new Waiting(parts);
  return {
    async offer(request) {
      const { connection, owner } = request;
      const parent = loginApp(parts, connection)?.parent;
      if (!parent?.singleSignOn || (await isLoginDeclined(parts.store, owner, connection))) return undefined;
      const [{ token }, row] = await Promise.all([createLink(request), parts.connections.get(owner, connection)]);
      const { platform, tenantId, userId } = owner;
      const id = randomToken();
      const offer = {
        linkId: sha256(token),
        owner: { platform, tenantId, userId },
        connection,
        generation: row?.generation ?? 0,
      };
      await parts.records.offers.put(sha256(id), offer, OFFER_MS);
      await waiting.expect(owner, id);
      audit(parts, { connection, owner }, 'started', 'single_sign_on');
      return { id, token };
    },
    settled: (id) => waiting.settled(id),
    async failed(owner) {
      await waiting.giveUp(owner).catch((error: unknown) => {
        parts.logger.warn({ err: asBehalfError(error) }, 'a login without the person is waited for in vain');
      });
    },
    async answer(owner, id, assertion) {
      try {
        return await answerOffer(parts, waiting, { owner, id, assertion });
      } catch (error) {
        parts.logger.error({ err: asBehalfError(error) }, 'a login without the person could not be finished');
        return 'refused';
      }
    },
    decline: (owner, connection) => declineLogin(parts.store, owner, connection),
  };
}

async function answerOffer(
  parts: LoginParts,
  waiting: Waiting,
  answer: { readonly owner: PersonOwner; readonly id: string; readonly assertion: Secret },
): Promise<SilentOutcome> {
  const { assertion, id, owner } = answer;
  const offer = await parts.records.offers.get(sha256(id));
  if (offer === undefined) return (await waiting.outcome(id)) === 'connected' ? 'connected' : 'refused';
  if (ownerParts(offer.owner).join('/') !== ownerParts(owner).join('/')) {
    audit(parts, { connection: offer.connection, owner: offer.owner, by: owner }, 'mismatch', 'person');
    return 'refused';
  }
  if ((await parts.records.offers.take(sha256(id))) === undefined) return 'under_way';
  const isConnected = await redeem(parts, offer, assertion).catch(async (error: unknown) => {
    await waiting.tell(id, 'failed');
    throw error;
  });
  await waiting.tell(id, isConnected ? 'connected' : 'failed');
  return isConnected ? 'connected' : 'refused';
}

async function redeem(parts: LoginParts, offer: SilentOffer, assertion: Secret): Promise<boolean> {
  const { connection, linkId, owner } = offer;
  const [link, found] = [await parts.records.links.get(linkId), loginApp(parts, connection)];
  if (link === undefined || found?.parent.singleSignOn !== true || !(await isWanted(parts, offer))) {
    audit(parts, { connection, owner }, 'expired', 'single_sign_on');
    return false;
  }
  const login = { link, ...found };
  const { kind } = await inLoginSpan(parts, link, 'sign on', () => finish(parts, offer, login, assertion));
  return kind === 'connected';
}

async function finish(
  parts: LoginParts,
  offer: SilentOffer,
  login: Pick<OpenLogin, 'link' | 'parent' | 'app'>,
  assertion: Secret,
): Promise<LoginOutcome> {
  const { link, parent } = login;
  const { linkId } = offer;
  const exchanged = await assertForAccount(parts, { ...login, assertion });
  if (exchanged.kind === 'failed') return exchanged.outcome;
  const { account, tokens } = exchanged;
  // What the person has done meanwhile counts: finishing finds no link then, and has the tokens revoked.
  if (!(await isWanted(parts, offer))) await parts.records.links.delete(linkId);
  return finishLogin(parts, { linkId, link, parent, grant: { tokens }, account });
}

/** False once the person has logged in, or ended the connection, since it was offered. */
async function isWanted(parts: LoginParts, { connection, generation, owner }: SilentOffer): Promise<boolean> {
  const [row, declined] = await Promise.all([
    parts.connections.get(owner, connection),
    isLoginDeclined(parts.store, owner, connection),
  ]);
  return !declined && (row?.generation ?? 0) === generation;
}

/** Who waits for the end of a silent login: told at once in this process, found in the store by the others. */
class Waiting {
  readonly #here = new Map<string, (isConnected: boolean) => void>();
  readonly #store: ExpiringStore;
  readonly #clock: Clock;

  constructor({ clock, store }: Pick<LoginParts, 'clock' | 'store'>) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Notes what the person's clients are asked, for those that say only that they cannot. */
  async expect(owner: PersonOwner, id: string): Promise<void> {
    await appendBounded(this.#store, askedKey(owner), { id: sha256(id), max: MAX_ASKED, ttlMs: OFFER_MS });
  }

  /** Ends the wait for all that the person's clients were asked, wherever somebody waits. */
  async giveUp(owner: PersonOwner): Promise<void> {
    for (const hash of await takeList(this.#store, askedKey(owner))) {
      // What has ended well stays so.
      if (await this.#store.add(outcomeKey(hash), 'failed', OFFER_MS)) this.#here.get(hash)?.(false);
    }
  }

  async settled(id: string): Promise<boolean> {
    const hash = sha256(id);
    const stop = new AbortController();
    const told = new Promise<boolean>((resolve) => this.#here.set(hash, resolve));
    try {
      return await Promise.race([told, this.#look(hash, stop.signal)]);
    } finally {
      stop.abort();
      this.#here.delete(hash);
    }
  }

  async tell(id: string, outcome: 'connected' | 'failed'): Promise<void> {
    const hash = sha256(id);
    await this.#store.put(outcomeKey(hash), outcome, OFFER_MS);
    this.#here.get(hash)?.(outcome === 'connected');
  }

  outcome(id: string): Promise<string | undefined> {
    return this.#store.get(outcomeKey(sha256(id)));
  }

  async #look(hash: string, signal: AbortSignal): Promise<boolean> {
    const until = this.#clock.now() + ANSWER_MS;
    while (!signal.aborted) {
      const outcome = await this.#store.get(outcomeKey(hash));
      if (outcome !== undefined) return outcome === 'connected';
      if (this.#clock.now() >= until) return false;
      await this.#clock.sleep(LOOK_MS, signal).catch(() => undefined);
    }
    return false;
  }
}

function outcomeKey(hash: string): RecordKey {
  return limitKey('silent', hash);
}

function askedKey(owner: PersonOwner): RecordKey {
  return limitKey('silent-asked', ...ownerParts(owner));
}
