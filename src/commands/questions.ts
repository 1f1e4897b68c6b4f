import { z } from 'zod';
import { type ChatUser, chatUserKey, type Platform } from '../chat/chat-user.js';
import { type ConversationRef, StoredConversation } from '../chat/conversation.js';
import type { Clock } from '../kernel/clock.port.js';
import type { ExpiringStore } from '../kernel/expiring-store.port.js';
import { joinKey, randomToken } from '../kernel/ids.js';
import { type SealedKey, type SealedStore, sealedStore } from '../kernel/sealed-store.js';
import type { Vault } from '../kernel/vault.js';
import type { Taken } from './choices.js';
import type { IsWanted } from './patient-chats.js';
import { within } from './within.js';

/** A question that nobody answers is forgotten after this; the next text is then a command again. */
const QUESTION_TTL_MS = 10 * 60_000;
/** What the chat takes later than this has waited for it: the person may have written something else by then. */
const SEEN_WITHIN_MS = 1_000;
/** A question that cannot be asked before a login waits as long as people usually have for that. */
const LOGIN_TTL_MS = 30 * 60_000;

const CommandQuestion = z.object({
  /** Absent in those of former versions. */
  kind: z.literal('command').optional(),
  /** One per command that is being asked about; the job is accepted under it, so that two answers make one job. */
  id: z.string(),
  recipe: z.string(),
  recipeVersion: z.string(),
  /** Where the command was given: the job answers there, wherever the question is answered. */
  conversation: StoredConversation,
  /** Values so far, by parameter name. */
  given: z.record(z.string(), z.unknown()),
  /** The parameter that is being asked for. */
  asking: z.string(),
  /** What was typed for parameters whose value an app still has to find, by name. */
  texts: z.record(z.string(), z.string()).optional(),
  /** How values read that were chosen, by name. */
  labels: z.record(z.string(), z.string()).optional(),
  /** What was said with the question, and what there was to choose: it is said again where nobody knows that it was. */
  said: z
    .object({
      message: z.string().optional(),
      choices: z.array(z.object({ label: z.string(), value: z.union([z.string(), z.number()]) })).optional(),
    })
    .optional(),
  /** Connections that have to be logged in to before it is asked. */
  awaiting: z.array(z.string()).optional(),
  /** Milliseconds since the epoch. */
  askedAt: z.number(),
  /** The event that was answered last: a second delivery of it is not the next answer. */
  lastEventId: z.string(),
  /** The chat has not taken it yet: what is typed meanwhile is no answer to it. */
  isUnseen: z.literal(true).optional(),
  /** What the command is traced below (W3C `traceparent`). */
  trace: z.string().optional(),
  /** That event has answered the last question: its job follows. */
  isAnswered: z.boolean().optional(),
});

/** A job's question that is answered by typing, field by field. */
const JobQuestion = z.object({
  kind: z.literal('job'),
  /** That of the job's question. */
  id: z.string(),
  job: z.string(),
  conversation: StoredConversation,
  given: z.record(z.string(), z.unknown()),
  /** The field that is asked for. */
  asking: z.string(),
  askedAt: z.number(),
  lastEventId: z.string(),
  /** The chat has not taken it yet: what is typed meanwhile is no answer to it. */
  isUnseen: z.literal(true).optional(),
  /** That event has answered the last field. */
  isAnswered: z.boolean().optional(),
  /** How long the job waits, in milliseconds. */
  ttlMs: z.number(),
});

const Question = z.union([JobQuestion, CommandQuestion]);

/** A parameter that the bot has asked for and waits for. */
export type CommandQuestion = z.infer<typeof CommandQuestion>;
export type JobQuestion = z.infer<typeof JobQuestion>;
export type Question = CommandQuestion | JobQuestion;

export function isJobQuestion(question: Question): question is JobQuestion {
  return question.kind === 'job';
}

interface Said {
  readonly message?: string | undefined;
  readonly choices?: readonly { readonly label: string; readonly value: string | number }[] | undefined;
}

/** What is kept of what was said with a question, and what can be said again out of that. */
export function saidWith({ choices, message }: Said = {}) {
  return { ...(message === undefined ? {} : { message }), ...(choices === undefined ? {} : { choices: [...choices] }) };
}

interface Asked {
  readonly user: ChatUser;
  readonly conversation: ConversationRef;
}

/** How a question is said. */
interface Saying {
  readonly clock: Clock;
  /** `isWanted` tells whether it is still to be said, where that could not be done at once. */
  readonly words: (isWanted: IsWanted) => Promise<void>;
  /** Whether it can be answered at all, where not only its being kept decides. */
  readonly isOpen?: IsWanted;
}

/** What a question keeps of a command that cannot start yet. `askedAt`: ms since the epoch. */
export function questionOf({ labels, next, texts, values }: Taken, askedAt: number) {
  const asked = next.kind === 'question' ? next.problem.parameter : next.kind === 'login' ? next.parameter : undefined;
  return {
    given: values,
    asking: asked?.name ?? '',
    texts: Object.keys(texts).length === 0 ? undefined : texts,
    labels: Object.keys(labels).length === 0 ? undefined : labels,
    said: next.kind === 'question' ? saidWith(next.problem) : undefined,
    awaiting: next.kind === 'login' ? next.missing.map(({ parent }) => parent.name) : undefined,
    askedAt,
    isUnseen: undefined,
  };
}

/** The open questions: at most one per person for direct messages and one for channels. */
export class Questions {
  readonly #store: SealedStore;
  readonly #asidesInOwnChat: (platform: Platform) => boolean;

  /** `asidesInOwnChat`: whether questions of a channel are asked in the person's own chat with the bot. */
  constructor(store: ExpiringStore, vault: Vault, asidesInOwnChat: (platform: Platform) => boolean = () => false) {
    this.#store = sealedStore(store, vault);
    this.#asidesInOwnChat = asidesInOwnChat;
  }

  /**
   * The question that a text of this person may answer. A command of a channel is asked about privately, on some platforms in
   * the direct message; so an answer there counts for it, too: for the one that was asked last, where both stand there.
   */
  async open({ conversation, id, user }: Asked & { readonly id?: string }): Promise<Question | undefined> {
    if (conversation.kind === 'channel') return this.#read(user, 'channel');
    const [here, inChannel] = await Promise.all([this.#read(user, 'direct'), this.#read(user, 'channel')]);
    if (!here || !inChannel) return here ?? inChannel;
    // A second delivery goes on with the one that the first has come to.
    if (id !== undefined && inChannel.lastEventId === id) return inChannel;
    if (id !== undefined && here.lastEventId === id) return here;
    // Nobody answers what they do not see.
    if (here.isUnseen !== inChannel.isUnseen) return here.isUnseen ? inChannel : here;
    return this.#asidesInOwnChat(user.platform) && inChannel.askedAt > here.askedAt ? inChannel : here;
  }

  /** As {@link open}, without one that the person has not seen yet: only the event that it comes from goes on with it. */
  async answeredBy(event: Asked & { readonly id: string }): Promise<Question | undefined> {
    const question = await this.open(event);
    return question?.isUnseen && question.lastEventId !== event.id ? undefined : question;
  }

  /** The open question of this id, if the person has it. */
  async find(user: ChatUser, id: string): Promise<Question | undefined> {
    return (await this.all(user)).find((question) => question.id === id);
  }

  /** The open questions of a person. */
  async all(user: ChatUser): Promise<readonly Question[]> {
    const open = await Promise.all([this.#read(user, 'direct'), this.#read(user, 'channel')]);
    return open.filter((question) => question !== undefined);
  }

  /** Asks anew, in place of any other question. */
  async ask(user: ChatUser, question: Omit<CommandQuestion, 'id'>): Promise<CommandQuestion> {
    const stored = { ...question, id: randomToken(128) };
    await this.#put(user, stored);
    return stored;
  }

  /** Asks for a job, in place of any other question. */
  async askForJob(user: ChatUser, question: JobQuestion): Promise<void> {
    await this.#put(user, question);
  }

  /** Goes from one question to the next, unless something else was asked in the meantime; tells whether it did. */
  async advance(user: ChatUser, from: Question, to: Question): Promise<boolean> {
    return this.#store.swap(keyOf(user, from.conversation.kind), encode(from), encode(to), ttlOf(to));
  }

  /**
   * Says a question that is kept already. While the chat does not take it, and where it never does, it counts as unseen; its time
   * begins when it stands there. One that is over by then is not said any more.
   */
  async say(user: ChatUser, question: Question, { clock, isOpen, words }: Saying): Promise<void> {
    let isOver = false;
    const isWanted = async (): Promise<boolean> => {
      isOver = await this.#isOver(user, question, isOpen);
      return !isOver;
    };
    const said = words(isWanted).then(() => 'said' as const);
    let unseen = question.isUnseen ? question : undefined;
    try {
      if ((await within(clock, SEEN_WITHIN_MS, said, 'late')) === 'late') unseen ??= await this.#hide(user, question);
      await said;
    } catch (error) {
      if (isOver) return;
      // Without the store nobody reads it either.
      if (!unseen) await this.#hide(user, question).catch(() => {});
      throw error;
    }
    if (unseen) await this.advance(user, unseen, { ...unseen, isUnseen: undefined, askedAt: clock.now() });
  }

  /** True when it was cancelled, answered in another way, or gave way to another one. */
  async #isOver(user: ChatUser, question: Question, isOpen: IsWanted | undefined): Promise<boolean> {
    const kept = await this.#read(user, question.conversation.kind);
    if (!kept || encode(seen(kept)) !== encode(seen(question))) return true;
    if (!isOpen || (await isOpen())) return false;
    await this.close(user, question);
    return true;
  }

  async #hide(user: ChatUser, question: Question): Promise<Question | undefined> {
    const unseen: Question = { ...question, isUnseen: true };
    return (await this.advance(user, question, unseen)) ? unseen : undefined;
  }

  /** Closes this question, not one that was asked later; tells whether it was open. */
  async close(user: ChatUser, { conversation, id }: Pick<Question, 'id' | 'conversation'>): Promise<boolean> {
    const open = await this.#read(user, conversation.kind);
    return open?.id === id && (await this.#store.take(keyOf(user, conversation.kind))) !== undefined;
  }

  async #put(user: ChatUser, question: Question): Promise<void> {
    await this.#store.put(keyOf(user, question.conversation.kind), encode(question), ttlOf(question));
  }

  async #read(user: ChatUser, kind: ConversationRef['kind']): Promise<Question | undefined> {
    const value = await this.#store.get(keyOf(user, kind));
    if (value === undefined) return undefined;
    const parsed = Question.safeParse(JSON.parse(value));
    return parsed.success ? parsed.data : undefined;
  }
}

function seen(question: Question): Question {
  return { ...question, isUnseen: undefined };
}

function ttlOf(question: Question): number {
  if (isJobQuestion(question)) return question.ttlMs;
  return question.awaiting || question.isUnseen ? LOGIN_TTL_MS : QUESTION_TTL_MS;
}

function keyOf(user: ChatUser, kind: ConversationRef['kind']): SealedKey {
  return { kind: 'dialog', id: joinKey(chatUserKey(user), kind), owner: chatUserKey(user) };
}

/** The same question always gives the same text, whatever the order of its fields: `advance` compares texts. */
function encode(question: Question): string {
  return JSON.stringify(Question.parse(question));
}
