import type { Datapill } from '../language/datapill.js';
import type { Position } from '../language/problem.js';
import type { Template } from '../language/template.js';
import type { Parameter } from './compiled-parameter.js';
import type { InputValue, ReplyBlock, ReplyButton } from './compiled-reply.js';
import type { RecipeShortcut } from './compiled-shortcut.js';
import type { ReplyText } from './reply-text.js';

/** One app of a recipe: the slot is the connector's name, or `<connector>_secondary`. */
export interface ConnectionSlot extends Position {
  readonly slot: string;
  /** Name of the parent connection. */
  readonly use: string;
  readonly verifyUserAccess: boolean;
}

/** `path` names the place in the recipe (`0`, `2.then.1`) and stays the same while the recipe's text does. */
interface StepBase extends Position {
  readonly path: string;
}

export interface ActionStep extends StepBase {
  readonly kind: 'action';
  /** Name under `steps` for later datapills; absent: nobody needs the output. */
  readonly id?: string;
  readonly slot: string;
  /** Name of the action in the slot's connector. */
  readonly action: string;
  readonly actionPosition: Position;
  /** Values by input name, each with its position in the file. */
  readonly input: readonly InputValue[];
  /** Time that the app may take, in ms; absent: the usual. */
  readonly timeoutMs?: number;
}

export interface ReplyStep extends StepBase {
  readonly kind: 'reply';
  /** Name of the message for later replies that replace it. */
  readonly id?: string;
  readonly blocks: readonly ReplyBlock[];
  /** Absent: those who saw the command. */
  readonly visibleTo?: 'user' | 'channel';
  /** In a thread below the command, where the platform has threads. */
  readonly thread: boolean;
  /** The earlier reply that this one replaces. */
  readonly update?: { readonly id: string } & Position;
}

export interface IfStep extends StepBase {
  readonly kind: 'if';
  /** True when its value is, by the rules of JSONata's `$boolean`. */
  readonly condition: Datapill;
  readonly then: readonly CompiledStep[];
  readonly else: readonly CompiledStep[];
}

export interface StopStep extends StepBase {
  readonly kind: 'stop';
  readonly as: 'succeeded' | 'failed';
  readonly message?: ReplyText;
}

/** Waits for a person's answer. */
export interface AskStep extends StepBase {
  readonly kind: 'ask';
  readonly id?: string;
  readonly text: ReplyText;
  readonly answer: AskAnswer;
  readonly who:
    | { readonly kind: 'asker' | 'anyone' }
    /** User ids or confirmed e-mail addresses, a list of them or one. */
    | { readonly kind: 'users'; readonly users: Template };
  readonly visibleTo: 'user' | 'channel';
  /** Absent: as long as a login is waited for. */
  readonly timeoutMs?: number;
  /** Absent: the job ends when nobody answers. */
  readonly onTimeout?: readonly CompiledStep[];
}

/** How a question is answered. */
export type AskAnswer =
  | { readonly kind: 'buttons'; readonly buttons: readonly AskButton[] }
  /** `options` gives a list of texts or of `{ label, value }`. */
  | { readonly kind: 'picklist'; readonly label: Template; readonly options: Template }
  /** Fields of a form; `title` is absent where the one field is typed in the chat. */
  | { readonly kind: 'fields'; readonly title?: string; readonly fields: readonly AskField[] };

/** `default` is what stands in the field beforehand. */
export type AskField = Omit<Parameter, 'default'> & { readonly default?: Template };

export type AskButton =
  | ReplyButton
  | {
      readonly kind: 'answer';
      readonly label: Template;
      readonly value: Template;
      readonly style?: 'primary' | 'danger';
    };

export interface LogStep extends StepBase {
  readonly kind: 'log';
  readonly text: Template;
  readonly level: 'info' | 'warn';
}

/** Does the same for each item of a list. Paths of the steps inside begin anew; `<path>.each.<index>.` stands before them. */
export interface ForEachStep extends StepBase {
  readonly kind: 'for_each';
  readonly id?: string;
  readonly list: Datapill;
  /** Name of the item for datapills. */
  readonly as: string;
  readonly max: number;
  readonly concurrency: number;
  readonly do: readonly CompiledStep[];
}

/** Ends the steps of a loop that makes a list: what this item gives to it. */
export interface CollectStep extends StepBase {
  readonly kind: 'collect';
  readonly value: Template;
}

/** Steps whose failure is tried again, and then has steps of its own. */
export interface TryStep extends StepBase {
  readonly kind: 'try';
  readonly steps: readonly CompiledStep[];
  /** Times that a passing error is tried again. */
  readonly retries: number;
  /** Pause before the first repetition, in ms; doubled each time. */
  readonly waitMs: number;
  /** Absent: the error goes on to whoever holds this step. */
  readonly onError?: readonly CompiledStep[];
}

/** Carries out another recipe as a part of this one. Paths of its steps begin anew; `<path>.call.` stands before them. */
export interface CallStep extends StepBase {
  readonly kind: 'call';
  readonly id?: string;
  /** Id of the recipe. */
  readonly recipe: string;
  readonly recipePosition: Position;
  readonly input: readonly InputValue[];
  /** Connections that stand in the place of those that the recipe names. */
  readonly connections: readonly (Pick<ConnectionSlot, 'slot' | 'use'> & Position)[];
}

export type CompiledStep =
  | ActionStep
  | ReplyStep
  | IfStep
  | StopStep
  | LogStep
  | ForEachStep
  | CollectStep
  | TryStep
  | CallStep
  | AskStep;

/** Who may run a recipe: somebody of `users` or `groups`, in one of `channels`, of one of `tenants`; what is absent does not matter. */
export interface Allowed {
  /** User ids and confirmed e-mail addresses, in lower case. */
  readonly users?: readonly string[];
  readonly groups?: readonly string[];
  /** Who may run it beside full members. */
  readonly outsiders: readonly ('guest' | 'external')[];
  readonly channels?: readonly string[];
  /** In lower case. */
  readonly tenants?: readonly string[];
}

/** Jobs of a recipe that run at the same time: of all people, and of one of them. */
export interface ConcurrencyLimits {
  readonly recipe?: number;
  readonly user?: number;
}

/** Words that people type. The position is theirs. */
export interface CommandTrigger extends Position {
  readonly kind: 'command';
  /** Lower case, single spaces. */
  readonly command: string;
  /** Its own slash command in Slack, with the slash. */
  readonly slashCommand?: { readonly name: string } & Position;
  /** Choices in the menus of the chat that start it: at most one of each kind. */
  readonly shortcuts: readonly RecipeShortcut[];
}

/** Other recipes call it; programs too, where `http` is there. */
export interface CallableTrigger extends Position {
  readonly kind: 'callable';
  readonly inputs: readonly CallableInput[];
  /** What the caller gets, filled in when the steps are done. */
  readonly outputs: readonly InputValue[];
  /** `keys`: names of the API keys that may start it; absent: all. */
  readonly http?: { readonly keys?: readonly string[] };
}

export interface CallableInput extends Position {
  readonly name: string;
  readonly type: 'string' | 'number' | 'boolean' | 'any';
  readonly optional: boolean;
  readonly default?: unknown;
}

/** Answers `help` where `target` is {@link WHOLE_HELP}, else `help <target>`, an app by the name of its connector. */
export interface HelpTrigger extends Position {
  readonly kind: 'help';
  readonly target: string;
}

/** The help that is about no app. */
export const WHOLE_HELP = 'all';

/** A recipe that answers a call for help. Its one parameter is `topic`: what was typed behind `help`. */
export type HelpRecipe = CompiledRecipe & { readonly trigger: HelpTrigger };

export function isHelpRecipe(recipe: CompiledRecipe): recipe is HelpRecipe {
  return recipe.trigger.kind === 'help';
}

/** A recipe that people call in the chat. */
export type CommandRecipe = CompiledRecipe & { readonly trigger: CommandTrigger };

export function isCommandRecipe(recipe: CompiledRecipe): recipe is CommandRecipe {
  return recipe.trigger.kind === 'command';
}

/** A recipe that other recipes call. */
export type CallableRecipe = CompiledRecipe & { readonly trigger: CallableTrigger };

export function isCallableRecipe(recipe: CompiledRecipe): recipe is CallableRecipe {
  return recipe.trigger.kind === 'callable';
}

/** A recipe as the service uses it: defaults filled in, datapills compiled. */
export interface CompiledRecipe {
  /** File name without its ending, with the project's folder before it: `sales/create-opportunity`. */
  readonly id: string;
  readonly file: string;
  /** Folder under `recipes/`, if any. */
  readonly project?: string;
  /** SHA-256 of the file's text. */
  readonly fingerprint: string;
  /** Changes with the file's text and with that of every recipe that it calls. */
  readonly version: string;
  readonly name: string;
  readonly description: string;
  /** Not listed by `help`; can still be called. */
  readonly hidden: boolean;
  readonly trigger: CommandTrigger | CallableTrigger | HelpTrigger;
  /** What a person who calls it gives; none where no person calls it. */
  readonly parameters: readonly Parameter[];
  /** True: missing parameters may be filled in a form. */
  readonly usesForm: boolean;
  /** Absent: everybody. */
  readonly allow?: Allowed;
  readonly connections: readonly ConnectionSlot[];
  /** Time that a job may work, in ms; waiting for people does not count. */
  readonly timeoutMs: number;
  /** Absent: as many jobs run at once as there is room for. */
  readonly concurrency?: ConcurrencyLimits;
  /** Jobs that begin in any minute. Absent: as many as come. */
  readonly startsPerMinute?: number;
  readonly steps: readonly CompiledStep[];
  /** False: no datapill reads the person's name or e-mail address, so the platform need not be asked. */
  readonly readsProfile: boolean;
  /** Texts that stay as they are written although they have datapills. */
  readonly unfilledTexts: readonly Position[];
  /** What looks like a datapill in texts and is none. */
  readonly mistakenDatapills: readonly Position[];
}
