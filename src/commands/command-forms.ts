import type { ActionEvent, FormEvent, OpensForm } from '../chat/chat-event.js';
import type { Platform } from '../chat/chat-user.js';
import type { Click } from '../chat/clicks.js';
import { toStored } from '../chat/conversation.js';
import type { FormChoice } from '../chat/form.js';
import { type Message, textMessage } from '../chat/message.js';
import type { MissingLogin } from '../jobs/resolve-connections.js';
import { joinKey, sha256 } from '../kernel/ids.js';
import type { ParameterOption } from '../recipes/compiled-parameter.js';
import type { CompiledRecipe } from '../recipes/compiled-recipe.js';
import { textsFor } from '../texts/texts-for.js';
import type { AcceptCommand } from './accept-command.js';
import { type Choices, isSearched, type Taken } from './choices.js';
import type { FileIntake } from './file-intake.js';
import type { FormParts } from './form-parts.js';
import type { FormRefusals } from './form-refusals.js';
import { firstMissing, refuseUndeclared, type Values, withDefaults } from './gather-parameters.js';
import type { OfferedField } from './offered-options.js';
import { formParameters, initialTexts, leftOut, parameterForm, readForm } from './parameter-form.js';
import type { IsWanted } from './patient-chats.js';
import { describePeople } from './people.js';
import { type CommandQuestion, isJobQuestion, type Questions } from './questions.js';
import { refusalOf } from './refusals.js';
import { sayPrivately } from './say.js';
import { showForm } from './show-form.js';

interface CommandFormsDeps extends FormParts {
  readonly accept: AcceptCommand;
  readonly questions: Questions;
  readonly intake: FileIntake;
  readonly choices: Choices;
  readonly refusals: FormRefusals;
  /** Asks in the chat for what the form could not: files, on some platforms. `id` is the same for each delivery. */
  readonly askInChat: (
    request: Pick<FormEvent, 'id' | 'user' | 'conversation' | 'locale'>,
    recipe: CompiledRecipe,
    taken: Taken,
  ) => Promise<void>;
}

type Labels = Readonly<Record<string, string>>;
type FormClick = Extract<Click, { kind: 'form' }>;

/** Parameters that are filled in a form: showing it, and taking what was sent off. */
export class CommandForms {
  readonly #deps: CommandFormsDeps;

  constructor(deps: CommandFormsDeps) {
    this.#deps = deps;
  }

  /** True where there is a form for what a command wants to know. */
  has(recipe: CompiledRecipe, platform: Platform, given: Values): boolean {
    return recipe.usesForm && this.#parameters(recipe, platform, given).length > 0;
  }

  #parameters(recipe: CompiledRecipe, platform: Platform, given: Values) {
    return formParameters(recipe, { given, inForms: this.#deps.chats(platform).files.inForms });
  }

  /** Shows the form of a command; tells whether it could. `question`: the question that the form answers as well. */
  async open(
    event: OpensForm,
    recipe: CompiledRecipe,
    options: {
      readonly given: Values;
      /** How given values read that were chosen. */
      readonly labels?: Labels;
      readonly question?: string;
    },
  ): Promise<boolean> {
    const { given, labels = {}, question } = options;
    if (!event.openForm || !this.has(recipe, event.user.platform, given)) return false;
    const click: FormClick = {
      kind: 'form',
      recipe: recipe.id,
      recipeVersion: recipe.version,
      given,
      conversation: toStored(event.conversation),
      ...(question === undefined ? {} : { question }),
    };
    const [token = ''] = await this.#deps.clicks.issue(event.user, [click]);
    const parameters = this.#parameters(recipe, event.user.platform, given);
    const chosen = await this.#offerGiven(recipe, { token, user: event.user }, { given, labels });
    const fields = { name: recipe.name, parameters, locale: event.locale };
    return showForm(event, parameterForm(fields, token, initialTexts(parameters, given), chosen));
  }

  /** Shows once more a form that has closed, `filled` in as it was. */
  async reopen(event: ActionEvent, click: FormClick, filled: Pick<FormEvent, 'token' | 'values'>): Promise<void> {
    const { locale, user } = event;
    const texts = textsFor(locale);
    const recipe = this.#deps.recipes().get(click.recipe);
    if (!recipe || recipe.version !== click.recipeVersion) return this.#say(event, texts.commands.changed);
    const refusal = await refusalOf(this.#deps.denialOf, recipe, { ...event, conversation: click.conversation });
    if (refusal) return this.#tell(event, refusal);
    const { choices } = await this.#chosenIn({ ...filled, user }, recipe);
    const fields = { name: recipe.name, parameters: this.#parameters(recipe, user.platform, click.given), locale };
    const isShown = await showForm(event, parameterForm(fields, filled.token, filled.values, choices));
    if (!isShown) await this.#say(event, texts.forms.notOpened);
  }

  /** The button below a question: shows the form of the command that is being asked about. */
  async openForQuestion(event: ActionEvent, id: string): Promise<void> {
    const { questions, recipes } = this.#deps;
    const { commands, forms } = textsFor(event.locale);
    const found = await questions.find(event.user, id);
    const question = found && !isJobQuestion(found) ? found : undefined;
    const recipe = question && recipes().get(question.recipe);
    if (!question || !recipe || recipe.version !== question.recipeVersion)
      return this.#say(event, commands.questionNotOpenType);
    const options = { given: question.given, labels: question.labels ?? {}, question: id };
    const asking = { ...event, conversation: question.conversation };
    const refusal = await refusalOf(this.#deps.denialOf, recipe, asking);
    if (refusal) return this.#tell(event, refusal);
    const login = await this.#deps.choices.missingLogin({ recipe, user: event.user }, question.given);
    if (login) return this.#askForLogin(asking, question, recipe, login.missing);
    const opened = await this.open({ ...event, conversation: question.conversation }, recipe, options);
    // Before a login, and while the chat has not taken the question, what is typed answers nothing.
    const isAsked = !question.awaiting && !question.isUnseen;
    if (!opened) await this.#say(event, isAsked ? commands.formFailed : forms.notOpened);
  }

  /** A form was sent off. Each form, and each question, makes one job, however often it is sent. */
  async submit(event: FormEvent, click: FormClick): Promise<void> {
    const { chats, clock, intake, questions, recipes } = this.#deps;
    const { locale } = event;
    const texts = textsFor(locale);
    const recipe = recipes().get(click.recipe);
    if (!recipe || recipe.version !== click.recipeVersion) return this.#say(event, texts.commands.changed);
    const asking = { ...event, conversation: click.conversation };
    const refusal = await refusalOf(this.#deps.denialOf, recipe, asking);
    if (refusal) return this.#tell(event, refusal);
    const undeclared = refuseUndeclared(recipe, event.values, texts);
    if (undeclared !== undefined) return this.#say(event, undeclared);
    const { timeZone, user } = event;
    const parameters = this.#parameters(recipe, user.platform, click.given);
    const chosen = await this.#chosenIn(event, recipe);
    const context = { now: clock.now(), user, intake, texts, locale, ...(timeZone === undefined ? {} : { timeZone }) };
    const read = readForm(parameters, event, context, chosen.options);
    const again = parameterForm({ name: recipe.name, parameters, locale }, event.token, event.values, chosen.choices);
    if (Object.keys(read.errors).length > 0) return this.#deps.refusals.refuse(event, again, read.errors);
    const place = { recipe, chat: chats(user.platform), user, conversation: click.conversation, locale };
    const { problem, values } = await describePeople({ values: read.values }, place);
    const wrong = problem && { [problem.parameter.name]: problem.message ?? texts.forms.fillIn };
    if (wrong) return this.#deps.refusals.refuse(event, again, wrong);
    const key = click.question === undefined ? ['form', sha256(event.token)] : ['question', click.question];
    const whole = { ...leftOut(recipe, click.given), ...values };
    const missing = firstMissing(recipe, whole);
    if (missing?.parameter.type === 'file') {
      const labels = Object.fromEntries(Object.entries(chosen.options).map(([name, { label }]) => [name, label]));
      const taken: Taken = { values: whole, texts: {}, labels, next: { kind: 'question', problem: missing } };
      return this.#deps.askInChat({ ...asking, id: joinKey(...key) }, recipe, taken);
    }
    const { conversation } = click;
    const request = { user, conversation, locale, recipe, eventId: joinKey(...key) };
    await this.#deps.accept.accept({ ...request, parameters: withDefaults(recipe, whole) }, event.id);
    if (click.question !== undefined)
      await questions.close(event.user, { id: click.question, conversation: click.conversation });
  }

  /** What is given already for fields whose options an app finds, as if it had been offered. */
  async #offerGiven(
    recipe: CompiledRecipe,
    form: Pick<OfferedField, 'token' | 'user'>,
    { given, labels }: { readonly given: Values; readonly labels: Labels },
  ): Promise<Readonly<Record<string, FormChoice>>> {
    const chosen: [string, FormChoice][] = [];
    for (const { hidden, name } of recipe.parameters.filter(isSearched)) {
      const value = given[name];
      if (hidden || (typeof value !== 'string' && typeof value !== 'number')) continue;
      const option = { label: labels[name] ?? String(value), value };
      const [choice] = await this.#deps.offered.offer({ ...form, field: name }, [option]);
      if (choice) chosen.push([name, choice]);
    }
    return Object.fromEntries(chosen);
  }

  /** What was chosen in those fields, out of what this form has offered in them. */
  async #chosenIn({ token, user, values }: Pick<FormEvent, 'token' | 'user' | 'values'>, recipe: CompiledRecipe) {
    const options: Record<string, ParameterOption> = {};
    const choices: Record<string, FormChoice> = {};
    for (const { name } of recipe.parameters.filter(isSearched)) {
      const handle = values[name]?.trim() ?? '';
      const option = handle === '' ? undefined : await this.#deps.offered.find({ token, user, field: name }, handle);
      if (!option) continue;
      options[name] = option;
      choices[name] = { label: option.label, value: handle };
    }
    return { options, choices };
  }

  /** The form could offer nothing: the login comes first, and the question after it. */
  async #askForLogin(
    { conversation, locale, user }: ActionEvent,
    question: CommandQuestion,
    recipe: CompiledRecipe,
    missing: readonly MissingLogin[],
  ): Promise<void> {
    const { chats, clock, logins, questions } = this.#deps;
    const waiting = { ...question, awaiting: missing.map(({ parent }) => parent.name) };
    if (!(await questions.advance(user, question, waiting))) return;
    const to = { user, conversation };
    const say = (message: Message) => {
      const words = (isWanted: IsWanted) => sayPrivately(chats(user.platform, isWanted), to, message);
      return questions.say(user, waiting, { clock, words });
    };
    await logins.forQuestion({ ...to, locale, recipe, missing }, question.id, say);
  }

  #say(event: ActionEvent | FormEvent, text: string): Promise<void> {
    return this.#tell(event, textMessage(text));
  }

  #tell(event: ActionEvent | FormEvent, message: Message): Promise<void> {
    return sayPrivately(this.#deps.chats(event.user.platform), event, message);
  }
}
