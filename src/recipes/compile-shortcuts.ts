import { isOwnSlashCommand } from '../kernel/slash-command.js';
import { didYouMean } from '../language/did-you-mean.js';
import type { CompileContext } from '../language/template.js';
import type { YamlPath } from '../language/yaml-document.js';
import type { Parameter } from './compiled-parameter.js';
import type { CommandTrigger } from './compiled-recipe.js';
import type { RecipeShortcut, TakenOfMessage } from './compiled-shortcut.js';
import type { CommandShape } from './recipe.js';
import type { MessageShortcutShape } from './shortcut-shape.js';

/** https://slack.com/help/articles/201259356: commands of Slack itself; an app cannot have them. */
const SLACK_COMMANDS: ReadonlySet<string> = new Set(
  (
    'active apps archive away call canvas collapse dm dnd expand feed feedback help huddle invite join kick leave list ' +
    'me msg mute open part prefs pro remind remove rename search shortcuts shrug star status topic unarchive who'
  )
    .split(' ')
    .map((name) => `/${name}`),
);

const TEXTUAL: readonly Parameter['type'][] = ['string', 'text'];
/** What parameters may take of a message, by what they take. */
const TAKERS: Readonly<Record<keyof TakenOfMessage, readonly Parameter['type'][]>> = {
  text: TEXTUAL,
  link: TEXTUAL,
  author: [...TEXTUAL, 'user'],
};
const TRIGGER: YamlPath = ['trigger'];

type Compiled = Pick<CommandTrigger, 'slashCommand' | 'shortcuts'>;

/** Compiles what starts a command beside its words; mistakes are added to the context's problems. */
export function compileShortcuts(
  { message_shortcut: onMessage, shortcut, slash_command: slashCommand }: CommandShape,
  parameters: readonly Parameter[],
  context: CompileContext,
): Compiled {
  const at = (key: string): YamlPath => [...TRIGGER, key];
  const shortcuts: RecipeShortcut[] = [];
  if (slashCommand !== undefined) checkSlashCommand(slashCommand, context);
  if (slashCommand !== undefined || shortcut)
    checkHidden(parameters, [], { context, path: at(shortcut ? 'shortcut' : 'slash_command') });
  if (shortcut) {
    const position = context.document.positionOf([...at('shortcut'), 'name']);
    shortcuts.push({ kind: 'global', name: shortcut.name, description: shortcut.description, takes: {}, ...position });
  }
  if (onMessage) {
    const path = at('message_shortcut');
    const takes = compileTakers(onMessage, parameters, { context, path });
    checkHidden(parameters, Object.values(takes), { context, path });
    const { description, name } = onMessage;
    shortcuts.push({ kind: 'message', name, description, takes, ...context.document.positionOf([...path, 'name']) });
  }
  const position = context.document.positionOf(at('slash_command'));
  return { ...(slashCommand === undefined ? {} : { slashCommand: { name: slashCommand, ...position } }), shortcuts };
}

function checkSlashCommand(name: string, context: CompileContext): void {
  const place = { context, path: [...TRIGGER, 'slash_command'] };
  if (isOwnSlashCommand(name)) report(place, `"${name}" is the slash command of Behalf itself`, 'choose another');
  if (SLACK_COMMANDS.has(name)) report(place, `"${name}" is a command of Slack itself`, 'choose another');
}

interface Place {
  readonly context: CompileContext;
  readonly path: YamlPath;
}

function compileTakers(
  written: MessageShortcutShape,
  parameters: readonly Parameter[],
  { context, path }: Place,
): TakenOfMessage {
  const takes: { text?: string; link?: string; author?: string } = {};
  for (const what of ['text', 'link', 'author'] as const) {
    const name = written[what];
    if (name === undefined) continue;
    const place = { context, path: [...path, what] };
    const types = TAKERS[what];
    const parameter = parameters.find((one) => one.name === name);
    const fitting = parameters.filter(({ type }) => types.includes(type)).map((one) => one.name);
    if (!parameter) report(place, `there is no parameter "${name}"`, didYouMean(name, fitting));
    else if (!types.includes(parameter.type))
      report(place, `the ${what} of a message does not go into a ${parameter.type}`, `make it ${listed(types)}`);
    else if (Object.values(takes).includes(name)) report(place, `"${name}" takes something of the message already`);
    takes[what] = name;
  }
  if (Object.keys(takes).length === 0)
    report({ context, path }, 'nothing of the message is taken', 'add `text`, `link` or `author`, or use `shortcut`');
  return takes;
}

/** What only a button can give would be missing each time. */
function checkHidden(parameters: readonly Parameter[], given: readonly string[], place: Place): void {
  for (const { default: standard, hidden, name, optional } of parameters) {
    if (!hidden || optional || standard !== undefined || given.includes(name)) continue;
    report(place, `the hidden parameter "${name}" would be missing here`, 'make it optional, or give it a default');
  }
}

function listed(types: readonly string[]): string {
  return types.join(' or ');
}

function report({ context: { document, problems }, path }: Place, message: string, hint?: string): void {
  const place = { file: document.file, ...document.positionOf(path) };
  problems.push({ ...place, severity: 'error', message, ...(hint === undefined ? {} : { hint }) });
}
