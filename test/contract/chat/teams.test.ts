import { describeChatAdapter } from './chat-adapter.contract.js';
import { teamsDriver } from './teams-driver.js';

describeChatAdapter(teamsDriver);
