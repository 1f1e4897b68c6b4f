import type { ChatAdapter } from '../chat/chat-adapter.port.js';
import type { ActionEvent, Mention, TextEvent } from '../chat/chat-event.js';
import type { ChatFile } from '../chat/chat-file.js';
import type { ChatUser, Outsider, Platform } from '../chat/chat-user.js';
import type { Clicks } from '../chat/clicks.js';
import type { ConversationRef } from '../chat/conversation.js';
import { type Button, type Message, type RichText, textMessage } from '../chat/message.js';
import type { Jobs } from '../jobs/jobs.js';
import type { DenialOf } from '../jobs/permission.js';
import type { Clock } from '../kernel/clock.port.js';
import { joinKey } from '../kernel/ids.js';
import type { Metrics } from '../kernel/metrics.port.js';
import { plainText } from '../kernel/rich-text.js';
import type { CompiledRecipe } from '../recipes/compiled-recipe.js';
import { parseInlineParameters } from '../recipes/parameters.js';
import type { RecipeBook } from '../recipes/recipe-book.js';
import type { CommandForms } from './command-forms.js';
import type { EventClaims } from './event-claims.js';
import type { FileIntake } from './file-intake.js';
import {
  type GatherContext,
  type Gathered,
  gather,
  type ParameterProblem,
  refuseFiles,
  refuseUndeclared,
  takeAnswer,
  type Values,
  withDefaults,
} from './gather-parameters.js';
import { describePeople } from './people.js';
import type { CommandQuestion, Questions } from './questions.js';
import { refusalOf } from './refusals.js';
import { sayPrivately } from './say.js';
import type { StoppedRecipes } from './stopped-recipes.js';

interface CommandStarterDeps {
  readonly denialOf: DenialOf;
  readonly jobs: Jobs;
  readonly questions: Questions;
  readonly forms: CommandForms;
  readonly claims: EventClaims;
  readonly clock: Clock;
  readonly recipes: () => RecipeBook;
  readonly stopped: Pick<StoppedRecipes, 'messageFor'>;
  readonly chats: (platform: Platform) => ChatAdapter;
  readonly clicks: Clicks;
  readonly intake: FileIntake;
  readonly metrics: Metrics;
}

interface Asked {
  readonly user: ChatUser;
  readonly conversation: ConversationRef;
  readonly eventId: string;
  readonly person?: Outsider;
  readonly timeZone?: string;
  readonly mentions?: readonly Mention[];
  readonly files?: readonly ChatFile[];
}

/** From a command to its job: takes the parameters, asks for the missing ones one by one, hands over to the jobs. */
export class CommandStarter {
  readonly #deps: CommandStarterDeps;

  constructor(deps: CommandStarterDeps) {
    this.#deps = deps;
  }

  /** True for a text that can only be this command: nothing behind it, or a declared parameter. */
  isWhole(recipe: CompiledRecipe, rest: string): boolean {
    return rest === '' || Object.keys(parseInlineParameters(rest, recipe.parameters).values).length > 0;
  }

  async start(
    request: Asked & {
      readonly recipe: CompiledRecipe;
      readonly rest?: string;
      readonly given?: Values;
      /** The press that gave the command: its platform may take a form now. */
      readonly press?: ActionEvent;
    },
  ): Promise<void> {
    const { conversation, given = {}, press, recipe, user } = request;
    this.#deps.metrics.count('commands', { command: 'recipe' });
    const undeclared = refuseUndeclared(recipe, given) ?? refuseFiles(recipe, request.files);
    const refusal = await refusalOf(this.#deps.denialOf, recipe, request);
    const stopped = refusal ?? (await this.#deps.stopped.messageFor(recipe));
    const answer = stopped ?? (undeclared === undefined ? undefined : textMessage(undeclared));
    if (answer) {
      if (await this.#deps.claims.claim({ id: request.eventId, user })) await this.#say(request, answer);
      return;
    }
    const gathered = await this.#described(
      gather(recipe, { ...request, text: request.rest ?? '' }, given, this.#context(request)),
      request,
    );
    const { problem, values } = gathered;
    if (!problem) {
      const parameters = withDefaults(recipe, values);
      await this.#deps.jobs.accept({ user, conversation, recipe, eventId: eventKey(request), parameters });
      return;
    }
    if (press && !problem.parameter.hidden && (await this.#deps.forms.open(press, recipe, { given: values }))) return;
    await this.ask(request, recipe, values, problem);
  }

  async #described(gathered: Gathered, place: Asked & { readonly recipe: CompiledRecipe }): Promise<Gathered> {
    if (!place.recipe.parameters.some(({ type }) => type === 'user')) return gathered;
    return describePeople(gathered, { ...place, chat: this.#deps.chats(place.user.platform) });
  }

  #context({ mentions, timeZone, user }: Pick<Asked, 'mentions' | 'timeZone' | 'user'>): GatherContext {
    const base = { now: this.#deps.clock.now(), user, intake: this.#deps.intake };
    return {
      ...base,
      ...(timeZone === undefined ? {} : { timeZone }),
      ...(mentions === undefined ? {} : { mentions }),
    };
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

  /** Tells whether the question is over. */
  async #takeAnswer(question: CommandQuestion, event: TextEvent): Promise<boolean> {
    const { jobs, questions, recipes } = this.#deps;
    const recipe = recipes().get(question.recipe);
    const parameter = recipe?.parameters.find(({ name }) => name === question.asking);
    if (!recipe || !parameter || recipe.version !== question.recipeVersion) {
      const text = 'That command has been stopped or changed in the meantime. Please type it again.';
      await this.#say(event, textMessage(text));
      return true;
    }
    const { conversation } = question;
    const refusal = await refusalOf(this.#deps.denialOf, recipe, { ...event, conversation });
    if (refusal) {
      await this.#say(event, refusal);
      return true;
    }
    // A process that has died had taken this text: what was left to do is done now.
    const isAgain = question.lastEventId === event.id;
    if (isAgain && !question.isAnswered) {
      await this.#say(event, await this.#questionMessage(event.user, question, { recipe, problem: { parameter } }));
      return false;
    }
    // What is typed after another command was not meant for this one.
    if (!isAgain && (await jobs.hasStartedSince(event.user, question.askedAt))) {
      await this.#say(event, overtakenMessage(recipe));
      return true;
    }
    const { problem, values: given } = await this.#described(
      takeAnswer(recipe, parameter, { ...event, given: question.given }, this.#context(event)),
      { ...event, eventId: event.id, recipe },
    );
    if (!problem) {
      const answered = { ...question, lastEventId: event.id, isAnswered: true };
      if (!isAgain && !(await questions.advance(event.user, question, answered))) return false;
      // Accepted under the question's own id: two answers, or one answer delivered twice, make one job.
      await jobs.accept({
        user: event.user,
        conversation,
        recipe,
        eventId: joinKey('question', question.id),
        parameters: withDefaults(recipe, given),
      });
      return true;
    }
    const now = this.#deps.clock.now();
    const next: CommandQuestion = {
      ...question,
      given,
      asking: problem.parameter.name,
      askedAt: now,
      lastEventId: event.id,
    };
    if (await questions.advance(event.user, question, next))
      await this.#say(event, await this.#questionMessage(event.user, next, { recipe, problem }));
    return false;
  }

  /** Asks for what is missing or wrong; once for an event. */
  async ask(request: Asked, recipe: CompiledRecipe, given: Values, problem: ParameterProblem): Promise<void> {
    const { claims, clock, questions } = this.#deps;
    if (!(await claims.claim({ id: request.eventId, user: request.user }))) return;
    if (problem.parameter.hidden) {
      await this.#say(
        request,
        textMessage([
          { text: recipe.name, style: 'italic' },
          { text: ' works from its button only: it needs to know what it is about.' },
        ]),
      );
      return;
    }
    const { address, kind, platform } = request.conversation;
    const question = await questions.ask(request.user, {
      recipe: recipe.id,
      recipeVersion: recipe.version,
      conversation: { platform, kind, address },
      given,
      asking: problem.parameter.name,
      askedAt: clock.now(),
      lastEventId: request.eventId,
    });
    await this.#say(request, await this.#questionMessage(request.user, question, { recipe, problem, isFirst: true }));
  }

  async #questionMessage(
    user: ChatUser,
    question: CommandQuestion,
    options: {
      readonly recipe: CompiledRecipe;
      readonly problem: ParameterProblem;
      readonly isFirst?: boolean;
    },
  ): Promise<Message> {
    const { recipe } = options;
    const { parameter, message } = options.problem;
    const hasForm = this.#deps.forms.has(recipe, user.platform, question.given);
    const [cancelToken = '', formToken = ''] = await this.#deps.clicks.issue(user, [
      { kind: 'cancel-question', question: question.id },
      ...(hasForm ? [{ kind: 'open-form' as const, question: question.id }] : []),
    ]);
    const buttons: Button[] = [
      ...(hasForm ? [{ kind: 'action' as const, label: 'Fill in a form', token: formToken, opensForm: true }] : []),
      { kind: 'action', label: 'Cancel', token: cancelToken },
    ];
    const hints = [parameter.hint, parameter.example === undefined ? undefined : `e.g. ${parameter.example}`].filter(
      (hint) => hint !== undefined,
    );
    const lead: RichText = [
      ...(options.isFirst ? [{ text: recipe.name, style: 'bold' as const }, { text: '\n' }] : []),
      ...(message === undefined ? [] : [...emphasised(message), { text: '\n' }]),
      { text: parameter.prompt },
      ...(hints.length === 0 ? [] : [{ text: ` (${hints.join(', ')})` }]),
    ];
    return {
      fallback: plainText(lead),
      blocks: [
        { kind: 'text', text: lead },
        { kind: 'buttons', buttons },
      ],
    };
  }

  #say(to: { readonly user: ChatUser; readonly conversation: ConversationRef }, message: Message): Promise<void> {
    return sayPrivately(this.#deps.chats(to.user.platform), to, message);
  }
}

function overtakenMessage(recipe: CompiledRecipe): Message {
  return textMessage([
    { text: 'You have started something else since I asked about ' },
    { text: recipe.name, style: 'italic' },
    { text: '. Please type the command again if you still need it.' },
  ]);
}

/** The same event may be delivered again; the claim on it is made together with the job. */
function eventKey({ eventId, user }: Asked): string {
  return joinKey(user.platform, user.tenantId, eventId);
}

/** `*name*` in our own sentences becomes bold. */
function emphasised(text: string): RichText {
  return text
    .split('*')
    .flatMap((part, index) =>
      part === '' ? [] : [index % 2 === 1 ? { text: part, style: 'bold' as const } : { text: part }],
    );
}
