import type { Person, PlaygroundConversation, PlaygroundPlatform } from './api.js';
import { ChannelIcon, DirectIcon, GroupIcon } from './icons.js';

type Kind = PlaygroundConversation['kind'];

const ICONS: Readonly<Record<Kind, () => React.ReactNode>> = {
  direct: DirectIcon,
  channel: ChannelIcon,
  group: GroupIcon,
};

interface Section {
  readonly heading: string;
  readonly kinds: readonly Kind[];
}

/** In the order in which the platform's own client has them; the chat with the bot comes first all the same. */
const SECTIONS: Readonly<Record<PlaygroundPlatform, readonly Section[]>> = {
  slack: [
    { heading: 'Apps', kinds: ['direct'] },
    { heading: 'Channels', kinds: ['channel'] },
    { heading: 'Direct messages', kinds: ['group'] },
  ],
  teams: [
    { heading: 'Chat', kinds: ['direct', 'group'] },
    { heading: 'Team Acme', kinds: ['channel'] },
  ],
};

/** What a person calls a conversation: a group is called after the others in it, a channel without its team. */
export function titleFor(person: Person, { kind, title }: PlaygroundConversation): string {
  const own = person.name.split(' ')[0];
  const names = title.split(', ').filter((name) => name !== own);
  return kind === 'group' ? names.join(', ') : title.replace(/^#|^.* \/ /, '');
}

/** A platform's conversations in the order in which they are listed. */
export function placesOf(
  platform: PlaygroundPlatform,
  conversations: readonly PlaygroundConversation[],
): readonly PlaygroundConversation[] {
  const mine = conversations.filter((one) => one.platform === platform);
  return SECTIONS[platform].flatMap(({ kinds }) => kinds.flatMap((kind) => mine.filter((one) => one.kind === kind)));
}

interface PlacesProps {
  readonly label: string;
  readonly platform: PlaygroundPlatform;
  readonly person: Person;
  readonly places: readonly PlaygroundConversation[];
  readonly open: string;
  readonly unread: (place: PlaygroundConversation) => number;
  readonly onOpen: (id: string) => void;
}

/** Where a person can write: a list beside the messages, tabs above them where there is less room. */
export function Places({ label, platform, person, places, open, unread, onOpen }: PlacesProps) {
  return (
    <nav className="places" aria-label={label}>
      {SECTIONS[platform].map(({ heading, kinds }) => {
        const listed = places.filter(({ kind }) => kinds.includes(kind));
        if (listed.length === 0) return null;
        return (
          <div key={heading} className="place-section">
            <p className="place-heading">{heading}</p>
            <ul>
              {listed.map((place) => (
                <li key={place.id}>
                  <PlaceButton
                    place={place}
                    title={titleFor(person, place)}
                    isOpen={place.id === open}
                    unread={unread(place)}
                    onOpen={onOpen}
                  />
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </nav>
  );
}

interface ButtonProps {
  readonly place: PlaygroundConversation;
  readonly title: string;
  readonly isOpen: boolean;
  readonly unread: number;
  readonly onOpen: (id: string) => void;
}

function PlaceButton({ place, title, isOpen, unread, onOpen }: ButtonProps) {
  const Icon = ICONS[place.kind];
  return (
    <button
      type="button"
      className={unread > 0 ? 'place place-unread' : 'place'}
      aria-current={isOpen ? 'page' : undefined}
      onClick={() => onOpen(place.id)}
    >
      <Icon />
      <span className="place-title">{title}</span>
      {unread > 0 && (
        <span className="unread">
          {unread > 99 ? '99+' : unread}
          <span className="visually-hidden"> unread</span>
        </span>
      )}
    </button>
  );
}
