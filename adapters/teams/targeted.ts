import { ACTION_TOKEN, TARGETED } from './buttons.js';
import type { OutgoingActivity } from './cards.js';
import type { TeamsMessage } from './teams-message.js';

/**
 * Messages in a channel or group chat that one person sees, for a day. Teams tells nobody, when a button in one is pressed, that
 * it was such a message: what replaces it would be for everybody. So its buttons say so.
 * https://learn.microsoft.com/microsoftteams/platform/agents-in-teams/targeted-messages
 */
export function withMarks(activity: OutgoingActivity): OutgoingActivity {
  return marked(activity);
}

/** The sign-in pop-up hands its code back in the 1:1 chat only: a login anywhere else would never end. Files are given there only. */
export function needsOwnChat({ blocks, offer }: TeamsMessage): boolean {
  if (offer !== undefined) return true;
  return blocks.some((block) => block.kind === 'buttons' && block.buttons.some(({ kind }) => kind === 'login'));
}

/** The same with a mark beside every token of ours. */
function marked<T>(value: T): T;
function marked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((entry: unknown) => marked(entry));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, entry]) => [key, marked(entry)] as const);
  return { ...Object.fromEntries(entries), ...(ACTION_TOKEN in value ? { [TARGETED]: true } : {}) };
}
