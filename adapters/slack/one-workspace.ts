import { asBehalfError, isBehalfError } from '../../src/kernel/errors.js';
import type { Secret } from '../../src/kernel/secret.js';
import type { JsonObject } from './json.js';
import { openSession, type Session, type SessionParts } from './session.js';
import type { SlackApi } from './web-api.js';
import { identifyWorkspace, type Workspace } from './workspace.js';
import { installationIds, notThere, type Workspaces } from './workspaces.js';

const FIRST_RETRY_MS = 2000;
const LAST_RETRY_MS = 60_000;

/** The one workspace that `SLACK_BOT_TOKEN` is of. */
export class OneWorkspace implements Workspaces {
  readonly #parts: SessionParts;
  readonly #session: Session;
  readonly #inBackground: (work: Promise<void>) => void;
  readonly #onKnown: (workspace: Workspace) => Promise<void>;
  #workspace: Workspace | undefined;
  #identifying: Promise<Workspace> | undefined;

  /** `onKnown`: called once, when Slack has told which workspace it is. */
  constructor(
    parts: SessionParts,
    options: {
      readonly botToken: Secret;
      readonly inBackground: (work: Promise<void>) => void;
      readonly onKnown: (workspace: Workspace) => Promise<void>;
    },
  ) {
    this.#parts = parts;
    this.#inBackground = options.inBackground;
    this.#onKnown = options.onKnown;
    const access = { token: async () => options.botToken, workspace: (api: SlackApi) => this.#identified(api) };
    this.#session = openSession(parts, access, '');
  }

  /** Fails for a token that Slack refuses. When Slack cannot be reached the service starts and keeps asking. */
  async start(): Promise<void> {
    try {
      await this.#report(await this.#session.workspace());
    } catch (error) {
      if (isBehalfError(error, 'config.invalid')) throw error;
      this.#parts.logger.warn(
        { err: asBehalfError(error) },
        'Slack cannot be reached yet; trying again in the background',
      );
      this.#inBackground(this.#keepIdentifying());
    }
  }

  /** All installations of a Slack app send to one address: of others than ours nothing is heard. */
  async hearing(body: JsonObject): Promise<Session | undefined> {
    const { teamId } = await this.#session.workspace();
    return installationIds(body).includes(teamId) ? this.#session : undefined;
  }

  async speaking(workspace: string | undefined): Promise<Session> {
    // Addresses of before name none, and before Slack has answered once there are none of others.
    const isElsewhere = workspace !== undefined && this.#workspace && workspace !== this.#workspace.teamId;
    if (isElsewhere) throw notThere();
    return this.#session;
  }

  async #identified(api: SlackApi): Promise<Workspace> {
    if (this.#workspace) return this.#workspace;
    const identify = async () => ({ ...(await identifyWorkspace(api)), installedAt: this.#parts.clock.now() });
    this.#identifying ??= identify().finally(() => {
      this.#identifying = undefined;
    });
    this.#workspace = await this.#identifying;
    return this.#workspace;
  }

  async #keepIdentifying(): Promise<void> {
    const { clock, logger, stopping } = this.#parts;
    for (let pause = FIRST_RETRY_MS; !stopping.aborted; pause = Math.min(pause * 2, LAST_RETRY_MS)) {
      await clock.sleep(pause, stopping).catch(() => {});
      if (stopping.aborted) return;
      try {
        return await this.#report(await this.#session.workspace());
      } catch (error) {
        const err = asBehalfError(error);
        if (err.code === 'config.invalid') return logger.error({ err }, 'Slack refuses the bot token');
        logger.debug({ err }, 'Slack still cannot be reached');
      }
    }
  }

  async #report(workspace: Workspace): Promise<void> {
    const { logger } = this.#parts;
    const { botUserId, enterpriseId, missingScopes, teamId } = workspace;
    logger.info({ teamId, enterpriseId, botUserId }, 'connected to Slack');
    if (missingScopes.length > 0)
      logger.warn(
        { missingScopes },
        'the Slack app lacks scopes: update it from `behalf slack manifest` and reinstall it',
      );
    await this.#onKnown(workspace).catch((error: unknown) => {
      logger.warn({ err: asBehalfError(error) }, 'it could not be noted that the app is installed');
    });
  }
}
