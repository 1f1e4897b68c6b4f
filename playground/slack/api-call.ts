import { isRecord } from './block-checks.js';
import type { SlackFileStore } from './files.js';
import type { TriggerIds } from './response-urls.js';
import type { ApiWarning, Block, StoredMessage } from './types.js';
import type { Workspace } from './workspace.js';

export type Args = Readonly<Record<string, unknown>>;

/** Body of an answer of the Web API. */
export type ApiAnswer = Block & { readonly ok: boolean };

/** What happened to one of the bot's own messages; Slack tells the app about those in direct messages too. */
export type OwnMessageChange =
  | { readonly kind: 'posted'; readonly message: StoredMessage }
  | { readonly kind: 'changed'; readonly message: StoredMessage; readonly previous: StoredMessage }
  | { readonly kind: 'deleted'; readonly previous: StoredMessage };

/** What the methods of the Web API work on. */
export interface ApiWorld {
  readonly workspace: Workspace;
  readonly triggers: TriggerIds;
  readonly files: SlackFileStore;
  readonly views: Block[];
  /** The modal that stands open in somebody's client, by Slack user id. */
  readonly modals: Map<string, Block>;
  /** What stands in the Home tab, by Slack user id. */
  readonly homes: Map<string, Block>;
  /** A Home tab has been published; by Slack user id. */
  readonly onHome: (slackUserId: string) => void;
  readonly scopes: readonly string[];
  readonly warn: (warning: ApiWarning) => void;
  readonly onOwnMessage: (change: OwnMessageChange) => void;
}

export interface ApiMethod {
  /** Any one of these scopes will do; none means that every token may call it. */
  readonly scopes: readonly string[];
  readonly run: (args: Args, world: ApiWorld) => ApiAnswer;
}

export function succeed(fields: Block = {}): ApiAnswer {
  return { ok: true, ...fields };
}

export function fail(error: string, fields: Block = {}): ApiAnswer {
  return { ok: false, error, ...fields };
}

/** An argument as text; numbers and booleans count as in a form. */
export function textArg(args: Args, name: string): string | undefined {
  const value = args[name];
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** An argument that is JSON: sent as such, or as text in a form. Undefined when it does not parse. */
export function jsonArg(args: Args, name: string): unknown {
  const value = args[name];
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** Slack's refusal of a payload with faulty blocks. */
export function refuseBlocks(messages: readonly string[]): ApiAnswer {
  return fail('invalid_blocks', {
    errors: messages.map((message) => message.replace('[ERROR] ', '')),
    response_metadata: { messages },
  });
}

export function asBlocks(value: unknown): readonly Block[] | undefined {
  return Array.isArray(value) && value.every(isRecord) ? value : undefined;
}
