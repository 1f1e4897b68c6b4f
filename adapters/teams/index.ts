import type { ChatAdapter } from '../../src/chat/chat-adapter.port.js';
import { TeamsAdapter } from './adapter.js';
import { checkConfig, type TeamsConfig, type TeamsDeps } from './config.js';

export type { BotCredential } from './bot-credential.js';
export type { TeamsConfig, TeamsDeps };

/**
 * The Teams side of the service, at POST `/api/messages`. botbuilder is not loaded before `start`.
 * `start` throws `config.invalid` for a certificate that cannot be used.
 * @throws BehalfError `config.invalid` for an empty app id (the Bot Framework would authenticate nobody) or tenant id
 */
export function createTeamsAdapter(config: TeamsConfig, deps: TeamsDeps): ChatAdapter {
  checkConfig(config);
  return new TeamsAdapter(config, deps);
}
