import type { Message } from '../../src/chat/message.js';
import { type OutgoingActivity, renderMessage } from './cards.js';
import { type FileActivity, type FileOffer, renderOffer } from './file-consent.js';

/** A message with what Teams needs of it beside what is shown: a file is asked about before it is there. */
export interface TeamsMessage extends Message {
  readonly offer?: FileOffer;
}

export function renderTeamsMessage(message: TeamsMessage): OutgoingActivity | FileActivity {
  return message.offer ? renderOffer(message.offer) : renderMessage(message);
}
