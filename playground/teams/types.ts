import { z } from 'zod';

export const ACTIVITY = z.looseObject({
  type: z.string().min(1),
  id: z.string().optional(),
  text: z.string().optional(),
  summary: z.string().optional(),
  replyToId: z.string().optional(),
  attachments: z.array(z.looseObject({ contentType: z.string(), content: z.unknown().optional() })).optional(),
  value: z.unknown().optional(),
});

/** Body of `POST /v3/conversations`. */
export const CONVERSATION = z.looseObject({
  members: z.array(z.looseObject({ id: z.string() })).optional(),
  tenantId: z.string().optional(),
  channelData: z
    .looseObject({
      tenant: z.looseObject({ id: z.string() }).optional(),
      channel: z.looseObject({ id: z.string() }).optional(),
    })
    .optional(),
  activity: z.unknown().optional(),
});

/** Who alone sees a message. */
export const TARGETED = z.looseObject({ recipient: z.looseObject({ id: z.string() }) });

/** `{ id }` of what was made. */
export const RESOURCE = z.looseObject({ id: z.string() });

/** An activity that the bot sent, as it came over the wire. */
export type BotActivity = z.infer<typeof ACTIVITY>;

/** An activity for the bot. Only the fields that the emulator itself reads have a type. */
export interface ChannelActivity {
  readonly type: string;
  readonly id?: string;
  readonly channelId?: string;
  readonly serviceUrl?: string;
  readonly from?: { readonly id: string; readonly name?: string; readonly aadObjectId?: string };
  readonly conversation?: { readonly id: string; readonly tenantId?: string; readonly conversationType?: string };
  readonly [key: string]: unknown;
}

/** A file that a person sends along; `pasted`: a picture in the text. */
export interface SentFile {
  readonly name: string;
  readonly content: Uint8Array;
  readonly pasted?: boolean;
}

/** What differs from a well-formed activity; `null` leaves a field out. For attacks. */
export interface ActivityOverrides {
  readonly tenantId?: string | null;
  readonly serviceUrl?: string;
  readonly aadObjectId?: string | null;
  readonly channelId?: string;
  readonly id?: string;
  readonly locale?: string;
}

/** What the roster says of a person beyond the defaults: guests, people of other organisations, people who left. */
export interface AccountOverrides {
  readonly userRole?: string | null;
  readonly userPrincipalName?: string | null;
  readonly tenantId?: string | null;
  /** The roster does not know the person. */
  readonly isGone?: boolean;
}

/** How the bot's endpoint answered one activity. */
export interface Delivery {
  readonly activityId: string;
  /** Of the last attempt; 0 when nothing answered in time. */
  readonly status: number;
  readonly body: unknown;
  /** Status of each attempt. */
  readonly attempts: readonly number[];
}

/** What a person sees happen after pressing a button. */
export type PressResult =
  /** The button opens the browser: nothing was sent. */
  | { readonly kind: 'open-url'; readonly url: string }
  /** The button opens the sign-in pop-up: nothing was sent. */
  | { readonly kind: 'sign-in'; readonly url: string }
  /** A message went to the bot (Action.Submit, messageBack, imBack). */
  | { readonly kind: 'sent'; readonly delivery: Delivery }
  /** An invoke went to the bot and its answer was applied. */
  | { readonly kind: 'invoked'; readonly delivery: Delivery; readonly outcome: InvokeOutcome };

export type InvokeOutcome =
  | { readonly kind: 'card'; readonly card: unknown }
  | { readonly kind: 'toast'; readonly text: string }
  /** A dialog (task module) shows this card. */
  | { readonly kind: 'dialog'; readonly title: string; readonly card: unknown }
  | { readonly kind: 'quiet' }
  /** The client shows "Something went wrong". */
  | { readonly kind: 'failed'; readonly reason: string };

/** A card that is not as Teams wants it. Errors are refused with 400, warnings are only recorded. */
export interface CardFinding {
  readonly level: 'error' | 'warning';
  readonly message: string;
}

/** One HTTP request between the channel and the bot. */
export interface LoggedRequest {
  readonly direction: 'to-bot' | 'from-bot';
  readonly at: number;
  readonly method: string;
  /** Path with the query. */
  readonly path: string;
  readonly body: unknown;
  readonly status: number;
  readonly response: unknown;
}

/** A message in a chat, as tests look at it. */
export interface SeenMessage {
  readonly id: string;
  /** Id of the person who alone sees it. */
  readonly onlyFor?: string;
  /** Without `;messageid=`. */
  readonly conversationId: string;
  /** Root of the thread in a channel. */
  readonly threadId?: string;
  /** `bot` or a person's id. */
  readonly author: string;
  readonly text: string;
  /** Contents of the adaptive cards in it. */
  readonly cards: readonly unknown[];
  readonly activity: unknown;
  readonly edited: boolean;
  /** Grows with every change in any chat; compare with `mark()`. */
  readonly sequence: number;
}
