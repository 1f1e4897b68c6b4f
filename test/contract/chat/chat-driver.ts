import type { ChatAdapter } from '../../../src/chat/chat-adapter.port.js';
import type { ChatEventHandler } from '../../../src/chat/chat-event.js';
import type { ChatUser, Platform } from '../../../src/chat/chat-user.js';
import type { Clock } from '../../../src/kernel/clock.port.js';

/** `group`: a chat of a few people with the bot, of whom Max is none. */
export type Where = 'direct' | 'channel' | 'group';

/** A message of the bot as one person reads it in the client. */
export interface ShownMessage {
  readonly id: string;
  readonly where: Where;
  /** The message below which it stands, if it is in a thread. */
  readonly thread?: string;
  /** Every word of it, markup rendered; paragraphs on lines of their own. */
  readonly text: string;
  /** Labels of the buttons, in their order. */
  readonly buttons: readonly string[];
}

/** How the platform's request went. */
export interface Receipt {
  /** What to hand to `redeliver`. */
  readonly delivery: string;
  /** What was said, as a message in the client. */
  readonly message?: string;
  /** The bot took it (a status of the 200s). */
  readonly accepted: boolean;
}

export interface Press {
  readonly accepted: boolean;
  /** The page that the client opened in the browser or in its pop-up. */
  readonly openedUrl?: string;
}

/** A form as it stands open in a person's client. */
export interface ShownForm {
  readonly title: string;
  /** Every word of it, labels included. */
  readonly text: string;
}

/** One adapter, started on a real HTTP server, with the platform's emulator on the other side. */
export interface ChatBench {
  readonly adapter: ChatAdapter;
  /** Somebody (an id of `playground/people.ts`) writes to the bot; beside others they mention it. */
  personSays(personId: string, text: string, where?: Where): Promise<Receipt>;
  /** The platform sends the same event once more. */
  redeliver(delivery: string): Promise<Receipt>;
  /** `choices` are the values chosen in picklists, by id. */
  personPresses(
    personId: string,
    messageId: string,
    label: string,
    choices?: Readonly<Record<string, string>>,
  ): Promise<Press>;
  formShownTo(personId: string): ShownForm | undefined;
  /** Sends off the open form, filled in by field name; fields that are left out keep what stands in them. */
  personSubmits(personId: string, values: Readonly<Record<string, string>>): Promise<{ readonly accepted: boolean }>;
  /** Types in a field whose options come from the bot; resolves with their labels. */
  personSearches(personId: string, field: string, query: string): Promise<readonly string[]>;
  /** Sends what looks like a form of ours, and is none. Resolves with the status. */
  sendOddForm(personId: string): Promise<number>;
  /** The bot's messages that this person sees now, oldest first. */
  shownTo(personId: string): readonly ShownMessage[];
  /** Sends a well-formed event that the platform has not signed; resolves with the status. */
  sendForged(): Promise<number>;
  /** Sends something genuine that is no event; resolves with the status. */
  sendMalformed(): Promise<number>;
  /** From now on the platform refuses the bot's messages for good. */
  refuseMessages(): void;
  /** The next message is too much for now: the platform asks for this pause. */
  limitMessages(retryAfterSeconds: number): void;
  /** The next message to be replaced is not there any more. */
  loseMessage(): void;
  stop(): Promise<void>;
}

export interface ChatDriver {
  readonly platform: Platform;
  /** The person as the service knows them. */
  user(personId: string): ChatUser;
  /** How long the adapter lets a client wait that shows a form, in ms. */
  readonly formAnswerMs: number;
  /** Starts the emulator and the adapter; the platform repeats unaccepted events within a second. */
  start(handler: ChatEventHandler, clock: Clock): Promise<ChatBench>;
}

/** Looks until there is something, for five seconds. */
export async function eventually<T>(look: () => T | undefined): Promise<T> {
  const deadline = Date.now() + 5000;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`it did not happen within 5 s: ${look}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
