import type { ChatAdapter } from '../chat/chat-adapter.port.js';
import type { ActionEvent, ChatEvent, FormEvent, SignInEvent, TextEvent } from '../chat/chat-event.js';
import type { Platform } from '../chat/chat-user.js';
import { type Click, type Clicks, parametersOf } from '../chat/clicks.js';
import type { MessageRef } from '../chat/conversation.js';
import { inLanguage, type Message, textMessage } from '../chat/message.js';
import { looksLikeCode } from '../connections/login-code.js';
import type { WaitingJobs } from '../jobs/waiting-jobs.js';
import type { Clock } from '../kernel/clock.port.js';
import { asBehalfError, isBehalfError } from '../kernel/errors.js';
import type { Observers } from '../kernel/observers.js';
import type { RecipeBook } from '../recipes/recipe-book.js';
import { textsFor } from '../texts/texts-for.js';
import type { AnswerJobs } from './answer-jobs.js';
import { Apologies } from './apologies.js';
import { areOffered, isNoAnswer } from './asked-for.js';
import type { CancelCommand } from './cancel-command.js';
import type { CommandForms } from './command-forms.js';
import type { EventClaims } from './event-claims.js';
import type { FormOptions } from './form-options.js';
import { HeldEvents } from './held-events.js';
import type { Help } from './help.js';
import { CHOSEN_COMMAND } from './help-messages.js';
import type { HelpRecipes } from './help-recipes.js';
import type { Home } from './home.js';
import type { PatientChats } from './patient-chats.js';
import type { PersonalConnections } from './personal-connections.js';
import type { ProveLogin } from './prove-login.js';
import { isJobQuestion, type Questions } from './questions.js';
import type { BuiltIn, CommandRouter } from './router.js';
import { sayPrivately } from './say.js';
import type { Shortcuts } from './shortcuts.js';
import type { CommandStarter } from './start-command.js';

export interface EventHandlerDeps extends Observers {
  readonly chats: (platform: Platform) => ChatAdapter;
  readonly recipes: () => RecipeBook;
  readonly router: () => CommandRouter;
  readonly starter: CommandStarter;
  readonly shortcuts: Shortcuts;
  readonly forms: CommandForms;
  readonly options: FormOptions;
  readonly help: Help;
  readonly home: Home;
  readonly helpRecipes: HelpRecipes;
  readonly questions: Questions;
  readonly answers: AnswerJobs;
  readonly connections: PersonalConnections;
  readonly waiting: WaitingJobs;
  readonly cancel: CancelCommand;
  readonly proveLogin: ProveLogin;
  readonly clicks: Clicks;
  readonly claims: EventClaims;
  readonly clock: Clock;
  readonly hasRefusedSince: PatientChats['hasRefusedSince'];
}

/**
 * From an event to what it means: a command, an answer to a question of ours, a code, a button. `handle` resolves when the
 * event may be acknowledged: a job is durable then, everything else has been done or answered.
 */
export class EventHandler {
  readonly #deps: EventHandlerDeps;
  readonly #held: HeldEvents;
  readonly #apologies: Apologies;

  constructor(deps: EventHandlerDeps) {
    this.#deps = deps;
    this.#held = new HeldEvents(deps.claims, deps.clock);
    this.#apologies = new Apologies(deps);
  }

  /** Ends its timers. */
  stop(): void {
    this.#held.stop();
  }

  async handle(event: ChatEvent): Promise<void> {
    const { metrics } = this.#deps;
    metrics.count('chat_events', { platform: event.user.platform, kind: event.kind });
    // It changes nothing, and whoever types is not told in the chat of what went wrong.
    if (event.kind === 'options') return this.#deps.options.answer(event);
    if (event.kind === 'home') {
      await this.#deps.home.opened(event);
      return this.#settle(event);
    }
    // Nobody sees it: the person has done nothing.
    if (event.kind === 'silent-sign-in') return this.#deps.proveLogin.silently(event);
    if (event.kind === 'silent-sign-in-failed') return this.#deps.proveLogin.notSilently(event.user);
    this.#held.refuseHeld(event);
    const work = this.#answer(event);
    this.#held.follow(event, work);
    await work;
    await this.#settle(event);
  }

  async #answer(event: ChatEvent): Promise<void> {
    const { clock, hasRefusedSince, metrics } = this.#deps;
    const { platform } = event.user;
    const startedAt = clock.now();
    try {
      await this.#dispatch(event);
      // The wait for a chat is none for the store.
      if (!hasRefusedSince(platform, startedAt)) metrics.time('ack_ms', clock.now() - startedAt, { platform });
    } catch (error) {
      // Nobody is told: the platform delivers it again.
      if (isBehalfError(error, 'chat.under_way')) throw error;
      await this.#apologies.tell(event, error);
    }
  }

  async #dispatch(event: ChatEvent): Promise<void> {
    if (event.kind === 'text') await this.#text(event);
    else if (event.kind === 'action') await this.#action(event);
    else if (event.kind === 'form') await this.#form(event);
    else if (event.kind === 'sign-in') await this.#signIn(event);
    else if (event.kind === 'slash-command') await this.#deps.shortcuts.typed(event);
    else if (event.kind === 'shortcut') await this.#deps.shortcuts.chosen(event);
  }

  /** What was answered stays answered, whatever becomes of the note about it. */
  async #settle(event: ChatEvent): Promise<void> {
    await this.#deps.claims.settle(event).catch((error: unknown) => {
      this.#deps.logger.warn({ eventId: event.id, err: asBehalfError(error) }, 'an event could not be noted as done');
    });
  }

  async #text(event: TextEvent): Promise<void> {
    const { help, helpRecipes, questions, router, starter } = this.#deps;
    const route = router().match(event.text, textsFor(event.locale).commands.words);
    const isOption = router().mayBeOption(event.text) && (await areOffered(this.#deps, event));
    if (route.kind === 'built_in' && !isOption) {
      if (route.command === 'help' && (await helpRecipes.start(event))) return;
      if (await this.#deps.claims.claim(event)) await this.#builtIn(event, route.command);
      return;
    }
    if (route.kind === 'recipe' && !isOption && starter.isWhole(route.recipe, route.rest)) {
      await starter.start(event, { recipe: route.recipe, rest: route.rest, press: event });
      return;
    }
    const open = await questions.answeredBy(event);
    const isCommand = open !== undefined && route.kind === 'recipe' && (await isNoAnswer(this.#deps, open, event));
    const question = isCommand ? undefined : open;
    if (looksLikeCode(event.text) && (await this.#code(event, question !== undefined))) return;
    if (question && !isJobQuestion(question)) return starter.answer(question, event);
    if (question && (await this.#deps.answers.text(question, event, route.kind === 'recipe'))) return;
    if (route.kind === 'recipe') {
      await starter.start(event, { recipe: route.recipe, rest: route.rest, press: event });
      return;
    }
    const isCall = event.text.trim() === '';
    if ((isCall || route.kind === 'help') && (await helpRecipes.start(event, route.kind === 'help' ? route.topic : '')))
      return;
    if (!(await this.#deps.claims.claim(event))) return;
    if (route.kind === 'help') return this.#reply(event, await help.about(event, route.topic));
    if (event.files && event.text.trim() === '')
      return this.#reply(event, textMessage(textsFor(event.locale).commands.fileAlone));
    // A mention without a word asks what there is.
    await this.#reply(event, isCall ? await help.all(event) : await help.unknown(event, event.text));
  }

  async #builtIn(event: TextEvent, command: BuiltIn): Promise<void> {
    this.#deps.metrics.count('commands', { command });
    switch (command) {
      case 'help':
        return this.#reply(event, await this.#deps.help.all(event));
      case 'connections':
        return this.#reply(event, await this.#deps.connections.list(event));
      case 'cancel':
        return this.#reply(event, await this.#deps.cancel.newest(event));
    }
  }

  async #action(event: ActionEvent): Promise<void> {
    const { commands } = textsFor(event.locale);
    const redeemed = await this.#deps.clicks.redeem(event.user, event.token, event.hostTenantId);
    if (redeemed.kind !== 'ok') {
      if (await this.#deps.claims.claim(event))
        await this.#tell(event, redeemed.kind === 'not_yours' ? commands.notYours : commands.tooOld);
      return;
    }
    const { click } = redeemed;
    if (click.kind === 'command') return this.#commandClick(event, click);
    if (click.kind === 'choose-option') return this.#deps.starter.choose(event, click);
    // Showing a form keeps nothing: a second delivery may show it again.
    if (click.kind === 'open-form') return this.#deps.forms.openForQuestion(event, click.question);
    if (click.kind === 'refill-form') return this.#refill(event, click);
    if (click.kind === 'answer-fields') return this.#deps.answers.fill(event, click);
    if (click.kind === 'run-chosen') return this.#runChosen(event);
    if (click.kind === 'help' && click.page === undefined && (await this.#deps.helpRecipes.start(event, '', event)))
      return;
    if (!(await this.#deps.claims.claim(event))) return;
    if (event.inHome && (await this.#deps.home.press(event, click))) return;
    switch (click.kind) {
      case 'help':
        if (click.page !== undefined) return this.#replace(event, await this.#deps.help.all(event, click));
        return this.#reply(event, await this.#deps.help.all(event));
      case 'connections':
        return this.#replace(event, await this.#deps.connections.list(event));
      case 'connection': {
        const chosen = click.connection ?? this.#deps.connections.chosenIn(event.values);
        await this.#replace(event, await this.#deps.connections.press(event, click.do, chosen));
        return this.#deps.home.changed(event.user);
      }
      case 'own-data':
        await this.#replace(event, await this.#deps.connections.ownData.press(event, click));
        return this.#deps.connections.ownData.begin(click);
      case 'cancel-job': {
        const outcome = await this.#deps.waiting.cancel(event.user, click.job);
        if (outcome !== 'cancelled')
          await this.#tell(event, outcome === 'not_yours' ? commands.notYours : commands.notWaiting);
        return;
      }
      case 'login-opened':
        if (click.job !== undefined && event.message)
          await this.#deps.waiting.promptSeen(event.user, click.job, event.message);
        return;
      case 'answer':
      case 'answer-chosen':
        return this.#deps.answers.press(event, click);
      case 'form':
      case 'answer-form':
        return this.#tell(event, commands.tooOld);
      case 'cancel-question':
        return this.#replace(event, await this.#deps.cancel.question(event, click.question));
    }
  }

  async #commandClick(event: ActionEvent, click: Extract<Click, { kind: 'command' }>): Promise<void> {
    const { commands } = textsFor(event.locale);
    const recipe = this.#deps.recipes().byCommand(click.command);
    const given = parametersOf(click, event.values);
    if (recipe && given) {
      await this.#deps.starter.start(event, { recipe, given, press: event, button: event });
      return;
    }
    if (await this.#deps.claims.claim(event))
      await this.#tell(event, recipe ? commands.chooseFirst : commands.stopped(click.command));
  }

  async #runChosen(event: ActionEvent): Promise<void> {
    const recipe = this.#deps.recipes().byCommand(event.values[CHOSEN_COMMAND] ?? '');
    if (recipe) return this.#deps.starter.start(event, { recipe, press: event, button: event });
    if (await this.#deps.claims.claim(event)) await this.#tell(event, textsFor(event.locale).commands.chooseFirst);
  }

  async #refill(event: ActionEvent, { form: token, values }: Extract<Click, { kind: 'refill-form' }>): Promise<void> {
    const form = await this.#deps.clicks.redeem(event.user, token);
    const click = form.kind === 'ok' ? form.click : undefined;
    if (click?.kind === 'form') return this.#deps.forms.reopen(event, click, { token, values });
    if (click?.kind === 'answer-form') return this.#deps.answers.refill(event, click, { token, values });
    await this.#tell(event, textsFor(event.locale).commands.tooOld);
  }

  async #form(event: FormEvent): Promise<void> {
    const redeemed = await this.#deps.clicks.redeem(event.user, event.token);
    const { commands } = textsFor(event.locale);
    const click = redeemed.kind === 'ok' ? redeemed.click : undefined;
    if (click?.kind === 'form') return this.#deps.forms.submit(event, click);
    if (click?.kind === 'answer-form') return this.#deps.answers.submit(event, click);
    if (await this.#deps.claims.claim(event))
      await this.#reply(event, textMessage(redeemed.kind === 'not_yours' ? commands.notYours : commands.formTooOld));
  }

  /** Tells whether the text was taken as a code. While a question is open, what is no code of ours may be its answer. */
  async #code(event: TextEvent, isAsking: boolean): Promise<boolean> {
    const { claims, proveLogin } = this.#deps;
    if (isAsking ? await claims.isClaimed(event) : !(await claims.claim(event))) return true;
    const { isCode, message } = await proveLogin.byPastedCode(event.user, event.text, event.locale);
    if (isAsking && !isCode) return false;
    if (isAsking) await claims.done(event);
    if (message) await this.#reply(event, message);
    return true;
  }

  async #signIn(event: SignInEvent): Promise<void> {
    if (!(await this.#deps.claims.claim(event))) return;
    const message = await this.#deps.proveLogin.bySignIn(event.user, event.code, event.locale);
    if (message) await this.#reply(event, message);
  }

  /** Answers are private where others could read along. */
  #reply(event: Pick<ChatEvent, 'user' | 'conversation' | 'locale'>, message: Message): Promise<void> {
    return sayPrivately(this.#deps.chats(event.user.platform), event, message);
  }

  /** Why a press does nothing: beside the button or on its page, where the platform can say it there. */
  async #tell(event: ActionEvent, words: string): Promise<void> {
    if (event.inHome) await this.#deps.home.tell(event, words);
    else if (!event.tell?.(words)) await this.#reply(event, textMessage(words));
  }

  /** In place of the message that holds the button, where the platform says which it is. */
  async #replace(event: ActionEvent & { readonly message?: MessageRef }, message: Message): Promise<void> {
    if (event.message)
      await this.#deps.chats(event.user.platform).update(event.message, inLanguage(message, event.locale));
    else await this.#reply(event, message);
  }
}
