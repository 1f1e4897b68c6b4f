import type { ChatUser } from '../chat/chat-user.js';
import { isPerson, type JobOwner } from '../chat/job-owner.js';
import type { Account, Credential } from '../connections/connection.js';
import type { Connections } from '../connections/connections.js';
import type { ParentConnection } from '../connections/parent-connection.js';
import type { Connector } from '../connectors/connector.js';
import { BehalfError, type Wording } from '../kernel/errors.js';
import type { ConnectionUse } from '../recipes/recipe-calls.js';
import { type ReasonCode, reasonText } from '../texts/reason-text.js';
import { said } from '../texts/texts-for.js';
import { noPerson } from './no-person.js';

type WantedConnection = Pick<ConnectionUse, 'use' | 'verifyUserAccess'>;

/** Names a connection as a run uses it: slots of several recipes that mean the same one share what it is resolved to. */
export function slotKey({ use, verifyUserAccess }: WantedConnection): string {
  return `${verifyUserAccess ? 'personal' : 'shared'}:${use}`;
}

/** A connection of a run with what its actions are carried out with. */
export interface ResolvedSlot {
  /** See {@link slotKey}. */
  readonly key: string;
  readonly parent: ParentConnection;
  readonly connector: Connector;
  /** True when the person's own connection is used; the shared one is then never used instead. */
  readonly personal: boolean;
  readonly credential: Credential;
  readonly account?: Account | undefined;
  /** Access that its login asked for, or was granted. */
  readonly scopes?: readonly string[] | undefined;
}

/** A personal connection that the person has to log in to first. */
export interface MissingLogin {
  readonly parent: ParentConnection;
  /** Why an existing connection does not do, in words for the person. */
  readonly reason?: Wording;
  /** Access that the login asks for, where the recipe needs more than every connection of this kind has. */
  readonly scopes?: readonly string[];
}

interface ResolverDeps {
  readonly connections: Connections;
  readonly parents: (name: string) => ParentConnection | undefined;
  readonly connectors: (name: string) => Connector | undefined;
}

/** Finds the credentials of a run, for whoever's job it is. A program has no connections of its own, and is given none. */
export class SlotResolver {
  readonly #owner: JobOwner;
  readonly #deps: ResolverDeps;

  constructor(owner: JobOwner, deps: ResolverDeps) {
    this.#owner = owner;
    this.#deps = deps;
  }

  /** Says that {@link resolve} follows within moments: what is far away is asked for now. */
  expect(wanted: readonly WantedConnection[]): void {
    const { connections, parents } = this.#deps;
    if (!connections.expect) return;
    for (const { use, verifyUserAccess } of wanted) {
      if (parents(use)?.auth.kind !== 'static' && (isPerson(this.#owner) || !verifyUserAccess))
        connections.expect(this.#ownerOf(verifyUserAccess, use), use);
    }
  }

  /**
   * All slots before the first step runs, so that nothing is half done when a login is missing. What is found is under its
   * {@link slotKey}. `recipe` is the name of the job's.
   */
  async resolve(
    recipe: string,
    wanted: readonly ConnectionUse[],
  ): Promise<{ readonly slots: Map<string, ResolvedSlot>; readonly missing: readonly MissingLogin[] }> {
    const slots = new Map<string, ResolvedSlot>();
    const missing: MissingLogin[] = [];
    for (const result of await Promise.all(wanted.map((use) => this.#resolveSlot(recipe, use)))) {
      if (result.kind === 'ready') slots.set(result.slot.key, result.slot);
      else missing.push(result.missing);
    }
    return { slots, missing };
  }

  /** After a 401: the same slot with a credential that is newer than the refused one. */
  async renew(
    slot: ResolvedSlot,
  ): Promise<
    | { readonly kind: 'ready'; readonly slot: ResolvedSlot }
    | { readonly kind: 'missing'; readonly missing: MissingLogin }
  > {
    if (slot.credential.kind !== 'bearer') throw refusedShared(slot);
    const found = await this.#deps.connections.credentialFor(
      this.#ownerOf(slot.personal, slot.parent.name),
      slot.parent,
      {
        refusedGeneration: slot.credential.generation,
      },
    );
    if (found.kind === 'login_required') {
      if (!slot.personal) throw refusedShared(slot);
      return {
        kind: 'missing',
        missing: missingLogin(slot.parent, wordsOf(slot.parent, found.reason), earlier(slot.connector, found.asked)),
      };
    }
    return { kind: 'ready', slot: { ...slot, credential: found.credential } };
  }

  /** The app refuses even a fresh token: the connection needs a login. */
  async giveUp(slot: ResolvedSlot): Promise<MissingLogin> {
    if (!slot.personal || slot.credential.kind !== 'bearer') throw refusedShared(slot);
    const reason: ReasonCode = 'login_refused';
    await this.#deps.connections.markNeedsLogin(
      this.#person(slot.parent.name),
      slot.parent.name,
      slot.credential.generation,
      reason,
    );
    return missingLogin(slot.parent, wordsOf(slot.parent, reason), earlier(slot.connector, slot.scopes));
  }

  /** The login that a connection by this name asks for; nothing where the connection is gone. */
  async missing(name: string, wanted: readonly ConnectionUse[]): Promise<readonly MissingLogin[]> {
    const parent = this.#deps.parents(name);
    if (!parent) return [];
    const connector = this.#deps.connectors(parent.connector);
    const actions = wanted.filter(({ use, verifyUserAccess }) => use === name && verifyUserAccess);
    const names = actions.flatMap((slot) => slot.actions);
    if (!connector) return [missingLogin(parent, undefined)];
    const row = await this.#deps.connections.get(this.#person(name), name);
    const asked = earlier(connector, row?.scopes ?? row?.asked);
    return [missingLogin(parent, undefined, [...asked, ...neededScopes(names, connector)])];
  }

  #ownerOf(isPersonal: boolean, connection: string): ChatUser | 'shared' {
    return isPersonal ? this.#person(connection) : 'shared';
  }

  /** Where there is none, nothing else takes the place of their connection. */
  #person(connection: string): ChatUser {
    if (isPerson(this.#owner)) return this.#owner;
    throw noPerson(`The connection ${connection} is used as the person who asks`);
  }

  async #resolveSlot(
    recipe: string,
    { actions, use, verifyUserAccess }: ConnectionUse,
  ): Promise<{ kind: 'ready'; slot: ResolvedSlot } | { kind: 'missing'; missing: MissingLogin }> {
    const parent = this.#deps.parents(use);
    const connector = parent && this.#deps.connectors(parent.connector);
    if (!parent || !connector)
      throw new BehalfError('connection.invalid', `The connection ${use} does not exist`, {
        details: { connection: use },
      });
    const found = await this.#deps.connections.credentialFor(this.#ownerOf(verifyUserAccess, use), parent);
    const needed = verifyUserAccess ? neededScopes(actions, connector) : [];
    if (found.kind === 'ready') {
      const { scopes = needed } = found;
      const lacking = needed.filter((scope) => !scopes.includes(scope));
      if (lacking.length > 0) {
        const reason = said(({ connections }) => connections.moreAccess(recipe, lacking));
        return { kind: 'missing', missing: missingLogin(parent, reason, [...earlier(connector, scopes), ...needed]) };
      }
      return {
        kind: 'ready',
        slot: {
          key: slotKey({ use, verifyUserAccess }),
          parent,
          connector,
          personal: verifyUserAccess,
          credential: found.credential,
          account: found.account,
          scopes: found.scopes,
        },
      };
    }
    if (!verifyUserAccess)
      throw new BehalfError('connection.not_connected', `The shared connection ${use} is not connected`, {
        userText: said(({ connections }) => connections.notConnected([parent.title])),
        details: { connection: use },
      });
    return {
      kind: 'missing',
      missing: missingLogin(parent, wordsOf(parent, found.reason), [...earlier(connector, found.asked), ...needed]),
    };
  }
}

/** `scopes`: what is needed besides what every login of this connection asks for. */
function missingLogin(
  parent: ParentConnection,
  reason: Wording | undefined,
  scopes: readonly string[] = [],
): MissingLogin {
  const wanted = withUsual(parent, scopes);
  return { parent, ...(reason === undefined ? {} : { reason }), ...(wanted ? { scopes: wanted } : {}) };
}

/** A stored reason in words. */
function wordsOf({ title }: ParentConnection, reason: string | undefined): Wording | undefined {
  return reason === undefined ? undefined : said((texts) => reasonText(reason, title, texts));
}

/** What a login asks for that must give `scopes`; undefined: what every login of this connection asks for. */
function withUsual(parent: ParentConnection, scopes: readonly string[]): readonly string[] | undefined {
  const usual = parent.auth.kind === 'oauth2' ? parent.auth.app.scopes : [];
  const more = scopes.filter((scope) => !usual.includes(scope));
  return more.length === 0 ? undefined : [...new Set([...usual, ...more])];
}

/** What a login asks for that takes the place of one which has ended, so that recipes which worked go on working. */
export function reconnectScopes(
  parent: ParentConnection,
  connector: Connector,
  asked: readonly string[] | undefined,
): readonly string[] | undefined {
  return withUsual(parent, earlier(connector, asked));
}

/** Of the access of an earlier login what this app still knows: asking for anything else would fail for ever. */
function earlier({ actions }: Connector, asked: readonly string[] = []): readonly string[] {
  const known = new Set([...actions.values()].flatMap(({ scopes }) => scopes ?? []));
  return asked.filter((scope) => known.has(scope));
}

/** What actions need of one connection, besides what every login asks for. */
function neededScopes(names: readonly string[], { actions }: Connector): readonly string[] {
  return [...new Set(names.flatMap((name) => actions.get(name)?.scopes ?? []))];
}

function refusedShared(slot: ResolvedSlot): BehalfError {
  return new BehalfError('oauth.operator', `The app refuses the shared connection ${slot.parent.name}`, {
    userText: said(({ connections }) => connections.sharedRefused(slot.parent.title)),
    details: { connection: slot.parent.name },
  });
}
