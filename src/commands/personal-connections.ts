import type { ChatUser } from '../chat/chat-user.js';
import type { Clicks } from '../chat/clicks.js';
import type { ConversationRef } from '../chat/conversation.js';
import { type Block, type Message, textMessage } from '../chat/message.js';
import type { ConnectionSummary, Connections } from '../connections/connections.js';
import type { Disconnection } from '../connections/end-connection.js';
import type { ParentConnection } from '../connections/parent-connection.js';
import type { CreateLoginLink, WantedLink } from '../jobs/login-link.js';
import type { WaitingJobs } from '../jobs/waiting-jobs.js';
import type { Clock } from '../kernel/clock.port.js';
import type { RecipeBook } from '../recipes/recipe-book.js';
import type { Texts } from '../texts/english.js';
import { textsFor } from '../texts/texts-for.js';
import {
  CONNECTION_PICKLIST,
  type ConnectionView,
  confirmDeleteMessage,
  connectionListMessage,
  noConnectionsMessage,
} from './connection-messages.js';
import type { OwnData } from './own-data.js';

interface PersonalConnectionsDeps {
  readonly connections: Connections;
  readonly parents: (name: string) => ParentConnection | undefined;
  /** What a login asks for in place of one that had asked for `asked`; undefined: what every login does. */
  readonly reconnectScopes: (parent: ParentConnection, asked: readonly string[]) => readonly string[] | undefined;
  readonly recipes: () => RecipeBook;
  readonly waiting: WaitingJobs;
  readonly clicks: Clicks;
  readonly createLoginLink: CreateLoginLink;
  readonly ownData: OwnData;
  /** Told before the person's wish to end a connection is carried out. */
  readonly onEnded: (user: ChatUser, connection: string) => Promise<void>;
  readonly clock: Clock;
}

interface Asked {
  readonly user: ChatUser;
  readonly conversation: ConversationRef;
  readonly locale?: string | undefined;
}

/**
 * What a person sees of their connections and can do with them. Every method reads what belongs to `user` anew; a name out of
 * a message only chooses among that.
 */
export class PersonalConnections {
  readonly #deps: PersonalConnectionsDeps;

  constructor(deps: PersonalConnectionsDeps) {
    this.#deps = deps;
  }

  /** The same, with tokens and links of another kind. */
  drawnWith(parts: Pick<PersonalConnectionsDeps, 'clicks' | 'createLoginLink'>): PersonalConnections {
    return new PersonalConnections({ ...this.#deps, ...parts, ownData: this.#deps.ownData.drawnWith(parts.clicks) });
  }

  async list(asked: Asked, notice?: string): Promise<Message> {
    const { clicks, clock, connections } = this.#deps;
    const found = await connections.list(asked.user);
    const texts = textsFor(asked.locale);
    const ownData = await this.#deps.ownData.buttons(asked);
    if (found.length === 0) return withBlock(noConnectionsMessage(texts, notice), ownData);
    const views = await Promise.all(found.map((connection) => this.#view(asked, connection)));
    const [disconnect = '', remove = ''] = await clicks.issue(asked.user, [
      { kind: 'connection', do: 'disconnect' },
      { kind: 'connection', do: 'ask-delete' },
    ]);
    const list = connectionListMessage({
      connections: views,
      now: clock.now(),
      tokens: { disconnect, delete: remove },
      texts,
      ...(notice === undefined ? {} : { notice }),
    });
    return withBlock(list, ownData);
  }

  /** What the person can do with all that is kept about them. */
  get ownData(): OwnData {
    return this.#deps.ownData;
  }

  /** Carries out a press on Disconnect or Delete; the result takes the place of the message. */
  async press(
    asked: Asked,
    action: 'disconnect' | 'ask-delete' | 'delete',
    chosen: string | undefined,
  ): Promise<Message> {
    const connection = chosen === undefined ? undefined : await this.#deps.connections.get(asked.user, chosen);
    const texts = textsFor(asked.locale).connections;
    if (chosen === undefined) return this.#askToChoose(asked);
    if (!connection) return this.list(asked, texts.gone);
    if (action !== 'ask-delete') await this.#deps.onEnded(asked.user, connection.name);
    switch (action) {
      case 'disconnect':
        return this.list(
          asked,
          this.#describeEnd(
            texts,
            texts.disconnected,
            await this.#deps.connections.disconnect(asked.user, connection.name),
          ),
        );
      case 'ask-delete':
        return this.#askDelete(asked, connection);
      case 'delete':
        return this.list(
          asked,
          this.#describeEnd(texts, texts.deleted, await this.#deps.connections.remove(asked.user, connection.name)),
        );
    }
  }

  /** The list may have grown empty since it was shown. */
  async #askToChoose(asked: Asked): Promise<Message> {
    const isEmpty = (await this.#deps.connections.list(asked.user)).length === 0;
    return this.list(asked, isEmpty ? undefined : textsFor(asked.locale).connections.chooseFirst);
  }

  /** The choice that the picklist of the list travels with. */
  chosenIn(values: Readonly<Record<string, string>>): string | undefined {
    return values[CONNECTION_PICKLIST] || undefined;
  }

  /** Tells about a login that has just been completed, with a way to end it at once. */
  async connectedMessage(
    user: ChatUser,
    connection: string,
    {
      account,
      before,
      locale,
    }: { readonly account: string; readonly before?: string | undefined; readonly locale?: string | undefined },
  ): Promise<Message> {
    const [token = ''] = await this.#deps.clicks.issue(user, [{ kind: 'connection', do: 'disconnect', connection }]);
    const title = this.#titleOf(connection);
    const texts = textsFor(locale).connections;
    const message = textMessage(texts.connected(title, account, before));
    return {
      ...message,
      blocks: [...message.blocks, { kind: 'buttons', buttons: [{ kind: 'action', label: texts.disconnect, token }] }],
    };
  }

  async #askDelete(asked: Asked, connection: ConnectionSummary): Promise<Message> {
    const { clicks, recipes, waiting } = this.#deps;
    const [remove = '', keep = ''] = await clicks.issue(asked.user, [
      { kind: 'connection', do: 'delete', connection: connection.name },
      { kind: 'connections' },
    ]);
    const book = recipes();
    const users = book
      .commands()
      .filter((recipe) => book.usesOf(recipe).some((slot) => slot.use === connection.name && slot.verifyUserAccess));
    return confirmDeleteMessage({
      connection: await this.#view(asked, connection, { withoutLink: true }),
      recipes: users.map((recipe) => recipe.name),
      waitingJobs: await waiting.count(asked.user, connection.name),
      tokens: { delete: remove, keep },
      texts: textsFor(asked.locale),
    });
  }

  async #view(
    asked: Asked,
    connection: ConnectionSummary,
    options: { readonly withoutLink?: boolean } = {},
  ): Promise<ConnectionView> {
    const { account, lastUsedAt, name, reason, status } = connection;
    const parent = status === 'connected' || options.withoutLink ? undefined : this.#deps.parents(name);
    return {
      name,
      title: this.#titleOf(name),
      status,
      ...(account ? { account: account.label } : {}),
      ...(reason === undefined ? {} : { reason }),
      ...(lastUsedAt === undefined ? {} : { lastUsedAt }),
      ...(parent ? { reconnect: await this.#reconnect(asked, connection, parent) } : {}),
    };
  }

  async #reconnect(
    { conversation, locale, user }: Asked,
    { asked = [], name: connection }: ConnectionSummary,
    parent: ParentConnection,
  ): Promise<{ url: string; token: string }> {
    const scopes = this.#deps.reconnectScopes(parent, asked);
    return this.#login({ user, connection, conversation, locale, ...(scopes ? { scopes } : {}) });
  }

  /** A Login button of its own. */
  async loginButton(login: WantedLink): Promise<Block> {
    const label = textsFor(login.locale).logins.login;
    return { kind: 'buttons', buttons: [{ kind: 'login', label, ...(await this.#login(login)) }] };
  }

  async #login(login: WantedLink): Promise<{ url: string; token: string }> {
    const [url, [token = '']] = await Promise.all([
      this.#deps.createLoginLink(login),
      this.#deps.clicks.issue(login.user, [{ kind: 'login-opened' }]),
    ]);
    return { url, token };
  }

  #titleOf(name: string): string {
    return this.#deps.parents(name)?.title ?? name;
  }

  /** Honest about what happened at the app. */
  #describeEnd(texts: Texts['connections'], done: (app: string) => string, end: Disconnection | undefined): string {
    if (!end) return texts.gone;
    const title = this.#titleOf(end.name);
    const lead = done(end.account ? `${title} (${end.account.label})` : title);
    switch (end.revocation) {
      case 'queued':
        return `${lead} ${texts.revoking(title)}`;
      case 'unsupported':
        return `${lead} ${texts.notRevocable(title)}`;
      case 'unreadable':
        return `${lead} ${texts.notReadable(title)}`;
      case 'none':
        return lead;
    }
  }
}

function withBlock(message: Message, block: Block): Message {
  return { ...message, blocks: [...message.blocks, block] };
}
