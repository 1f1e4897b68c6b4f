import type { ChatAdapter } from '../../src/chat/chat-adapter.port.js';
import { BehalfError } from '../../src/kernel/errors.js';
import { SlackAdapter } from './adapter.js';
import type { SlackConfig, SlackDependencies } from './config.js';

export type { SlackConfig, SlackDependencies };

/**
 * The Slack side of the service, at POST `/slack/events`: for the workspace of the bot token, else for all that install the
 * app at `/slack/install`. Nothing of Slack's libraries is loaded before `start`, which checks the bot token once:
 * `config.invalid` when Slack refuses it; when Slack cannot be reached it starts and keeps asking.
 * @throws BehalfError `config.invalid` when a secret is empty: requests could not be told from forged ones
 */
export function createSlackAdapter(config: SlackConfig, dependencies: SlackDependencies): ChatAdapter {
  const { botToken, signingSecret } = config;
  if (signingSecret?.reveal() === '')
    throw new BehalfError(
      'config.invalid',
      'SLACK_SIGNING_SECRET is empty. Copy it from the Slack app: Basic Information.',
    );
  if (botToken?.reveal() === '')
    throw new BehalfError(
      'config.invalid',
      'SLACK_BOT_TOKEN is empty. Copy it from the Slack app: OAuth & Permissions.',
    );
  if (botToken === undefined && (config.client === undefined || dependencies.installing === undefined))
    throw new BehalfError('config.invalid', 'Slack needs SLACK_BOT_TOKEN, or SLACK_CLIENT_ID and SLACK_CLIENT_SECRET.');
  return new SlackAdapter(config, dependencies);
}
