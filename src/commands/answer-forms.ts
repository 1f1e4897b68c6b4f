import type { ActionEvent, FormEvent } from '../chat/chat-event.js';
import type { Click, Clicks } from '../chat/clicks.js';
import { plainText, textMessage } from '../chat/message.js';
import type { Answers, AskRef } from '../jobs/answers.js';
import type { OpenAsk } from '../jobs/job.js';
import type { Clock } from '../kernel/clock.port.js';
import { textsFor } from '../texts/texts-for.js';
import { outcomeMessage } from './answer-messages.js';
import type { EventClaims } from './event-claims.js';
import type { FileIntake } from './file-intake.js';
import type { FormRefusals } from './form-refusals.js';
import { refuseUndeclared, withDefaults } from './gather-parameters.js';
import { type FieldSet, initialTexts, parameterForm, readForm } from './parameter-form.js';
import { showForm } from './show-form.js';
import { answerOfFields, type TakeAnswers } from './take-answers.js';

type AnswerForm = Extract<Click, { kind: 'answer-form' }>;

interface AnswerFormsDeps {
  readonly take: TakeAnswers;
  readonly answers: Answers;
  readonly refusals: FormRefusals;
  readonly claims: EventClaims;
  readonly clicks: Clicks;
  readonly clock: Clock;
  readonly intake: FileIntake;
}

/** Questions of jobs that are answered in a form: showing it, and taking what was sent off. */
export class AnswerForms {
  readonly #deps: AnswerFormsDeps;

  constructor(deps: AnswerFormsDeps) {
    this.#deps = deps;
  }

  /** Shows the form of a question to whoever pressed its button; tells whether it could. */
  async open(event: ActionEvent, ref: AskRef, asking: OpenAsk): Promise<boolean> {
    const fields = fieldsOf(asking, event.locale);
    if (!event.openForm || !fields) return false;
    const [token = ''] = await this.#deps.clicks.issue(event.user, [{ kind: 'answer-form', ...ref }]);
    if (!(await showForm(event, parameterForm(fields, token, initialTexts(fields.parameters, {}))))) return false;
    // Only how the message is edited later depends on it: the form stands open already.
    if (event.message) await this.#deps.answers.messageSeen(ref, event.user, event.message).catch(() => {});
    return true;
  }

  /** Shows once more a form that has closed, `filled` in as it was. */
  async reopen(
    event: ActionEvent,
    { ask, job }: AnswerForm,
    filled: Pick<FormEvent, 'token' | 'values'>,
  ): Promise<void> {
    const { take } = this.#deps;
    const texts = textsFor(event.locale);
    const view = await take.view(event, { job, ask });
    const fields = view.kind === 'open' ? fieldsOf(view.asking, event.locale) : undefined;
    if (view.kind !== 'open' || !fields)
      return take.say(event, outcomeMessage(view.kind === 'open' ? { kind: 'closed' } : view, texts));
    const isShown = await showForm(event, parameterForm(fields, filled.token, filled.values));
    if (!isShown) await take.say(event, textMessage(texts.forms.notOpened));
  }

  /** A form was sent off. It stays good after a refusal of its fields; an answer is taken once, whoever sends what. */
  async submit(event: FormEvent, { ask, job }: AnswerForm): Promise<void> {
    const { claims, clock, intake, take } = this.#deps;
    const texts = textsFor(event.locale);
    const ref = { job, ask };
    if (await claims.isClaimed(event)) return;
    const view = await take.view(event, ref);
    const fields = view.kind === 'open' ? fieldsOf(view.asking, event.locale) : undefined;
    if (view.kind !== 'open' || !fields) {
      if (!(await claims.claim(event))) return;
      return take.say(event, outcomeMessage(view.kind === 'open' ? { kind: 'closed' } : view, texts));
    }
    const undeclared = refuseUndeclared(fields, event.values, texts);
    if (undeclared !== undefined) return take.say(event, textMessage(undeclared));
    const { timeZone, user } = event;
    const context = {
      now: clock.now(),
      user,
      intake,
      texts,
      locale: event.locale,
      ...(timeZone === undefined ? {} : { timeZone }),
    };
    const read = readForm(fields.parameters, event, context);
    if (Object.keys(read.errors).length > 0)
      return this.#deps.refusals.refuse(event, parameterForm(fields, event.token, event.values), read.errors);
    await take.give(event, ref, answerOfFields(view.asking, withDefaults(fields, read.values), texts));
    // Only now: an answer that is lost on the way may be delivered again.
    await claims.claim(event);
  }
}

/** The fields of a question; nothing where it is answered in another way. */
function fieldsOf({ answer, text }: OpenAsk, locale: string | undefined): FieldSet | undefined {
  if (answer.kind !== 'fields') return undefined;
  const { fields, title = textsFor(locale).forms.answerTitle } = answer;
  // The one field that may as well be typed in the chat has no words of its own.
  const parameters = fields.map((field) => (field.prompt === '' ? { ...field, prompt: plainText(text) } : field));
  return { name: title, parameters, locale };
}
