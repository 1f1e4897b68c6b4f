import type { PlaygroundMessage } from '../conversations.js';
import type { InvokeOutcome, PressResult } from '../teams/types.js';
import type { ReceivedFile } from './sent-files.js';

/** What the page needs of the Slack emulator. */
export interface FrontSlack {
  say(
    personId: string,
    text: string,
    where: { readonly channel?: string; readonly threadTs?: string; readonly files?: readonly ReceivedFile[] },
  ): Promise<unknown>;
  command(
    personId: string,
    command: string,
    text: string,
    where: { readonly channel?: string },
  ): Promise<{ readonly status?: number }>;
  press(personId: string, messageId: string, element: FrontElement): Promise<unknown>;
  select(
    personId: string,
    messageId: string,
    element: FrontElement,
    value: string | readonly string[],
  ): Promise<unknown>;
  /** `messageId`: chosen in the menu of that message; else in that of the composer. */
  shortcut(personId: string, callbackId: string, messageId?: string): Promise<unknown>;
  /** The view in a person's Home tab; undefined before the first was published. */
  homeOf(personId: string): object | undefined;
  /**
   * The Home tabs of the app: `open` when a person goes to theirs, then `select` and `press` in it. What stands there is in
   * `PlaygroundState.slackHome`; a modal that a press opens comes back as after a press in a message.
   */
  homes(): {
    open(personId: string): Promise<unknown>;
    press(personId: string, element: FrontElement): Promise<unknown>;
    select(personId: string, element: FrontElement, value: string): Promise<unknown>;
  };
  modals(): {
    openOf(personId: string): object | undefined;
    close(personId: string): void;
    suggest(personId: string, blockId: string, query: string): Promise<readonly object[]>;
    submit(
      personId: string,
      values: Readonly<Record<string, string | boolean | readonly ReceivedFile[]>>,
    ): Promise<{ readonly errors: Readonly<Record<string, string>> }>;
  };
}

export interface FrontElement {
  readonly blockId: string;
  readonly actionId: string;
}

/** What the page needs of the Teams emulator. */
export interface FrontTeams {
  say(
    personId: string,
    text: string,
    options: { readonly conversation: string; readonly mention: 'typed'; readonly files?: readonly ReceivedFile[] },
  ): Promise<unknown>;
  act(
    personId: string,
    raw: {
      readonly message: string;
      readonly action: {
        readonly type: string;
        readonly title?: string;
        readonly id?: string;
        readonly verb?: string;
        readonly data?: unknown;
      };
    },
  ): Promise<PressResult>;
  verifyState(personId: string, state: string, options: { readonly conversation: string }): Promise<PressResult>;
  /** Chosen beside the message field. */
  shortcut(personId: string, commandId: string, where: { readonly conversation: string }): Promise<PressResult>;
  /** Chosen in the menu of a message. */
  shortcutOn(personId: string, commandId: string, messageId: string): Promise<PressResult>;
  /** Allows a file that the bot offers, or does not. */
  consent(personId: string, messageId: string, action: 'accept' | 'decline'): Promise<PressResult>;
  dialogs(): {
    submitRaw(personId: string, data: unknown): Promise<{ readonly outcome: InvokeOutcome }>;
    search(personId: string, inputId: string, query: string): Promise<readonly object[]>;
  };
  viewFor(personId: string, message: PlaygroundMessage): PlaygroundMessage;
}

/** What the page shows of the demo apps. */
export interface FrontApps {
  records(): Promise<{
    readonly opportunities: readonly unknown[];
    readonly notes: readonly unknown[];
    readonly files: readonly unknown[];
  }>;
}

/** The built page. Its HTML names the other two as `/playground/<any>.js` and `/playground/<any>.css`. */
export interface FrontPage {
  readonly html: string;
  readonly script: string;
  readonly style: string;
}
