/** An error of the Connector, as its documentation lists them (build-conversational-capability, "Status codes"). */
export interface ConnectorError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

export const ERRORS = {
  conversationNotFound: { status: 404, code: 'ConversationNotFound', message: 'Conversation not found.' },
  activityNotFound: { status: 404, code: 'ActivityNotFoundInConversation', message: 'Conversation not found.' },
  memberNotFound: {
    status: 404,
    code: 'MemberNotFoundInConversation',
    message: 'The member is not found in the conversation',
  },
  botNotInRoster: {
    status: 403,
    code: 'BotNotInConversationRoster',
    message: 'The bot is not part of the conversation roster.',
  },
  notInstalled: {
    status: 403,
    code: 'ForbiddenOperationException',
    message: "Bot is not installed in user's personal scope",
  },
  notYours: { status: 403, code: 'NotEnoughPermissions', message: 'The bot can change its own messages only.' },
  tooBig: { status: 413, code: 'MessageSizeTooBig', message: 'Message size too large.' },
  throttled: { status: 429, code: 'Throttled', message: 'Too many requests.' },
} as const satisfies Record<string, ConnectorError>;

export function badArgument(message: string): ConnectorError {
  return { status: 400, code: 'BadArgument', message };
}

export type Trouble =
  | { readonly kind: 'error'; readonly error: ConnectorError; readonly retryAfterSeconds?: number }
  | { readonly kind: 'refuse' };

/** Switches for what goes wrong at the Connector. */
export class Faults {
  #down = false;
  #delayMs = 0;
  #errors: { error: ConnectorError; left: number; retryAfterSeconds?: number }[] = [];
  #gate: Promise<void> | undefined;
  #arrived: () => void = () => {};
  #tokenFailures: { status: number; left: number } | undefined;

  /** The next `times` calls answer 429. */
  throttle(options: { readonly times: number; readonly retryAfterSeconds?: number }): void {
    const retryAfterSeconds = options.retryAfterSeconds ?? 1;
    this.#errors.push({ error: ERRORS.throttled, left: options.times, retryAfterSeconds });
  }

  /** The next `times` calls answer with an error of your choice. */
  fail(error: ConnectorError, times = 1): void {
    this.#errors.push({ error, left: times });
  }

  /** The next `times` token requests answer with this status. */
  failTokens(status: number, times = 1): void {
    this.#tokenFailures = { status, left: times };
  }

  /** Every call waits this long first. */
  delay(milliseconds: number): void {
    this.#delayMs = milliseconds;
  }

  /** Calls that come from now on wait for `go`; `reached` resolves with the first of them. */
  stop(): { readonly reached: Promise<void>; readonly go: () => void } {
    let go = (): void => {};
    this.#gate = new Promise((resolve) => {
      go = resolve;
    });
    const reached = new Promise<void>((resolve) => {
      this.#arrived = resolve;
    });
    return {
      reached,
      go: () => {
        this.#gate = undefined;
        this.#arrived = () => {};
        go();
      },
    };
  }

  /** Waits where calls are stopped. */
  async passage(): Promise<void> {
    this.#arrived();
    await this.#gate;
  }

  /** While down, connections to the Connector break without an answer. */
  down(isDown: boolean): void {
    this.#down = isDown;
  }

  clear(): void {
    this.#down = false;
    this.#delayMs = 0;
    this.#errors = [];
    this.#tokenFailures = undefined;
  }

  get delayMs(): number {
    return this.#delayMs;
  }

  /** What is to go wrong with the call at hand. */
  next(): Trouble | undefined {
    if (this.#down) return { kind: 'refuse' };
    const [first] = this.#errors;
    if (!first) return undefined;
    first.left -= 1;
    if (first.left <= 0) this.#errors.shift();
    const { error, retryAfterSeconds } = first;
    return { kind: 'error', error, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
  }

  nextTokenFailure(): number | undefined {
    const failure = this.#tokenFailures;
    if (!failure) return undefined;
    failure.left -= 1;
    if (failure.left <= 0) this.#tokenFailures = undefined;
    return failure.status;
  }
}
