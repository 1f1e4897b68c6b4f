import { isDeepStrictEqual } from 'node:util';
import type { ChatUser, Outsider } from '../chat/chat-user.js';
import type { ConversationRef } from '../chat/conversation.js';
import type { Message } from '../chat/message.js';
import type { Answerer, Answers, AskRef, AskView, GivenAnswer } from '../jobs/answers.js';
import type { OpenAsk } from '../jobs/job.js';
import { admitsOutsider } from '../jobs/permission.js';
import type { RecipeBook } from '../recipes/recipe-book.js';
import type { Texts } from '../texts/english.js';
import { textsFor } from '../texts/texts-for.js';
import { outcomeMessage } from './answer-messages.js';
import type { FindPatientChat, IsWanted } from './patient-chats.js';
import { sayPrivately } from './say.js';
import { shownValue } from './shown-value.js';

interface TakeAnswersDeps {
  readonly answers: Answers;
  readonly recipes: () => RecipeBook;
  readonly chats: FindPatientChat;
}

/** Somebody who answers, and where. */
export interface Answering {
  readonly user: ChatUser;
  readonly conversation: ConversationRef;
  /** Absent for full members. */
  readonly person?: Outsider | undefined;
  readonly locale?: string | undefined;
}

type Named = Answerer & { readonly name: string };

/** What all ways to answer a job's question share: who may, and what is said to whoever came too late. */
export class TakeAnswers {
  readonly #deps: TakeAnswersDeps;

  constructor(deps: TakeAnswersDeps) {
    this.#deps = deps;
  }

  /** The question as this person may see it. The platform is asked about the person only where that may change the answer. */
  async view(answering: Answering, ref: AskRef): Promise<AskView> {
    const { answers, recipes } = this.#deps;
    const { person, user } = answering;
    const seen = await answers.view(ref, { user });
    const view = seen.kind === 'not_theirs' ? await answers.view(ref, await this.describe(answering)) : seen;
    if (view.kind !== 'open' || !person) return view;
    // Who is no full member answers only for recipes that let such people in, whoever the question names.
    const recipe = recipes().get(view.recipe);
    return recipe && admitsOutsider(recipe, person) ? view : { kind: 'not_theirs' };
  }

  /** Gives the answer; says why where it is not taken. */
  async give(answering: Answering, ref: AskRef, answer: Omit<GivenAnswer, 'by'>): Promise<void> {
    const who = await this.describe(answering);
    const by = { ...answering.user, name: who.name };
    const outcome = await this.#deps.answers.give(ref, who, { ...answer, by });
    if (outcome.kind === 'taken') return;
    // The same answer of the same person, once more: two presses on one button.
    const isRepeated =
      outcome.kind === 'already' &&
      outcome.isSame &&
      outcome.answer.label === answer.label &&
      isDeepStrictEqual(outcome.answer.value, answer.value);
    if (!isRepeated) await this.say(answering, outcomeMessage(outcome, textsFor(answering.locale)));
  }

  /** A platform that does not answer costs the name, not the answer. */
  async describe({ conversation, user }: Answering): Promise<Named> {
    try {
      const { confirmedEmail, name } = await this.#deps.chats(user.platform).describeUser(user, conversation);
      return { user, name, ...(confirmedEmail === undefined ? {} : { email: confirmedEmail }) };
    } catch {
      return { user, name: user.userId };
    }
  }

  /** What concerns one person is said to that person; later, where the chat takes nothing now and it is wanted then. */
  say(answering: Answering, message: Message, isWanted?: IsWanted): Promise<void> {
    return sayPrivately(this.#deps.chats(answering.user.platform, isWanted), answering, message);
  }
}

/** The answer that the fields of a question make together. */
export function answerOfFields(
  { answer }: OpenAsk,
  values: Readonly<Record<string, unknown>>,
  texts: Texts,
): Omit<GivenAnswer, 'by'> {
  const isForm = answer.kind === 'fields' && answer.title !== undefined;
  if (isForm) return { kind: 'given', value: values, values, label: texts.asks.filledIn };
  const value = Object.values(values)[0];
  return { kind: 'given', value, label: shownValue({}, value, texts) };
}
