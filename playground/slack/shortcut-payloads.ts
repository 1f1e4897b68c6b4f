import { type Person, SLACK_TEAM_ID } from '../people.js';
import { VERIFICATION_TOKEN } from './payloads.js';
import type { Block, StoredMessage } from './types.js';
import { type Channel, toWire } from './workspace.js';

/** A shortcut, chosen anywhere. https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload */
export function globalShortcut({ actionTs, callbackId, person, triggerId, userTeam }: ChosenShortcut): Block {
  return {
    type: 'shortcut',
    token: VERIFICATION_TOKEN,
    action_ts: actionTs,
    team: { id: SLACK_TEAM_ID, domain: 'acme' },
    user: { id: person.slackUserId, username: person.id, team_id: userTeam },
    enterprise: null,
    is_enterprise_install: false,
    callback_id: callbackId,
    trigger_id: triggerId,
  };
}

/** The same on a message: with all of it, and where it stands. */
export function messageShortcut(
  chosen: ChosenShortcut & {
    readonly channel: Channel;
    readonly message: StoredMessage;
    readonly files: readonly Block[];
    readonly responseUrl: string;
  },
): Block {
  const { channel, files, message, person, responseUrl, userTeam } = chosen;
  return {
    ...globalShortcut(chosen),
    type: 'message_action',
    user: { id: person.slackUserId, username: person.id, name: person.id, team_id: userTeam },
    channel: { id: channel.id, name: channel.direct ? 'directmessage' : channel.name },
    message_ts: message.ts,
    message: { ...toWire(message), ...(files.length === 0 ? {} : { files }) },
    response_url: responseUrl,
  };
}

interface ChosenShortcut {
  readonly person: Person;
  readonly userTeam: string;
  readonly callbackId: string;
  readonly triggerId: string;
  readonly actionTs: string;
}
