import { describeChatAdapter } from './chat-adapter.contract.js';
import { slackDriver } from './slack-driver.js';

describeChatAdapter(slackDriver);
