import { z } from 'zod';
import { type ChatUser, chatUserKey } from '../chat/chat-user.js';
import type { ConversationRef } from '../chat/conversation.js';
import type { ExpiringStore, RecordKey } from '../kernel/expiring-store.port.js';
import { joinKey, randomToken } from '../kernel/ids.js';

/** A question that nobody answers is forgotten after this; the next text is then a command again. */
const QUESTION_TTL_MS = 10 * 60_000;

const Question = z.object({
  /** One per command that is being asked about; the job is accepted under it, so that two answers make one job. */
  id: z.string(),
  recipe: z.string(),
  recipeVersion: z.string(),
  /** Values so far, by parameter name. */
  given: z.record(z.string(), z.unknown()),
  /** The parameter that is being asked for. */
  asking: z.string(),
  /** The event that was answered last: a second delivery of it is not the next answer. */
  lastEventId: z.string(),
});

/** A parameter that the bot has asked for and waits for. */
export type Question = z.infer<typeof Question>;

interface Asked {
  readonly user: ChatUser;
  readonly conversation: ConversationRef;
}

/** The open questions: at most one per person in direct messages and one in channels. */
export class Questions {
  readonly #store: ExpiringStore;

  constructor(store: ExpiringStore) {
    this.#store = store;
  }

  async open(asked: Asked): Promise<Question | undefined> {
    const value = await this.#store.get(keyOf(asked));
    if (value === undefined) return undefined;
    const parsed = Question.safeParse(JSON.parse(value));
    return parsed.success ? parsed.data : undefined;
  }

  /** Asks anew, in place of any other question. */
  async ask(asked: Asked, question: Omit<Question, 'id'> & { readonly id?: string }): Promise<Question> {
    const stored: Question = { ...question, id: question.id ?? randomToken(128) };
    await this.#store.put(keyOf(asked), encode(stored), QUESTION_TTL_MS);
    return stored;
  }

  /** Goes from one question to the next, unless something else was asked in the meantime; tells whether it did. */
  async advance(asked: Asked, from: Question, to: Question): Promise<boolean> {
    return this.#store.swap(keyOf(asked), encode(from), encode(to), QUESTION_TTL_MS);
  }

  /** Tells whether there was one. */
  async close(asked: Asked): Promise<boolean> {
    return (await this.#store.take(keyOf(asked))) !== undefined;
  }
}

function keyOf({ conversation, user }: Asked): RecordKey {
  return { kind: 'dialog', id: joinKey(chatUserKey(user), conversation.kind) };
}

/** The same question always gives the same text, whatever the order of its fields: `advance` compares texts. */
function encode(question: Question): string {
  return JSON.stringify(Question.parse(question));
}
