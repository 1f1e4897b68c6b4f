import type { CallApp } from './assemble-calls.js';
import { assembleHome, type HomeAssembly } from './assemble-home.js';
import type { Clicks } from './chat/clicks.js';
import type { JobOwner } from './chat/job-owner.js';
import { AcceptCommand } from './commands/accept-command.js';
import type { AnswerJobs } from './commands/answer-jobs.js';
import { CancelCommand } from './commands/cancel-command.js';
import { Choices } from './commands/choices.js';
import { CommandForms } from './commands/command-forms.js';
import type { FileIntake } from './commands/file-intake.js';
import { FormOptions } from './commands/form-options.js';
import type { FormRefusals } from './commands/form-refusals.js';
import { EventHandler } from './commands/handle-event.js';
import { HelpRecipes } from './commands/help-recipes.js';
import type { Home } from './commands/home.js';
import { LoginFirst } from './commands/login-first.js';
import { OfferedOptions } from './commands/offered-options.js';
import type { PatientChats } from './commands/patient-chats.js';
import { ProveLogin } from './commands/prove-login.js';
import type { Questions } from './commands/questions.js';
import type { CommandRouter } from './commands/router.js';
import { Shortcuts } from './commands/shortcuts.js';
import { CommandStarter } from './commands/start-command.js';
import type { StoppedRecipes } from './commands/stopped-recipes.js';
import { within } from './commands/within.js';
import type { Logins } from './connections/logins.js';
import type { Jobs } from './jobs/jobs.js';
import type { LogInSilently } from './jobs/log-in-silently.js';
import { OptionSearches } from './jobs/options/option-searches.js';
import type { DenialOf } from './jobs/permission.js';
import type { SlotResolver } from './jobs/resolve-connections.js';
import type { Metrics } from './kernel/metrics.port.js';
import type { Tracing } from './kernel/tracing.port.js';
import type { RecipeBook } from './recipes/recipe-book.js';

const PAGE_WAITS_MS = 5_000;

interface CommandParts extends Omit<HomeAssembly, 'waiting' | 'logins'> {
  readonly jobs: Jobs;
  readonly logins: Logins;
  readonly answers: AnswerJobs;
  readonly questions: Questions;
  readonly intake: FileIntake;
  readonly refusals: FormRefusals;
  readonly stopped: StoppedRecipes;
  readonly router: () => CommandRouter;
  readonly recipes: () => RecipeBook;
  readonly denialOf: DenialOf;
  readonly appTitle: (app: string) => string | undefined;
  readonly resolverFor: (owner: JobOwner) => SlotResolver;
  readonly callApp: CallApp;
  readonly logInSilently: LogInSilently;
  readonly patience: PatientChats;
  readonly clicks: Clicks;
  readonly metrics: Metrics;
  readonly tracing: Tracing | undefined;
}

/** What takes the events of the chats: from a text, a press or a form to a job, or to an answer of the service itself. */
export function assembleCommands(parts: CommandParts): {
  readonly events: EventHandler;
  readonly home: Home;
  /** A login is done. It belongs to a page, which does not wait for a chat that takes nothing now. */
  readonly loginCompleted: CommandStarter['loginCompleted'];
  readonly stopSaying: () => void;
} {
  const { answers, appTitle, callApp, claims, clicks, clock, createLoginLink, denialOf, help, intake, jobs } = parts;
  const { logger, logins, metrics, personal, questions, recipes, resolverFor, router, stopped, store, tracing } = parts;
  const { chats } = parts.patience;
  const searches = new OptionSearches({ resolverFor, perform: callApp, clock, metrics });
  const offered = new OfferedOptions(store, parts.vault);
  const loginFirst = new LoginFirst({ createLoginLink, logInSilently: parts.logInSilently, clicks });
  const inForms = { denialOf, recipes, chats, clicks, clock, logins: loginFirst, offered };
  const accept = new AcceptCommand({ jobs, claims, clicks, chats });
  const asking = { ...inForms, jobs, accept, questions, intake, choices: new Choices({ searches, clock, logger }) };
  const forms = new CommandForms({
    ...asking,
    refusals: parts.refusals,
    askInChat: (...asked) => starter.ask(...asked),
  });
  const starter: CommandStarter = new CommandStarter({ ...asking, forms, claims, metrics, stopped, tracing });
  const options = new FormOptions({ ...inForms, searches, store, logger });
  const home = assembleHome({ ...parts, waiting: jobs.waiting });
  const events = new EventHandler({
    chats,
    recipes,
    help,
    home,
    helpRecipes: new HelpRecipes({ accept: asking.accept, claims, recipes, stopped, denialOf, appTitle, metrics }),
    router,
    forms,
    starter,
    shortcuts: new Shortcuts({ recipes, starter, claims, chats }),
    options,
    questions,
    answers,
    connections: personal,
    waiting: jobs.waiting,
    cancel: new CancelCommand({ questions, waiting: jobs.waiting, cancelRunning: (user) => jobs.cancelRunning(user) }),
    proveLogin: new ProveLogin(logins),
    clicks,
    claims,
    clock,
    hasRefusedSince: (...since) => parts.patience.hasRefusedSince(...since),
    logger,
    metrics,
    tracing,
  });
  return {
    events,
    home,
    loginCompleted: (...login) => within(clock, PAGE_WAITS_MS, starter.loginCompleted(...login), undefined),
    stopSaying() {
      events.stop();
      parts.patience.stop();
    },
  };
}
