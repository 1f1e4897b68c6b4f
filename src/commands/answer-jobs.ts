import type { ChatAdapter } from '../chat/chat-adapter.port.js';
import type { ActionEvent, TextEvent } from '../chat/chat-event.js';
import type { ChatUser, Platform } from '../chat/chat-user.js';
import type { Click } from '../chat/clicks.js';
import type { ConversationRef } from '../chat/conversation.js';
import { type Message, textMessage } from '../chat/message.js';
import type { Answerer, AnswerOutcome, Answers, AskRef, AskView, GivenAnswer } from '../jobs/answers.js';
import { CHOICE } from '../jobs/ask-messages.js';
import type { AskedField, OpenAsk } from '../jobs/job.js';
import { admitsOutsider } from '../jobs/permission.js';
import type { Clock } from '../kernel/clock.port.js';
import { parseParameterValue } from '../recipes/parameter-values.js';
import type { RecipeBook } from '../recipes/recipe-book.js';
import type { EventClaims } from './event-claims.js';
import type { JobQuestion, Questions } from './questions.js';

/** Typed instead of an answer to an optional field. */
const SKIP = 'skip';

type AnswerClick = Extract<Click, { kind: 'answer' | 'answer-chosen' | 'answer-fields' }>;

interface AnswerJobsDeps {
  readonly answers: Answers;
  readonly recipes: () => RecipeBook;
  readonly questions: Questions;
  readonly claims: EventClaims;
  readonly chats: (platform: Platform) => ChatAdapter;
  readonly clock: Clock;
  /** True when this person has started a job after `at` (ms since the epoch). */
  readonly hasStartedSince: (user: ChatUser, at: number) => Promise<boolean>;
}

interface Asked {
  readonly user: ChatUser;
  readonly conversation: ConversationRef;
}

/** From a press or a text to the answer of a job's question. */
export class AnswerJobs {
  readonly #deps: AnswerJobsDeps;

  constructor(deps: AnswerJobsDeps) {
    this.#deps = deps;
  }

  /** A button of a question; the event has been claimed. */
  async press(event: ActionEvent, click: AnswerClick): Promise<void> {
    const ref = { job: click.job, ask: click.ask };
    const who = await this.#describe(event);
    if (await this.#isShutOut(event, ref, who)) return this.#say(event, outcomeMessage({ kind: 'not_theirs' }));
    const message = event.message ? { message: event.message } : {};
    const by = { ...event.user, name: who.name };
    if (click.kind === 'answer') {
      const { label, value } = click;
      return this.#give(event, ref, who, { kind: 'given', value, label, by, ...message });
    }
    const view = await this.#deps.answers.view(ref, who);
    if (view.kind !== 'open') return this.#say(event, outcomeMessage(view));
    const { answer } = view.asking;
    if (click.kind === 'answer-fields') return this.#askForFields(event, ref, view.asking);
    const options = answer.kind === 'picklist' ? answer.options : [];
    const option = options.find((_, index) => String(index) === event.values[CHOICE]);
    if (!option) return this.#say(event, textMessage('Please choose something in the list first.'));
    await this.#give(event, ref, who, { kind: 'given', value: option.value, label: option.label, by, ...message });
  }

  /** Expects what the person types next; asks nothing by itself. */
  async expect(to: Asked, ref: AskRef, asking: OpenAsk): Promise<AskedField | undefined> {
    const [field] = fieldsOf(asking);
    if (!field) return undefined;
    const { address, kind, platform } = to.conversation;
    const now = this.#deps.clock.now();
    await this.#deps.questions.askForJob(to.user, {
      kind: 'job',
      id: ref.ask,
      job: ref.job,
      conversation: { platform, kind, address },
      given: {},
      asking: field.name,
      askedAt: now,
      lastEventId: '',
      ttlMs: Math.max(1, asking.expiresAt - now),
    });
    return field;
  }

  /** A text while a job's question is open; nothing for a second delivery of one that was dealt with. */
  async text(question: JobQuestion, event: TextEvent): Promise<void> {
    const { claims, questions } = this.#deps;
    if (await claims.isClaimed(event)) return;
    const isOver = await this.#takeText(question, event);
    // Only now: an answer that is lost on the way may be delivered again.
    await claims.done(event);
    if (isOver) await questions.close(event.user, question);
  }

  /** Tells whether the question is over. */
  async #takeText(question: JobQuestion, event: TextEvent): Promise<boolean> {
    const ref = { job: question.job, ask: question.id };
    const who = await this.#describe(event);
    const isShutOut = await this.#isShutOut(event, ref, who);
    const view = isShutOut ? ({ kind: 'not_theirs' } as const) : await this.#deps.answers.view(ref, who);
    if (view.kind !== 'open') {
      // A process that has died had taken this very answer.
      if (!isAnswerOf(view, question, event)) await this.#say(event, outcomeMessage(view));
      return true;
    }
    // A process that has died had taken it, and was to ask for the next field.
    if (question.lastEventId === event.id) {
      const field = fieldsOf(view.asking).find(({ name }) => name === question.asking);
      if (field) await this.#say(event, fieldMessage(field));
      return false;
    }
    // What is typed after another command was not meant for this question; its button still takes an answer.
    if (await this.#deps.hasStartedSince(event.user, question.askedAt)) {
      await this.#say(event, textMessage('You have started something else since I asked. Press Answer to answer it.'));
      return true;
    }
    const fields = fieldsOf(view.asking);
    const index = fields.findIndex(({ name }) => name === question.asking);
    const field = fields[index];
    if (!field) return true;
    const isSkipped = field.optional && event.text.trim().toLowerCase() === SKIP;
    const parsed = isSkipped ? undefined : parseParameterValue(field, event.text, { now: this.#deps.clock.now() });
    if (parsed?.kind === 'invalid') {
      await this.#say(event, textMessage(plain(parsed.message)));
      return false;
    }
    const given = parsed ? { ...question.given, [field.name]: parsed.value } : question.given;
    const next = fields[index + 1];
    if (next) {
      const now = this.#deps.clock.now();
      const to: JobQuestion = { ...question, given, asking: next.name, askedAt: now, lastEventId: event.id };
      if (await this.#deps.questions.advance(event.user, question, to)) await this.#say(event, fieldMessage(next));
      return false;
    }
    const by = { ...event.user, name: who.name };
    await this.#give(event, ref, who, answerOfFields(view.asking, given, by));
    return true;
  }

  async #askForFields(event: ActionEvent, ref: AskRef, asking: OpenAsk): Promise<void> {
    const field = await this.expect(event, ref, asking);
    if (field) await this.#say(event, fieldMessage(field));
  }

  async #give(event: Asked, ref: AskRef, who: Answerer, answer: GivenAnswer): Promise<void> {
    const outcome = await this.#deps.answers.give(ref, who, answer);
    // Two presses of one person on the same button are one answer.
    const isRepeated = outcome.kind === 'already' && outcome.isSame && outcome.answer.label === answer.label;
    if (outcome.kind !== 'taken' && !isRepeated) await this.#say(event, outcomeMessage(outcome));
  }

  /** Who is no full member answers only for recipes that let such people in, whoever the question names. */
  async #isShutOut({ person }: ActionEvent | TextEvent, ref: AskRef, who: Answerer): Promise<boolean> {
    if (!person) return false;
    const view = await this.#deps.answers.view(ref, who);
    const recipe = view.kind === 'open' ? this.#deps.recipes().get(view.recipe) : undefined;
    return view.kind === 'open' && !(recipe && admitsOutsider(recipe, person));
  }

  /** A platform that does not answer costs the name, not the answer. */
  async #describe({ conversation, user }: Asked): Promise<Answerer & { readonly name: string }> {
    try {
      const { confirmedEmail, name } = await this.#deps.chats(user.platform).describeUser(user, conversation);
      return { user, name, ...(confirmedEmail === undefined ? {} : { email: confirmedEmail }) };
    } catch {
      return { user, name: user.userId };
    }
  }

  /** What concerns one person is said to that person. */
  async #say({ conversation, user }: Asked, message: Message): Promise<void> {
    const chat = this.#deps.chats(user.platform);
    if (conversation.kind === 'direct') await chat.post(conversation, message);
    else await chat.postPrivately(conversation, user, message);
  }
}

function fieldsOf({ answer }: OpenAsk): readonly AskedField[] {
  return answer.kind === 'fields' ? answer.fields : [];
}

/** True where the question has been answered by this person with what stands in the text. */
function isAnswerOf(view: AskView, { asking }: JobQuestion, { text }: TextEvent): boolean {
  if (view.kind !== 'already' || !view.isSame) return false;
  const { value, values } = view.answer;
  return String(values?.[asking] ?? value) === text.trim();
}

function outcomeMessage(outcome: Exclude<AnswerOutcome, { kind: 'taken' }>): Message {
  switch (outcome.kind) {
    case 'not_theirs':
      return textMessage('This question is for somebody else.');
    case 'closed':
      return textMessage('This question is not open any more.');
    case 'already': {
      const { by, label } = outcome.answer;
      return textMessage(`${outcome.isSame ? 'You have answered already' : `${by.name} was first`}: ✓ ${label}`);
    }
  }
}

function fieldMessage({ example, hint, name, optional, prompt }: AskedField): Message {
  const hints = [hint, example === undefined ? undefined : `e.g. ${example}`, optional ? `or ${SKIP}` : undefined];
  const shown = hints.filter((part) => part !== undefined).join(', ');
  const question = prompt === '' ? `Please type the ${name}.` : prompt;
  return textMessage(shown === '' ? question : `${question} (${shown})`);
}

function answerOfFields(
  { answer }: OpenAsk,
  values: Readonly<Record<string, unknown>>,
  by: GivenAnswer['by'],
): GivenAnswer {
  const isForm = answer.kind === 'fields' && answer.title !== undefined;
  if (isForm) return { kind: 'given', value: values, values, label: 'Filled in', by };
  const value = Object.values(values)[0];
  return { kind: 'given', value, label: String(value), by };
}

/** Our own sentences mark names with `*`. */
function plain(text: string): string {
  return text.replaceAll('*', '');
}
