/** One block or element of Block Kit, as it travels. */
export type Block = Readonly<Record<string, unknown>>;

/** A file as Slack keeps it. */
export interface StoredFile {
  readonly id: string;
  readonly name: string;
  readonly mimeType: string;
  readonly content: Uint8Array;
  /** Slack user id of who uploaded it. */
  readonly user: string;
}

/** A message as Slack keeps it. `ts` is its id within the workspace of the emulator. */
export interface StoredMessage {
  readonly ts: string;
  readonly channel: string;
  /** Slack user id of the author. */
  readonly user: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly files?: readonly StoredFile[];
  readonly threadTs?: string;
  /** Slack user id of the only person who sees it: an ephemeral message. */
  readonly onlyFor?: string;
  readonly editedTs?: string;
}

export type RequestKind = 'url_verification' | 'event' | 'interaction' | 'suggestion' | 'command' | 'raw';

/** Why Slack repeats an event, as in `x-slack-retry-reason`. */
export type DeliveryFailure = 'http_timeout' | 'http_error' | 'connection_failed';

/** One request that the emulator sent to the bot, with what came back. */
export interface RecordedRequest {
  readonly kind: RequestKind;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly sentAt: number;
  /** Milliseconds until the answer, or until Slack gave up. */
  readonly ms: number;
  /** HTTP status; absent when no answer came in time. */
  readonly status?: number;
  readonly failure?: DeliveryFailure;
  readonly responseBody: string;
  readonly eventId?: string;
  readonly retryNum?: number;
}

/** One call of the Web API by the bot, or one use of a response_url (then `method` is `response_url`). */
export interface RecordedCall {
  readonly method: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly status: number;
  readonly ok: boolean;
  readonly error?: string;
  readonly at: number;
}

/** Something that Slack accepts but that a careful app avoids. */
export interface ApiWarning {
  readonly method: string;
  readonly warning: 'missing_text' | 'missing_charset' | 'ambiguous_response';
}

/** What a person's Slack profile says beyond the defaults; for guests, unconfirmed addresses, people who left. */
export interface ProfileOverrides {
  readonly email?: string | null;
  readonly emailConfirmed?: boolean;
  readonly restricted?: boolean;
  readonly ultraRestricted?: boolean;
  readonly stranger?: boolean;
  readonly deleted?: boolean;
  readonly teamId?: string;
  readonly tz?: string;
  readonly locale?: string;
}
