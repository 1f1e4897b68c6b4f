import type { Person, PersonApi, PlaygroundConversation, PlaygroundMessage } from './api.js';

export interface ContentProps {
  readonly message: PlaygroundMessage;
  readonly author: Person | undefined;
  readonly conversation: PlaygroundConversation;
  readonly api: PersonApi;
  readonly onToast: (text: string) => void;
}
