import type { PlaygroundConversation, PlaygroundEntries } from './api.js';

/** What the client offers to complete a text with while somebody types. */
export interface Completion {
  readonly label: string;
  readonly hint: string;
  /** The text with the completion in place. */
  readonly text: string;
}

interface Typing {
  readonly conversation: PlaygroundConversation;
  readonly inThread: boolean;
  /** Those of the recipes. */
  readonly slashCommands: PlaygroundEntries['slashCommands'];
}

const OWN_COMMAND = { command: '/behalf', hint: 'Ask Behalf for something, e.g. help' } as const;

/** Slash commands that are begun (Slack), or a mention that is begun beside others. */
export function completionsOf(typed: string, { conversation, inThread, slashCommands }: Typing): readonly Completion[] {
  const { kind, platform } = conversation;
  if (platform === 'slack' && !inThread && typed.startsWith('/')) {
    const begun = [OWN_COMMAND, ...slashCommands].filter(({ command }) => command.startsWith(typed));
    if (begun.some(({ command }) => command === typed)) return [];
    return begun.map(({ command, hint }) => ({ label: command, hint, text: `${command} ` }));
  }
  const [begun] = /(?:^|(?<=\s))@\w*$/.exec(typed) ?? [];
  const isMention = kind !== 'direct' && begun !== undefined && begun !== '@Behalf';
  if (!isMention || !'@behalf'.startsWith(begun.toLowerCase())) return [];
  return [{ label: '@Behalf', hint: 'The bot', text: `${typed.slice(0, typed.length - begun.length)}@Behalf ` }];
}
