import type { Clock } from '../../src/kernel/clock.port.js';
import type { HttpClient } from '../../src/kernel/http-client.port.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import type { Secret } from '../../src/kernel/secret.js';
import { Groups } from './groups.js';
import { Outbox } from './outbox.js';
import { type KnownPeople, People } from './people.js';
import type { HeldCalls } from './rate-limits.js';
import { fileOrigins } from './upload.js';
import { SlackApi } from './web-api.js';
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

export function openSession(
  { apiUrl, clock, held, httpClient, known, logger, stopping }: SessionParts,
  installation: {
    readonly token: () => Promise<Secret>;
    readonly workspace: (api: SlackApi) => Promise<Workspace>;
    /** Keeps workspaces apart in what is remembered of people. */
    readonly prefix: string;
  },
): Session {
  const api = new SlackApi({ baseUrl: apiUrl, token: installation.token, httpClient, clock, logger, stopping, held });
  const workspace = (): Promise<Workspace> => installation.workspace(api);
  return {
    api,
    workspace,
    people: new People({ api, clock, known, workspace, prefix: installation.prefix }),
    groups: new Groups(api, clock),
    outbox: new Outbox({ api, clock, logger, fileOrigins: fileOrigins(apiUrl) }),
  };
}
