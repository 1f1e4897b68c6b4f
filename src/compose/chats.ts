import type { Stores } from '../assemble.js';
import type { ChatAdapter } from '../chat/chat-adapter.port.js';
import type { Config } from '../config.js';
import { createInstallations } from '../connections/installations.js';
import type { Audit } from '../kernel/audit.port.js';
import type { Clock } from '../kernel/clock.port.js';
import type { HttpClient } from '../kernel/http-client.port.js';
import type { Logger } from '../kernel/logger.port.js';
import type { Metrics } from '../kernel/metrics.port.js';
import type { Vault } from '../kernel/vault.js';
import { loginProblemPage } from '../web/pages/login-pages.js';

interface ChatParts {
  readonly audit?: Audit;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Without rules about addresses: the platforms' hosts are fixed by the configuration. */
  readonly httpClient: HttpClient;
  /** For files of people, whose addresses come in messages: refuses private addresses. */
  readonly fileClient: HttpClient;
  readonly stores: Pick<Stores, 'connections' | 'expiring' | 'leases'>;
  readonly vault: Vault;
}

/** The chat platforms that are configured. */
export async function createChats(config: Config, parts: ChatParts): Promise<readonly ChatAdapter[]> {
  const { defaultLocale, publicUrl, slack, teams } = config;
  return [
    ...(slack ? [await createSlack({ ...slack, defaultLocale, publicUrl }, parts)] : []),
    ...(teams
      ? [
          (await import('../../adapters/teams/index.js')).createTeamsAdapter(
            { ...teams, defaultLocale, publicUrl },
            { ...parts, store: parts.stores.expiring },
          ),
        ]
      : []),
  ];
}

async function createSlack(
  slack: NonNullable<Config['slack']> & Pick<Config, 'defaultLocale' | 'publicUrl'>,
  parts: ChatParts,
): Promise<ChatAdapter> {
  const { createSlackAdapter } = await import('../../adapters/slack/index.js');
  const { connections, expiring, leases } = parts.stores;
  const installing = {
    installations: createInstallations({ ...parts, store: connections, leases }),
    records: expiring,
    showPage: loginProblemPage,
  };
  if (slack.client && slack.botToken === undefined && slack.allowedTeams.length === 0)
    parts.logger.warn(
      {},
      'SLACK_ALLOWED_TEAMS is not set: every workspace to which Slack lets people install this app can use it',
    );
  if (slack.client && slack.botToken && !slack.signIn)
    parts.logger.warn(
      {},
      'SLACK_CLIENT_ID is not used: SLACK_BOT_TOKEN says that there is one workspace, and nobody signs in with Slack',
    );
  return createSlackAdapter(slack, { ...parts, installing });
}
