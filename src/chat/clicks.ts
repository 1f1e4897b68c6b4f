import { z } from 'zod';
import type { ExpiringStore } from '../kernel/expiring-store.port.js';
import { randomToken, sha256 } from '../kernel/ids.js';
import { sealedStore } from '../kernel/sealed-store.js';
import type { Vault } from '../kernel/vault.js';
import { type ChatUser, chatUserKey, isSameChatUser } from './chat-user.js';
import { StoredConversation } from './conversation.js';

/** A button is good for a week: long enough for "Close it" after a weekend, short enough to keep the store small. */
const CLICK_TTL_MS = 7 * 86_400_000;

const Click = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('command'),
    command: z.string(),
    parameters: z.record(z.string(), z.unknown()),
    /** `parameter` is the value whose number is chosen in the picklist of the message. */
    choice: z.object({ picklist: z.string(), parameter: z.string(), values: z.array(z.unknown()) }).optional(),
  }),
  z.object({ kind: z.literal('cancel-job'), job: z.string() }),
  /** The Login button of a job's prompt; reported by platforms that report clicks on links. */
  z.object({ kind: z.literal('login-opened'), job: z.string().optional() }),
  z.object({ kind: z.literal('cancel-question'), question: z.string() }),
  /** Answers a job's question with a value. */
  z.object({ kind: z.literal('answer'), job: z.string(), ask: z.string(), label: z.string(), value: z.json() }),
  /** Answers a job's question with what is chosen in the picklist of the message. */
  z.object({ kind: z.literal('answer-chosen'), job: z.string(), ask: z.string() }),
  /** Begins to fill in the fields of a job's question; `inChat`: one by one in the chat, not in a form. */
  z.object({
    kind: z.literal('answer-fields'),
    job: z.string(),
    ask: z.string(),
    inChat: z.literal(true).optional(),
  }),
  /** A form with the fields of a job's question that stands open. */
  z.object({ kind: z.literal('answer-form'), job: z.string(), ask: z.string() }),
  /** Answers a command's question with what is chosen in the picklist of the message. */
  z.object({
    kind: z.literal('choose-option'),
    question: z.string(),
    parameter: z.string(),
    options: z.array(z.object({ label: z.string(), value: z.union([z.string(), z.number()]) })),
  }),
  /** Shows the form of the command that is being asked about. */
  z.object({ kind: z.literal('open-form'), question: z.string() }),
  /** A form that stands open: which command it is for, and what it did not show. */
  z.object({
    kind: z.literal('form'),
    recipe: z.string(),
    recipeVersion: z.string(),
    given: z.record(z.string(), z.unknown()),
    /** Where the command was given: the job answers there. */
    conversation: StoredConversation,
    /** The question that the form answers as well. */
    question: z.string().optional(),
  }),
  /** Shows a form again that has closed, filled in as it was sent off. */
  z.object({ kind: z.literal('refill-form'), form: z.string(), values: z.record(z.string(), z.string()) }),
  /** `page` counts from 0: turns the pages of a help that is there; `app`: of that app's commands. */
  z.object({ kind: z.literal('help'), page: z.int().min(0).optional(), app: z.string().optional() }),
  /** Runs the command that is chosen in the picklist of the help. */
  z.object({ kind: z.literal('run-chosen') }),
  z.object({ kind: z.literal('connections') }),
  /** Acts on `connection`, or on the one chosen in the picklist `connection` of the message. */
  z.object({
    kind: z.literal('connection'),
    do: z.enum(['disconnect', 'ask-delete', 'delete']),
    connection: z.string().optional(),
  }),
  /** What is kept about the person: gives it to them, or erases it. */
  z.object({ kind: z.literal('own-data'), do: z.enum(['export', 'ask-erase', 'erase']) }),
]);

/** What a press on one of our buttons means. */
export type Click = z.infer<typeof Click>;

const StoredClick = z.object({
  user: z.object({ platform: z.enum(['slack', 'teams']), tenantId: z.string(), userId: z.string() }),
  /** `person`: only that chat user. `tenant`: anybody there, and then it counts as theirs. */
  audience: z.enum(['person', 'tenant']),
  click: Click,
});

type Redeemed =
  | { readonly kind: 'ok'; readonly click: Click }
  | { readonly kind: 'not_yours' }
  | { readonly kind: 'unknown' };

/**
 * Button tokens: what stands in a message is opaque and means something only on the server, and only for the person it was
 * made for. A token read off somebody else's message is worth nothing.
 */
export interface Clicks {
  /** Makes a token for each click, in one round trip. */
  issue(user: ChatUser, clicks: readonly Click[], audience?: 'person' | 'tenant'): Promise<readonly string[]>;
  /** `hostTenantId`: the tenant where it was pressed, if it is another than the person's. */
  redeem(user: ChatUser, token: string, hostTenantId?: string): Promise<Redeemed>;
}

/** `ttlMs`: how long its tokens are good. */
export function createClicks(expiring: ExpiringStore, vault: Vault, ttlMs: number = CLICK_TTL_MS): Clicks {
  const store = sealedStore(expiring, vault);
  return {
    async issue(user, clicks, audience = 'person') {
      const tokens = clicks.map(() => randomToken(128));
      if (clicks.length === 0) return tokens;
      await store.putAll(
        clicks.map((click, index) => ({
          key: { ...keyOf(tokens[index] ?? ''), owner: chatUserKey(user) },
          value: JSON.stringify({ user, audience, click }),
        })),
        ttlMs,
      );
      return tokens;
    },
    async redeem(user, token, hostTenantId = user.tenantId) {
      const value = await store.get(keyOf(token));
      if (value === undefined) return { kind: 'unknown' };
      const stored = StoredClick.safeParse(JSON.parse(value));
      if (!stored.success) return { kind: 'unknown' };
      const { audience, click, user: owner } = stored.data;
      const isTheirs =
        audience === 'person'
          ? isSameChatUser(owner, user)
          : owner.platform === user.platform && owner.tenantId === hostTenantId;
      return isTheirs ? { kind: 'ok', click } : { kind: 'not_yours' };
    },
  };
}

/** What a press gives its command, with what is chosen in the message; undefined when nothing on offer is. */
export function parametersOf(
  { choice, parameters }: Extract<Click, { kind: 'command' }>,
  chosen: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> | undefined {
  if (!choice) return parameters;
  const number = chosen[choice.picklist] ?? '';
  const value = /^\d{1,4}$/.test(number) ? choice.values[Number(number)] : undefined;
  return value === undefined ? undefined : { ...parameters, [choice.parameter]: value };
}

function keyOf(token: string): { kind: 'action'; id: string } {
  return { kind: 'action', id: sha256(token) };
}
