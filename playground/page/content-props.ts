import type {
  PageFile,
  Person,
  PersonApi,
  Place,
  PlaygroundConversation,
  PlaygroundMessage,
  PlaygroundState,
} from './api.js';

export interface ContentProps {
  readonly message: PlaygroundMessage;
  readonly author: Person | undefined;
  readonly conversation: PlaygroundConversation;
  readonly api: PersonApi;
  readonly onToast: (text: string) => void;
}

export interface ListProps {
  readonly conversation: PlaygroundConversation;
  readonly state: PlaygroundState;
  readonly api: PersonApi;
  readonly onToast: (text: string) => void;
  /** Somebody chooses a shortcut beside a message field, or in the menu of the message that is named. */
  readonly onShortcut: (shortcut: string, place: Place, message?: string) => void;
  /** False when it was not sent. */
  readonly onSend: (place: Place, text: string, files: readonly PageFile[]) => Promise<boolean>;
}
