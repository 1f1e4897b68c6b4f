import type { ChatAdapter } from '../chat/chat-adapter.port.js';
import type { TextEvent } from '../chat/chat-event.js';
import type { ChatUser, Platform } from '../chat/chat-user.js';
import type { Clicks } from '../chat/clicks.js';
import type { ConversationRef } from '../chat/conversation.js';
import { type Message, type RichText, textMessage } from '../chat/message.js';
import type { Jobs } from '../jobs/jobs.js';
import type { Clock } from '../kernel/clock.port.js';
import { joinKey } from '../kernel/ids.js';
import type { Metrics } from '../kernel/metrics.port.js';
import { plainText } from '../kernel/rich-text.js';
import type { CompiledRecipe, Parameter } from '../recipes/compiled-recipe.js';
import { parseInlineParameters, parseParameterValue } from '../recipes/parameters.js';
import type { RecipeBook } from '../recipes/recipe-book.js';
import type { EventClaims } from './event-claims.js';
import type { CommandQuestion, Questions } from './questions.js';

interface CommandStarterDeps {
  readonly jobs: Jobs;
  readonly questions: Questions;
  readonly claims: EventClaims;
  readonly clock: Clock;
  readonly recipes: () => RecipeBook;
  readonly chats: (platform: Platform) => ChatAdapter;
  readonly clicks: Clicks;
  readonly metrics: Metrics;
}

interface Asked {
  readonly user: ChatUser;
  readonly conversation: ConversationRef;
  readonly eventId: string;
}

/** What is known of a command's parameters, and the first thing that is not right about them. */
interface Gathered {
  readonly values: Readonly<Record<string, unknown>>;
  readonly problem?: { readonly parameter: Parameter; readonly message?: string };
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
      readonly given?: Readonly<Record<string, unknown>>;
    },
  ): Promise<void> {
    const { recipe } = request;
    this.#deps.metrics.count('commands', { command: 'recipe' });
    const gathered = gather(recipe, request.rest ?? '', request.given ?? {});
    if (!gathered.problem) {
      await this.#deps.jobs.accept({
        ...request,
        eventId: eventKey(request),
        parameters: withDefaults(recipe, gathered.values),
      });
      return;
    }
    await this.#ask(request, recipe, gathered.values, gathered.problem);
  }

  /** A text that answers an open question; nothing for a second delivery of one. */
  async answer(question: CommandQuestion, event: TextEvent): Promise<void> {
    const { claims, questions } = this.#deps;
    if (question.lastEventId === event.id || (await claims.isClaimed(event))) return;
    const isOver = await this.#takeAnswer(question, event);
    // Only now: an answer that is lost on the way may be delivered again.
    await claims.claim(event);
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
    // What is typed after another command was not meant for this one.
    if (await jobs.hasStartedSince(event.user, question.askedAt)) {
      await this.#say(event, overtakenMessage(recipe));
      return true;
    }
    const parsed = parseParameterValue(parameter, event.text);
    const given = parsed.kind === 'ok' ? { ...question.given, [parameter.name]: parsed.value } : question.given;
    const problem = parsed.kind === 'ok' ? firstMissing(recipe, given) : { parameter, message: parsed.message };
    if (!problem) {
      // Accepted under the question's own id: two answers, or one answer delivered twice, make one job.
      await jobs.accept({
        user: event.user,
        conversation: question.conversation,
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

  async #ask(
    request: Asked,
    recipe: CompiledRecipe,
    given: Readonly<Record<string, unknown>>,
    problem: NonNullable<Gathered['problem']>,
  ): Promise<void> {
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
      readonly problem: NonNullable<Gathered['problem']>;
      readonly isFirst?: boolean;
    },
  ): Promise<Message> {
    const { recipe } = options;
    const { parameter, message } = options.problem;
    const [token = ''] = await this.#deps.clicks.issue(user, [{ kind: 'cancel-question', question: question.id }]);
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
        { kind: 'buttons', buttons: [{ kind: 'action', label: 'Cancel', token }] },
      ],
    };
  }

  async #say(to: { readonly user: ChatUser; readonly conversation: ConversationRef }, message: Message): Promise<void> {
    const chat = this.#deps.chats(to.user.platform);
    if (to.conversation.kind === 'direct') await chat.post(to.conversation, message);
    else await chat.postPrivately(to.conversation, to.user, message);
  }
}

/** Inline values win over a button's; text before the first name counts for the first parameter that has no value. */
function gather(recipe: CompiledRecipe, rest: string, given: Readonly<Record<string, unknown>>): Gathered {
  const inline = parseInlineParameters(rest, recipe.parameters);
  const declared = new Set(recipe.parameters.map(({ name }) => name));
  const values: Record<string, unknown> = Object.fromEntries(
    Object.entries(given).filter(([name, value]) => declared.has(name) && value !== undefined && value !== null),
  );
  const texts: Record<string, string> = { ...inline.values };
  const first = recipe.parameters.find(
    ({ hidden, name }) => !hidden && texts[name] === undefined && values[name] === undefined,
  );
  if (inline.rest !== '' && first) texts[first.name] = inline.rest;
  let invalid: Gathered['problem'];
  for (const parameter of recipe.parameters) {
    const text = texts[parameter.name];
    if (text === undefined) continue;
    const parsed = parseParameterValue(parameter, text);
    if (parsed.kind === 'ok') values[parameter.name] = parsed.value;
    else invalid ??= { parameter, message: parsed.message };
  }
  const problem = invalid ?? firstMissing(recipe, values);
  return problem ? { values, problem } : { values };
}

function firstMissing(recipe: CompiledRecipe, values: Readonly<Record<string, unknown>>): Gathered['problem'] {
  const parameter = recipe.parameters.find(
    ({ default: preset, name, optional }) => !optional && preset === undefined && values[name] === undefined,
  );
  return parameter && { parameter };
}

function withDefaults(
  recipe: CompiledRecipe,
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const presets = recipe.parameters.flatMap(({ default: preset, name }) =>
    preset === undefined ? [] : [[name, preset] as const],
  );
  return { ...Object.fromEntries(presets), ...values };
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
