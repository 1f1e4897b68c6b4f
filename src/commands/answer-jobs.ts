import type { ActionEvent, FormEvent, TextEvent } from '../chat/chat-event.js';
import type { ChatUser } from '../chat/chat-user.js';
import type { Click } from '../chat/clicks.js';
import { type ConversationRef, toStored } from '../chat/conversation.js';
import { textMessage } from '../chat/message.js';
import type { AskRef, AskView } from '../jobs/answers.js';
import { CHOICE } from '../jobs/ask-messages.js';
import type { AskedField, OpenAsk } from '../jobs/job.js';
import type { Clock } from '../kernel/clock.port.js';
import { parseParameterValue } from '../recipes/parameter-values.js';
import { textsFor } from '../texts/texts-for.js';
import type { AnswerForms } from './answer-forms.js';
import { fieldMessage, isSkip, named, outcomeMessage } from './answer-messages.js';
import type { EventClaims } from './event-claims.js';
import { withDefaults } from './gather-parameters.js';
import type { JobQuestion, Question, Questions } from './questions.js';
import { type Answering, answerOfFields, type TakeAnswers } from './take-answers.js';

type ClickOn<Kind extends Click['kind']> = Extract<Click, { kind: Kind }>;

interface AnswerJobsDeps {
  readonly take: TakeAnswers;
  readonly forms: AnswerForms;
  readonly questions: Questions;
  readonly claims: EventClaims;
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
  async press(event: ActionEvent, click: ClickOn<'answer' | 'answer-chosen'>): Promise<void> {
    const { take } = this.#deps;
    const texts = textsFor(event.locale);
    const ref = { job: click.job, ask: click.ask };
    const message = event.message ? { message: event.message } : {};
    const view = await take.view(event, ref);
    if (view.kind === 'not_theirs') return take.say(event, outcomeMessage(view, texts));
    if (click.kind === 'answer') {
      const { label, value } = click;
      return take.give(event, ref, { kind: 'given', value, label, ...message });
    }
    if (view.kind !== 'open') return take.say(event, outcomeMessage(view, texts));
    const { answer } = view.asking;
    const options = answer.kind === 'picklist' ? answer.options : [];
    const option = options.find((_, index) => String(index) === event.values[CHOICE]);
    if (!option) return take.say(event, textMessage(texts.commands.chooseSomething));
    await take.give(event, ref, { kind: 'given', value: option.value, label: option.label, ...message });
  }

  /** The button of a question with fields: shows them in a form, else asks for them in the chat, one by one. */
  async fill(event: ActionEvent, click: ClickOn<'answer-fields'>): Promise<void> {
    const { claims, forms, take } = this.#deps;
    const texts = textsFor(event.locale);
    const ref = { job: click.job, ask: click.ask };
    const view = await take.view(event, ref);
    // Showing a form keeps nothing: a second delivery may show it again.
    if (view.kind === 'open' && !click.inChat && (await forms.open(event, ref, view.asking))) return;
    if (!(await claims.claim(event))) return;
    if (view.kind !== 'open') return take.say(event, outcomeMessage(view, texts));
    const question = await this.expect(event, ref, view.asking);
    if (question) await this.#sayField(event, question, view.asking);
  }

  /** Asks for the field that a question has come to. */
  async #sayField(to: Answering, question: JobQuestion, asking: OpenAsk): Promise<void> {
    const { clock, questions, take } = this.#deps;
    const field = fieldsOf(asking).find(({ name }) => name === question.asking);
    if (!field) return;
    const message = fieldMessage(field, to.conversation, textsFor(to.locale));
    const ref = { job: question.job, ask: question.id };
    const isOpen = async () => (await take.view(to, ref)).kind === 'open';
    await questions.say(to.user, question, { clock, isOpen, words: (isWanted) => take.say(to, message, isWanted) });
  }

  /** True where the person has started something else since: what they type was not meant for the question. */
  isOvertaken({ askedAt }: Question, { user }: Pick<Answering, 'user'>): Promise<boolean> {
    return this.#deps.hasStartedSince(user, askedAt);
  }

  /** The field that is asked for; undefined where the question is over. */
  async fieldOf(question: JobQuestion, answering: Answering): Promise<AskedField | undefined> {
    const view = await this.#deps.take.view(answering, { job: question.job, ask: question.id });
    const fields = view.kind === 'open' ? fieldsOf(view.asking) : [];
    return fields.find(({ name }) => name === question.asking);
  }

  /** The form of a question was sent off. */
  submit(event: FormEvent, click: ClickOn<'answer-form'>): Promise<void> {
    return this.#deps.forms.submit(event, click);
  }

  /** The form of a question is to be shown again, filled in as it was. */
  refill(
    event: ActionEvent,
    click: ClickOn<'answer-form'>,
    filled: Pick<FormEvent, 'token' | 'values'>,
  ): Promise<void> {
    return this.#deps.forms.reopen(event, click, filled);
  }

  /** Expects what the person types next; asks nothing by itself. */
  async expect(to: Asked, ref: AskRef, asking: OpenAsk): Promise<JobQuestion | undefined> {
    const [field] = fieldsOf(asking);
    if (!field) return undefined;
    const now = this.#deps.clock.now();
    const question: JobQuestion = {
      kind: 'job',
      id: ref.ask,
      job: ref.job,
      conversation: toStored(to.conversation),
      given: {},
      asking: field.name,
      askedAt: now,
      lastEventId: '',
      ttlMs: Math.max(1, asking.expiresAt - now),
    };
    await this.#deps.questions.askForJob(to.user, question);
    return question;
  }

  /**
   * A text while a job's question is open; nothing for a second delivery of one that was dealt with. False for a command where
   * the question has been answered or cancelled in another way: it is no answer.
   */
  async text(question: JobQuestion, event: TextEvent, isCommand: boolean): Promise<boolean> {
    const { claims, questions, take } = this.#deps;
    if (await claims.isClaimed(event)) return true;
    const view = await take.view(event, { job: question.job, ask: question.id });
    // A process that has died had taken this very answer.
    const isTaken = question.isAnswered === true && question.lastEventId === event.id;
    if (view.kind !== 'open' && isCommand && !isTaken) {
      await questions.close(event.user, question);
      return false;
    }
    const isOver = (isTaken && view.kind !== 'open') || (await this.#takeText(question, event, view));
    // Only now: an answer that is lost on the way may be delivered again.
    await claims.done(event);
    if (isOver) await questions.close(event.user, question);
    return true;
  }

  /** Tells whether the question is over. */
  async #takeText(question: JobQuestion, event: TextEvent, view: AskView): Promise<boolean> {
    const { clock, hasStartedSince, questions, take } = this.#deps;
    const texts = textsFor(event.locale);
    const ref = { job: question.job, ask: question.id };
    if (view.kind !== 'open') {
      await take.say(event, outcomeMessage(view, texts));
      return true;
    }
    // A process that has died had taken it, and was to ask for the next field.
    if (question.lastEventId === event.id && !question.isAnswered) {
      await this.#sayField(event, question, view.asking);
      return false;
    }
    // What is typed after another command was not meant for this question; its button still takes an answer.
    if (await hasStartedSince(event.user, question.askedAt)) {
      await take.say(event, textMessage(texts.asks.startedElse));
      return true;
    }
    const fields = fieldsOf(view.asking);
    const index = fields.findIndex(({ name }) => name === question.asking);
    const field = fields[index];
    if (!field) return true;
    const mayBeSkipped = field.optional || field.default !== undefined;
    const isSkipped = mayBeSkipped && isSkip(event.text, texts);
    const { locale, timeZone } = event;
    const parsed = isSkipped
      ? undefined
      : parseParameterValue(named(field, texts), event.text, { now: clock.now(), texts, locale, timeZone });
    if (parsed?.kind === 'invalid') {
      await take.say(event, textMessage(plain(parsed.message)));
      return false;
    }
    const given = parsed ? { ...question.given, [field.name]: parsed.value } : question.given;
    const next = fields[index + 1];
    if (next) {
      const asked = { asking: next.name, askedAt: clock.now(), lastEventId: event.id, isUnseen: undefined };
      const to: JobQuestion = { ...question, ...asked, given };
      if (await questions.advance(event.user, question, to)) await this.#sayField(event, to, view.asking);
      return false;
    }
    const values = withDefaults({ parameters: fields }, given);
    // Where another answer came first, that is said below.
    await questions.advance(event.user, question, { ...question, lastEventId: event.id, isAnswered: true });
    await take.give(event, ref, answerOfFields(view.asking, values, texts));
    return true;
  }
}

function fieldsOf({ answer }: OpenAsk): readonly AskedField[] {
  return answer.kind === 'fields' ? answer.fields : [];
}

/** Our own sentences mark names with `*`. */
function plain(text: string): string {
  return text.replaceAll('*', '');
}
