import type { Person, PlaygroundConversation } from './api.js';

interface HeadProps {
  readonly conversation: PlaygroundConversation;
  readonly title: string;
  readonly people: readonly Person[];
}

/** What a conversation is called and who reads along. */
export function RoomHead({ conversation, title, people }: HeadProps) {
  const names = people.filter(({ id }) => conversation.people.includes(id)).map(({ name }) => name.split(' ')[0]);
  const isDirect = conversation.kind === 'direct';
  return (
    <header className="room-head">
      <h3>{conversation.platform === 'slack' && conversation.kind === 'channel' ? `# ${title}` : title}</h3>
      <p>{isDirect ? 'Only you and the bot' : `${names.join(', ')} and Behalf read here`}</p>
    </header>
  );
}
