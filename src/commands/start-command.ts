import type { ActionEvent, OpensForm, TextEvent } from '../chat/chat-event.js';
import type { ChatUser } from '../chat/chat-user.js';
import type { Click, Clicks } from '../chat/clicks.js';
import { toStored } from '../chat/conversation.js';
import { type Message, textMessage } from '../chat/message.js';
import type { Jobs } from '../jobs/jobs.js';
import type { DenialOf } from '../jobs/permission.js';
import type { Clock } from '../kernel/clock.port.js';
import { joinKey } from '../kernel/ids.js';
import { inSpan, type Observers } from '../kernel/observers.js';
import type { Parameter } from '../recipes/compiled-parameter.js';
import type { CompiledRecipe } from '../recipes/compiled-recipe.js';
import { hasInlineParameter } from '../recipes/parameters.js';
import type { RecipeBook } from '../recipes/recipe-book.js';
import { textsFor } from '../texts/texts-for.js';
import type { AcceptCommand } from './accept-command.js';
import { type Asked, eventKey } from './asked.js';
import type { Choices, NextStep, Taken } from './choices.js';
import type { CommandForms } from './command-forms.js';
import { buttonOnlyMessage, overtakenMessage } from './command-notices.js';
import type { EventClaims, Press } from './event-claims.js';
import type { FileIntake } from './file-intake.js';
import {
  type GatherContext,
  type Gathered,
  gather,
  refuseFiles,
  refuseUndeclared,
  refuseUnused,
  takeAnswer,
  type Values,
  type Words,
  withDefaults,
} from './gather-parameters.js';
import type { LoginFirst } from './login-first.js';
import type { FindPatientChat, IsWanted } from './patient-chats.js';
import { describePeople } from './people.js';
import { CHOICE_PICKLIST, questionMessage } from './question-message.js';
import { type CommandQuestion, isJobQuestion, type Questions, questionOf, saidWith } from './questions.js';
import { refusalOf } from './refusals.js';
import { sayPrivately } from './say.js';
import type { StoppedRecipes } from './stopped-recipes.js';

interface CommandStarterDeps extends Pick<Observers, 'metrics' | 'tracing'> {
  readonly denialOf: DenialOf;
  readonly jobs: Jobs;
  readonly accept: AcceptCommand;
  readonly questions: Questions;
  readonly forms: CommandForms;
  readonly choices: Choices;
  readonly logins: LoginFirst;
  readonly claims: EventClaims;
  readonly clock: Clock;
  readonly recipes: () => RecipeBook;
  readonly stopped: Pick<StoppedRecipes, 'messageFor'>;
  readonly chats: FindPatientChat;
  readonly clicks: Clicks;
  readonly intake: FileIntake;
}

/** What somebody wants to be run, and what they have given for it. */
interface StartedCommand {
  readonly recipe: CompiledRecipe;
  /** What stands behind the command's words. */
  readonly rest?: string;
  readonly given?: Values;
  /** What was not typed here, but is to be read as if it had been, by parameter. */
  readonly texts?: Words;
  /** The press that gave the command, or what else the platform may take a form after. */
  readonly press?: OpensForm;
  /** The press on a button of ours that gave the command. */
  readonly button?: Press;
}

type Spoken = Pick<Asked, 'user' | 'conversation' | 'locale'>;
type ToGathered = (recipe: CompiledRecipe, parameter: Parameter) => Gathered & Partial<Pick<Taken, 'labels'>>;

/** From a command to its job: takes the parameters, asks for the missing ones one by one, hands over to the jobs. */
export class CommandStarter {
  readonly #deps: CommandStarterDeps;

  constructor(deps: CommandStarterDeps) {
    this.#deps = deps;
  }

  /** True for a text that can only be this command: nothing behind it, or a declared parameter. */
  isWhole(recipe: CompiledRecipe, rest: string): boolean {
    return rest === '' || hasInlineParameter(rest, recipe.parameters);
  }

  async start(asked: Asked, command: StartedCommand): Promise<void> {
    const { conversation, locale, user } = asked;
    const { button, given = {}, press, recipe } = command;
    this.#deps.metrics.count('commands', { command: 'recipe' });
    const texts = textsFor(locale);
    const sent = { files: asked.files, texts: command.texts, text: command.rest ?? '' };
    const gathered = gather(recipe, sent, given, this.#context(asked));
    const undeclared =
      refuseUndeclared(recipe, given, texts) ??
      refuseFiles(recipe, asked.files, texts) ??
      refuseUnused(recipe, gathered, texts);
    const refusal = await refusalOf(this.#deps.denialOf, recipe, asked);
    const stopped = refusal ?? (await this.#deps.stopped.messageFor(recipe, texts));
    const answer = stopped ?? (undeclared === undefined ? undefined : textMessage(undeclared));
    if (answer) {
      if (await this.#deps.claims.claim(asked)) await this.#say(asked, answer);
      return;
    }
    const taken = await this.#taken(gathered, asked, recipe);
    const { labels, next, values } = taken;
    // What is wrong with what was given has no place in a form that opens.
    const isOnlyMissing = next.kind === 'question' && next.problem.message === undefined;
    const mayOpen = press && isOnlyMissing && !next.problem.parameter.hidden;
    if (mayOpen && (await this.#deps.forms.open(press, recipe, { given: values, labels }))) return;
    const begin = async (): Promise<boolean> => {
      if (next.kind !== 'nothing') return this.ask(asked, recipe, taken).then(() => true);
      const parameters = withDefaults(recipe, values);
      const job = { user, conversation, locale, recipe, eventId: eventKey(asked), parameters };
      return this.#deps.accept.accept(job, asked.id);
    };
    await (button ? this.#deps.claims.press(button, begin) : begin());
  }

  /** What was given, with the people and the options that it names found. */
  async #taken(gathered: Gathered, asked: Asked, recipe: CompiledRecipe): Promise<Taken> {
    const { conversation, locale, user } = asked;
    const place = { recipe, user, conversation, locale };
    if (!recipe.parameters.some(({ type }) => type === 'user')) return this.#deps.choices.take(gathered, place);
    const described = await describePeople(gathered, { ...place, chat: this.#deps.chats(user.platform) });
    return this.#deps.choices.take({ ...gathered, ...described }, place);
  }

  #context(asked: Pick<Asked, 'locale' | 'mentions' | 'timeZone' | 'user'>): GatherContext {
    const { locale, mentions, timeZone, user } = asked;
    const { clock, intake } = this.#deps;
    return { now: clock.now(), user, intake, texts: textsFor(locale), locale, timeZone, mentions };
  }

  /** A text that answers an open question; nothing for a second delivery of one that was dealt with. */
  async answer(question: CommandQuestion, event: TextEvent): Promise<void> {
    const { claims, questions } = this.#deps;
    if (await claims.isClaimed(event)) return;
    const isOver = await this.#takeAnswer(question, event);
    // Only now: an answer that is lost on the way may be delivered again.
    await claims.done(event);
    if (isOver) await questions.close(event.user, question);
  }

  /** The Choose button below a question. */
  async choose(event: ActionEvent, click: Extract<Click, { kind: 'choose-option' }>): Promise<void> {
    const { claims, questions } = this.#deps;
    if (await claims.isClaimed(event)) return;
    const question = await questions.find(event.user, click.question);
    const option = click.options.find((_, index) => String(index) === event.values[CHOICE_PICKLIST]);
    // A process that has died over this press may have asked for the next value already.
    const isAsked = question?.asking === click.parameter || question?.lastEventId === event.id;
    const isOpen = question && !isJobQuestion(question) && isAsked;
    if (!isOpen || !option) {
      const { commands } = textsFor(event.locale);
      const text = isOpen ? commands.chooseFirst : commands.questionNotOpenType;
      if (await claims.claim(event)) await this.#say(event, textMessage(text));
      return;
    }
    const isOver = await this.#goOn(question, event, () => ({
      values: { ...question.given, [click.parameter]: option.value },
      labels: { [click.parameter]: option.label },
    }));
    await claims.done(event);
    if (isOver) await questions.close(event.user, question);
  }

  /** A login is done: questions that waited for it are asked, and commands that need nothing more begin. */
  async loginCompleted(
    user: ChatUser,
    { connection, locale }: { readonly connection: string; readonly locale?: string },
  ): Promise<void> {
    const { questions } = this.#deps;
    for (const question of await questions.all(user)) {
      if (isJobQuestion(question) || !question.awaiting?.includes(connection)) continue;
      const { conversation, given: values, lastEventId: id } = question;
      if (await this.#goOn(question, { user, conversation, id, locale }, () => ({ values })))
        await questions.close(user, question);
    }
  }

  /** Tells whether the question is over. */
  async #takeAnswer(question: CommandQuestion, event: TextEvent): Promise<boolean> {
    // What is typed before the question could be asked is no answer to it.
    if (question.awaiting) return this.#goOn(question, event, () => ({ values: question.given }));
    return this.#goOn(question, event, (recipe, parameter) =>
      takeAnswer(recipe, parameter, { ...event, given: question.given }, this.#context(event)),
    );
  }

  /** Goes on with a command after `answer` to its question, in the command's trace; tells whether the question is over. */
  #goOn(question: CommandQuestion, event: Asked, answer: ToGathered): Promise<boolean> {
    const start = { name: 'answer question', parent: question.trace, facts: { 'behalf.recipe': question.recipe } };
    return inSpan(this.#deps.tracing, start, () => this.#goOnWith(question, event, answer));
  }

  async #goOnWith(question: CommandQuestion, event: Asked, answer: ToGathered): Promise<boolean> {
    const { accept, jobs, questions, recipes } = this.#deps;
    const texts = textsFor(event.locale);
    const recipe = recipes().get(question.recipe);
    const parameter = recipe?.parameters.find(({ name }) => name === question.asking);
    if (!recipe || !parameter || recipe.version !== question.recipeVersion) {
      await this.#say(event, textMessage(texts.commands.changed));
      return true;
    }
    const { conversation } = question;
    const refusal = await refusalOf(this.#deps.denialOf, recipe, { ...event, conversation });
    if (refusal) {
      await this.#say(event, refusal);
      return true;
    }
    // A process that has died had taken this event: what was left to do is done now. Before a login nothing is taken.
    const isAgain = question.lastEventId === event.id && (question.isAnswered === true || !question.awaiting);
    if (isAgain && !question.isAnswered) {
      const problem = { parameter, ...saidWith(question.said) };
      await this.#sayNext(event, question, { recipe, next: { kind: 'question', problem } });
      return false;
    }
    // What is typed after another command was not meant for this one.
    if (!isAgain && (await jobs.hasStartedSince(event.user, question.askedAt))) {
      await this.#say(event, overtakenMessage(recipe, texts));
      return true;
    }
    const given = answer(recipe, parameter);
    const typed = { ...question.texts, ...given.texts };
    const taken = await this.#taken({ ...given, texts: typed }, event, recipe);
    const labels = { ...question.labels, ...given.labels, ...taken.labels };
    if (taken.next.kind === 'nothing') {
      const answered = { ...question, lastEventId: event.id, isAnswered: true };
      if (!isAgain && !(await questions.advance(event.user, question, answered))) return false;
      // Accepted under the question's own id: two answers, or one answer delivered twice, make one job.
      await accept.accept({
        user: event.user,
        conversation,
        locale: event.locale,
        recipe,
        eventId: joinKey('question', question.id),
        parameters: withDefaults(recipe, taken.values),
      });
      return true;
    }
    const next: CommandQuestion = {
      ...question,
      ...questionOf({ ...taken, labels }, this.#deps.clock.now()),
      lastEventId: event.id,
    };
    if (await questions.advance(event.user, question, next))
      await this.#sayNext(event, next, { recipe, next: taken.next });
    return false;
  }

  /** Asks for what is missing or wrong, or for the login before that; once for an event. */
  async ask(request: Asked, recipe: CompiledRecipe, taken: Taken): Promise<void> {
    const { claims, questions } = this.#deps;
    if (!(await claims.claim(request))) return;
    if (taken.next.kind === 'question' && taken.next.problem.parameter.hidden)
      return this.#say(request, buttonOnlyMessage(recipe, textsFor(request.locale)));
    const question = await questions.ask(request.user, {
      recipe: recipe.id,
      recipeVersion: recipe.version,
      conversation: toStored(request.conversation),
      lastEventId: request.id,
      trace: this.#deps.tracing?.carrier(),
      ...questionOf(taken, this.#deps.clock.now()),
    });
    await this.#sayNext(request, question, { recipe, next: taken.next, isFirst: true });
  }

  async #sayNext(
    { conversation, locale, user }: Spoken,
    question: CommandQuestion,
    options: { readonly recipe: CompiledRecipe; readonly next: NextStep; readonly isFirst?: boolean },
  ): Promise<void> {
    const { clicks, clock, forms, logins, questions } = this.#deps;
    const { given, id } = question;
    const { next, ...asked } = options;
    const to = { user, conversation, locale };
    const say = (message: Message) =>
      questions.say(user, question, { clock, words: (isWanted) => this.#say(to, message, isWanted) });
    if (next.kind === 'question') {
      const texts = textsFor(locale);
      const hasForm = forms.has(asked.recipe, user.platform, given);
      await say(
        await questionMessage(clicks, user, id, { ...asked, conversation, hasForm, problem: next.problem, texts }),
      );
    } else if (next.kind === 'login') {
      const wanted = { ...to, recipe: asked.recipe, missing: next.missing };
      await logins.forQuestion(wanted, id, say);
    }
  }

  #say(to: Spoken, message: Message, isWanted?: IsWanted): Promise<void> {
    return sayPrivately(this.#deps.chats(to.user.platform, isWanted), to, message);
  }
}
