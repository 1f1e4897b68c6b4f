import type { Secret } from '../kernel/secret.js';
import type { ChatFile } from './chat-file.js';
import type { ChatUser, Outsider } from './chat-user.js';
import type { ConversationRef, MessageRef } from './conversation.js';
import type { Form, FormChoice } from './form.js';

interface EventBase {
  /** The platform's own id of the event or click, unique per platform and tenant: what deduplication is keyed by. */
  readonly id: string;
  readonly user: ChatUser;
  readonly conversation: ConversationRef;
  /** Absent for full members. */
  readonly person?: Outsider | undefined;
  /** The tenant in whose place it happened, where the person belongs to another one: in a channel that both share. */
  readonly hostTenantId?: string | undefined;
  /** Where the person's clock stands (IANA name), where the platform says so. */
  readonly timeZone?: string | undefined;
  /** What language the person reads (BCP 47), where it is known. */
  readonly locale?: string | undefined;
}

/** An event after which the platform may show a form to the person. */
export interface OpensForm extends Pick<EventBase, 'user' | 'conversation' | 'locale'> {
  /**
   * Shows a form to the person. Present where the platform takes one now; it is to be called before the handler resolves, and
   * before slow work: Slack gives 3 s.
   * @throws BehalfError `chat.delivery_failed`
   */
  readonly openForm?: ((form: Form) => Promise<void>) | undefined;
}

/** Somebody who is mentioned in a text. */
export interface Mention {
  /** As it stands in the text. */
  readonly text: string;
  /** What `describeUser` finds the person by. */
  readonly userId: string;
}

/** Somebody wrote to the bot. The bot's own mention is removed, entities are decoded, spaces are normal. */
export interface TextEvent extends EventBase, OpensForm {
  readonly kind: 'text';
  readonly text: string;
  /** Other people than the bot. */
  readonly mentions?: readonly Mention[] | undefined;
  /** What was sent along; `text` may be empty then. */
  readonly files?: readonly ChatFile[] | undefined;
}

/** Somebody pressed a button of ours. `values` holds the picklists of that message. */
export interface ActionEvent extends EventBase, OpensForm {
  readonly kind: 'action';
  readonly token: string;
  readonly values: Readonly<Record<string, string>>;
  /** The message that holds the button, for editing it in place. */
  readonly message?: MessageRef;
  /**
   * Shows a line beside the button, to the person who pressed alone. Present where the platform can; false when it is too
   * late for that.
   */
  readonly tell?: (words: string) => boolean;
  /** Pressed in the bot's home: there is no message, and what would be edited in place is drawn there. */
  readonly inHome?: true;
}

/** Somebody typed the slash command of a recipe. */
export interface SlashCommandEvent extends EventBase, OpensForm {
  readonly kind: 'slash-command';
  /** With the slash. */
  readonly command: string;
  /** What stands behind it, cleaned as that of a {@link TextEvent}. */
  readonly text: string;
  readonly mentions?: readonly Mention[] | undefined;
}

/** Somebody chose a shortcut of a recipe in a menu of the chat, anywhere or on a message. */
export interface ShortcutEvent extends EventBase, OpensForm {
  readonly kind: 'shortcut';
  /** What the platform knows it by: an id that we gave it. */
  readonly shortcut: string;
  /** The message that it was chosen on. */
  readonly message?: ChosenMessage;
}

/** A message of the chat that somebody has chosen, whoever wrote it. */
export interface ChosenMessage {
  /** Cleaned as that of a {@link TextEvent}; may be empty. */
  readonly text: string;
  readonly mentions?: readonly Mention[];
  readonly files?: readonly ChatFile[];
  /** Address that opens it in the chat. */
  readonly link?: string;
  /** Apps have no `userId`. */
  readonly author?: { readonly name: string; readonly userId?: string };
}

/** Somebody sent off a form of ours. It closes when the handler has resolved, or the platform waits no longer, unless it was refused. */
export interface FormEvent extends EventBase {
  readonly kind: 'form';
  readonly token: string;
  /** By field name, as text: `true` or `false` for a boolean, absent where a field was left empty. */
  readonly values: Readonly<Record<string, string>>;
  /** By field name; absent where the platform's forms take none. */
  readonly files?: Readonly<Record<string, readonly ChatFile[]>>;
  /**
   * Keeps the form open and shows what is wrong, by field name. `form` is drawn where the platform draws it anew. False when it is
   * too late for that: the form has closed.
   */
  readonly refuseInTime: (form: Form, errors: Readonly<Record<string, string>>) => boolean;
}

/** Somebody types in a field of a form whose options we give. */
export interface OptionsEvent extends EventBase {
  readonly kind: 'options';
  readonly token: string;
  /** Name of the field. */
  readonly field: string;
  /** What has been typed; may be empty. */
  readonly query: string;
  /** What the field offers. Without a call it offers nothing. */
  readonly offer: (choices: readonly FormChoice[]) => void;
}

/**
 * The chat client itself hands us the code that our login page gave it, as the person signed in to it
 * (Teams `signin/verifyState`). `code` is `CancelledByUser` when the window was closed.
 */
export interface SignInEvent extends EventBase {
  readonly kind: 'sign-in';
  readonly code: string;
}

/** Somebody opened the bot's home. `conversation` is their direct chat. */
export interface HomeEvent extends EventBase {
  readonly kind: 'home';
}

/**
 * The chat client vouches for the person who is signed in to it, as it was asked to by `SilentSignIn`. The adapter has made sure
 * that the assertion is genuine, for us, and of `user`.
 */
export interface SilentSignInEvent extends EventBase {
  readonly kind: 'silent-sign-in';
  /** Id of the question. Every client of the person may answer the same one. */
  readonly question: string;
  /** What the platform's login server says of the person, for our OAuth client alone. */
  readonly assertion: Secret;
  /** Tells the client that it has worked. Without a call it may show the person a login. */
  readonly accept: () => void;
}

/**
 * A chat client of the person could not vouch for them. It does not say what it was asked; others of their clients may still
 * answer.
 */
export interface SilentSignInFailedEvent extends EventBase {
  readonly kind: 'silent-sign-in-failed';
}

export type ChatEvent =
  | TextEvent
  | SlashCommandEvent
  | ShortcutEvent
  | ActionEvent
  | FormEvent
  | OptionsEvent
  | SignInEvent
  | SilentSignInEvent
  | SilentSignInFailedEvent
  | HomeEvent;

/**
 * Takes an event in. Resolves when it is safe to acknowledge: what must not be lost is durable then. Work goes on after.
 * Rejects only when nothing was kept and nobody could be told, so that the platform should deliver it again.
 */
export type ChatEventHandler = (event: ChatEvent) => Promise<void>;
