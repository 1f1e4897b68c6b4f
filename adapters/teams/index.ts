import type { ChatAdapter } from '../../src/chat/chat-adapter.port.js';
import { TeamsAdapter } from './adapter.js';
import { checkConfig, type TeamsConfig, type TeamsDeps } from './config.js';

export { DEFAULT_FILE_HOSTS, DEFAULT_SERVICE_HOSTS } from './config.js';
export type { TeamsConfig, TeamsDeps };

/**
 * The Teams side of the service, for one tenant, at POST `/api/messages`. botbuilder is not loaded before `start`.
 * @throws BehalfError `config.invalid` for an empty app id (the Bot Framework would authenticate nobody) or tenant id
 */
export function createTeamsAdapter(config: TeamsConfig, deps: TeamsDeps): ChatAdapter {
  checkConfig(config);
  return new TeamsAdapter(config, deps);
}
