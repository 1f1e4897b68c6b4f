import type { ChatAdapter } from '../../src/chat/chat-adapter.port.js';
import { BehalfError } from '../../src/kernel/errors.js';
import { SlackAdapter, type SlackConfig, type SlackDependencies } from './adapter.js';

export type { SlackConfig, SlackDependencies };

/**
 * The Slack side of the service, for one workspace, at POST `/slack/events`. Nothing of Slack's libraries is loaded before
 * `start`, which checks the token once: `config.invalid` when Slack refuses it; when Slack cannot be reached it starts and
 * keeps asking.
 * @throws BehalfError `config.invalid` when a secret is empty: requests could not be told from forged ones
 */
export function createSlackAdapter(config: SlackConfig, dependencies: SlackDependencies): ChatAdapter {
  if (config.signingSecret.reveal() === '')
    throw new BehalfError(
      'config.invalid',
      'SLACK_SIGNING_SECRET is empty. Copy it from the Slack app: Basic Information.',
    );
  if (config.botToken.reveal() === '')
    throw new BehalfError(
      'config.invalid',
      'SLACK_BOT_TOKEN is empty. Copy it from the Slack app: OAuth & Permissions.',
    );
  return new SlackAdapter(config, dependencies);
}
