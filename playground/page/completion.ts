import type { PlaygroundConversation } from './api.js';

/** What the client offers to complete a text with while somebody types. */
export interface Completion {
  readonly label: string;
  readonly hint: string;
  /** The text with the completion in place. */
  readonly text: string;
}

const SLASH_COMMANDS = [{ command: '/behalf', hint: 'Ask Behalf for something, e.g. help' }] as const;

/** A slash command that is begun (Slack), or a mention that is begun beside others. */
export function completionOf(
  typed: string,
  { kind, platform }: PlaygroundConversation,
  inThread: boolean,
): Completion | undefined {
  if (platform === 'slack' && !inThread && typed.startsWith('/')) {
    const begun = SLASH_COMMANDS.find(({ command }) => command.startsWith(typed) && command !== typed);
    return begun && { label: begun.command, hint: begun.hint, text: `${begun.command} ` };
  }
  const [begun] = /(?:^|(?<=\s))@\w*$/.exec(typed) ?? [];
  const isMention = kind !== 'direct' && begun !== undefined && begun !== '@Behalf';
  if (!isMention || !'@behalf'.startsWith(begun.toLowerCase())) return undefined;
  return { label: '@Behalf', hint: 'The bot', text: `${typed.slice(0, typed.length - begun.length)}@Behalf ` };
}
