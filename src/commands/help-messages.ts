import type { Block, Button, Message, RichText } from '../chat/message.js';
import { plainText } from '../chat/message.js';
import type { CommandRecipe } from '../recipes/compiled-recipe.js';
import { leadsToForm } from '../recipes/missing-parameter.js';
import type { Texts } from '../texts/english.js';

/** Slack takes 25 buttons in a row of buttons and 50 blocks; this many commands are a page that one can still read. */
const ON_A_PAGE = 20;
/** Platforms take no more in one picklist (Slack: 100). */
const MAX_CHOICES = 100;

/** Under which the command travels that is chosen in the picklist of the help. */
export const CHOSEN_COMMAND = 'command';

/** A command with the token of its button. */
export interface OfferedCommand {
  readonly recipe: CommandRecipe;
  readonly token: string;
}

/** A page of the commands that `help` shows. */
export interface HelpPage {
  readonly listed: readonly CommandRecipe[];
  readonly shown: readonly CommandRecipe[];
  /** Counts from 0. */
  readonly page: number;
  readonly pages: number;
  readonly appOf: (recipe: CommandRecipe) => string | undefined;
}

/** The commands that are not hidden, those of one app together; a page that there is not is the last one. */
export function pageOf(recipes: readonly CommandRecipe[], { appOf, page }: Pick<HelpPage, 'appOf' | 'page'>): HelpPage {
  const visible = recipes.filter((recipe) => !recipe.hidden);
  const apps = [...new Set(visible.flatMap((recipe) => appOf(recipe) ?? []))].sort((a, b) => a.localeCompare(b, 'en'));
  const listed = [...apps, undefined].flatMap((app) => visible.filter((recipe) => appOf(recipe) === app));
  const pages = Math.max(1, Math.ceil(listed.length / ON_A_PAGE));
  const at = Math.min(page, pages - 1);
  return { listed, shown: listed.slice(at * ON_A_PAGE, (at + 1) * ON_A_PAGE), page: at, pages, appOf };
}

/** `help`: what can be typed by app, with a button for each; where that is long, page by page, with a list to choose from. */
export function helpMessage(options: {
  readonly view: HelpPage;
  /** Those of the page, in its order. */
  readonly commands: readonly OfferedCommand[];
  /** Absent where the connections stand beside it. */
  readonly connectionsToken?: string;
  readonly runToken: string;
  readonly previousToken: string;
  readonly nextToken: string;
  readonly texts: Texts;
}): Message {
  const { commands, connectionsToken, nextToken, previousToken, texts, view } = options;
  const { help } = texts;
  const { page, pages } = view;
  const buttons: Button[] = [
    ...commands.map(toButton),
    ...(page > 0 ? [{ kind: 'action' as const, label: help.previousPage, token: previousToken }] : []),
    ...(page < pages - 1 ? [{ kind: 'action' as const, label: help.nextPage, token: nextToken }] : []),
    ...(connectionsToken === undefined
      ? []
      : [{ kind: 'action' as const, label: help.connections, token: connectionsToken }]),
  ];
  const lines = [...linesOf(view, texts), ...(commands.length === 0 ? [[{ text: help.nothingYet }]] : [])];
  const turning: RichText[] = pages === 1 ? [] : [[{ text: help.page(page + 1, pages) }]];
  const blocks: Block[] = [
    { kind: 'heading', text: help.title },
    ...[...lines, ...turning].map((text) => ({ kind: 'text' as const, text })),
    { kind: 'divider' },
    { kind: 'text', text: help.builtIn },
    ...(pages === 1 ? [] : chooser(view, options.runToken, texts)),
    ...(buttons.length === 0 ? [] : [{ kind: 'buttons' as const, buttons }]),
  ];
  const fallback = [`${help.title}:`, ...[...lines, ...turning, help.builtIn].map(plainText)].join('\n');
  return { fallback, blocks };
}

/** A line for each command, below the name of its app where there are several. */
function linesOf({ appOf, listed, shown }: HelpPage, texts: Texts): readonly RichText[] {
  const isGrouped = new Set(listed.map(appOf)).size > 1;
  return shown.flatMap((recipe, index): readonly RichText[] => {
    const before = shown[index - 1];
    const isFirst = before === undefined || appOf(before) !== appOf(recipe);
    const title: RichText = [{ text: appOf(recipe) ?? texts.help.more, style: 'bold' }];
    return isGrouped && isFirst ? [title, describe(recipe, texts)] : [describe(recipe, texts)];
  });
}

/** All commands to choose from; of very many, those from this page on. */
function chooser({ listed, page }: HelpPage, token: string, { help }: Texts): readonly Block[] {
  const from = listed.length > MAX_CHOICES ? page * ON_A_PAGE : 0;
  const offered = listed.slice(from, from + MAX_CHOICES);
  const options = offered.map(({ name, trigger }) => ({ label: name, value: trigger.command }));
  const opensForm = offered.some((recipe) => leadsToForm(recipe, {}));
  return [
    { kind: 'picklist', id: CHOSEN_COMMAND, label: help.allCommands, options },
    { kind: 'buttons', buttons: [{ kind: 'action', label: help.run, token, ...(opensForm ? { opensForm } : {}) }] },
  ];
}

/** The answer to a text that calls nothing. */
export function unknownMessage(options: {
  readonly closest: readonly OfferedCommand[];
  readonly builtIn?: string;
  readonly helpToken: string;
  readonly texts: Texts;
}): Message {
  const { builtIn, closest, helpToken, texts } = options;
  const { help } = texts;
  const buttons: Button[] = [...closest.map(toButton), { kind: 'action', label: help.help, token: helpToken }];
  const names = [...closest.map(({ recipe }) => recipe.trigger.command), ...(builtIn === undefined ? [] : [builtIn])];
  const text = names.length === 0 ? help.unknown : help.didYouMean(names);
  return {
    fallback: plainText(text),
    blocks: [
      { kind: 'text', text },
      { kind: 'buttons', buttons },
    ],
  };
}

/** How a command is typed: `create opportunity account: … amount: …`. */
export function usageOf(recipe: CommandRecipe, texts: Texts): string {
  return `${recipe.trigger.command} ${parameterUsage(recipe, texts)}`.trimEnd();
}

/** What is typed behind a command: `account: … amount: …`. */
export function parameterUsage({ parameters }: CommandRecipe, { help }: Texts): string {
  const shown = parameters.filter((parameter) => !parameter.hidden);
  const parts = shown.map(({ name, example, optional, type }) => {
    const part = type === 'file' ? `(${help.file}: ${name})` : `${name}: ${example ?? '…'}`;
    return optional ? `[${part}]` : part;
  });
  return parts.join(' ');
}

function describe(recipe: CommandRecipe, texts: Texts): RichText {
  return [
    { text: usageOf(recipe, texts), style: 'code' },
    { text: recipe.description === '' ? '' : ` — ${recipe.description}` },
  ];
}

/** The button that runs a command. */
export function toButton({ recipe, token }: OfferedCommand): Button {
  return { kind: 'action', label: recipe.name, token, ...(leadsToForm(recipe, {}) ? { opensForm: true } : {}) };
}
