import type { Clock } from '../../src/kernel/clock.port.js';
import type { HttpClient } from '../../src/kernel/http-client.port.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import { Groups } from './groups.js';
import { Outbox } from './outbox.js';
import { type KnownPeople, People } from './people.js';
import type { HeldCalls } from './rate-limits.js';
import { SlackApi, type TokenAccess } from './web-api.js';
import type { Workspace } from './workspace.js';

/** What every workspace is spoken to with. */
export interface SessionParts {
  /** Base of the Web API, with a `/` at its end. */
  readonly apiUrl: string;
  readonly httpClient: HttpClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly known: KnownPeople;
  readonly stopping: AbortSignal;
  readonly held: HeldCalls;
}

/** The bot in one workspace: what it hears and says there goes through here, with the token of that workspace alone. */
export interface Session {
  readonly api: SlackApi;
  readonly people: People;
  readonly groups: Groups;
  readonly outbox: Outbox;
  /** Rejects with `config.invalid` or `chat.delivery_failed` where Slack has to be asked first. */
  workspace(): Promise<Workspace>;
}

/** What the bot has in a workspace. */
export interface Access extends TokenAccess {
  workspace(api: SlackApi): Promise<Workspace>;
}

/** `prefix` keeps workspaces apart in what is remembered of people. */
export function openSession(parts: SessionParts, access: Access, prefix: string): Session {
  return new OpenSession(parts, access, prefix);
}

/** There is one for each workspace in use: no function of its own, no list, nothing that the others have, too. */
class OpenSession implements Session {
  readonly api: SlackApi;
  readonly people: People;
  readonly outbox: Outbox;
  readonly #access: Access;
  readonly #clock: Clock;
  #groups: Groups | undefined;

  constructor(
    { apiUrl, clock, held, httpClient, known, logger, stopping }: SessionParts,
    access: Access,
    prefix: string,
  ) {
    const api = new SlackApi({ baseUrl: apiUrl, access, httpClient, clock, logger, stopping, held });
    this.api = api;
    this.people = new People({ api, clock, known, session: this, prefix });
    this.outbox = new Outbox({ api, apiUrl, clock, logger });
    this.#access = access;
    this.#clock = clock;
  }

  /** Few workspaces let groups decide. */
  get groups(): Groups {
    this.#groups ??= new Groups(this.api, this.#clock, this.people);
    return this.#groups;
  }

  workspace(): Promise<Workspace> {
    return this.#access.workspace(this.api);
  }
}
