import type { Block, Button, Message, RichText } from '../chat/message.js';
import { plainText } from '../chat/message.js';
import type { CommandRecipe } from '../recipes/compiled-recipe.js';
import { leadsToForm } from '../recipes/missing-parameter.js';

/** Slack takes 25 buttons in a row of buttons; this many commands are a list that one can still read. */
const COMMANDS_SHOWN = 20;

/** A command with the token of its button. */
export interface OfferedCommand {
  readonly recipe: CommandRecipe;
  readonly token: string;
}

/** `help`: what can be typed, with a button for each. */
export function helpMessage(options: {
  readonly commands: readonly OfferedCommand[];
  readonly total: number;
  readonly connectionsToken: string;
}): Message {
  const { commands, connectionsToken, total } = options;
  const lines: RichText[] = commands.map(({ recipe }) => describe(recipe));
  const more =
    total > commands.length
      ? [`… and ${total - commands.length} more. Type the first words of a command and I suggest the closest.`]
      : [];
  const none = commands.length === 0 ? ['No command has been set up here yet.'] : [];
  const builtIn: RichText = [
    { text: 'personal_connections', style: 'code' },
    { text: ' shows the apps that you have logged in to. ' },
    { text: 'cancel', style: 'code' },
    { text: ' ends a question or a request that waits for a login. ' },
    { text: 'help', style: 'code' },
    { text: ' shows this, ' },
    { text: 'help', style: 'code' },
    { text: ' with a command or an app shows more of it.' },
  ];
  const blocks: Block[] = [
    { kind: 'heading', text: 'What I can do for you' },
    ...[...lines, ...[...none, ...more].map((text): RichText => [{ text }])].map((text) => ({
      kind: 'text' as const,
      text,
    })),
    { kind: 'divider' },
    { kind: 'text', text: builtIn },
    {
      kind: 'buttons',
      buttons: [...commands.map(toButton), { kind: 'action', label: 'Personal connections', token: connectionsToken }],
    },
  ];
  const fallback = ['What I can do for you:', ...lines.map(plainText), ...none, ...more, plainText(builtIn)].join('\n');
  return { fallback, blocks };
}

/** The answer to a text that calls nothing. */
export function unknownMessage(options: {
  readonly closest: readonly OfferedCommand[];
  readonly builtIn?: string;
  readonly helpToken: string;
}): Message {
  const { builtIn, closest, helpToken } = options;
  const buttons: Button[] = [...closest.map(toButton), { kind: 'action', label: 'Help', token: helpToken }];
  const names = [...closest.map(({ recipe }) => recipe.trigger.command), ...(builtIn === undefined ? [] : [builtIn])];
  const text: RichText =
    names.length === 0
      ? [{ text: "I don't know that command. " }, { text: 'help', style: 'code' }, { text: ' shows what I can do.' }]
      : [
          { text: "I don't know that command. Did you mean " },
          ...names.flatMap((name, index) => named(name, index, names.length)),
          { text: '?' },
        ];
  return {
    fallback: plainText(text),
    blocks: [
      { kind: 'text', text },
      { kind: 'buttons', buttons },
    ],
  };
}

/** The commands that `help` shows: started and not hidden, as many as can be read. */
export function shownCommands(recipes: readonly CommandRecipe[]): {
  readonly shown: readonly CommandRecipe[];
  readonly total: number;
} {
  const listed = recipes.filter((recipe) => !recipe.hidden);
  return { shown: listed.slice(0, COMMANDS_SHOWN), total: listed.length };
}

/** How a command is typed: `create opportunity account: … amount: …`. */
export function usageOf(recipe: CommandRecipe): string {
  const parameters = recipe.parameters.filter((parameter) => !parameter.hidden);
  return [
    recipe.trigger.command,
    ...parameters.map(({ name, example, optional, type }) => {
      const part = type === 'file' ? `(file: ${name})` : `${name}: ${example ?? '…'}`;
      return optional ? `[${part}]` : part;
    }),
  ].join(' ');
}

function describe(recipe: CommandRecipe): RichText {
  return [
    { text: usageOf(recipe), style: 'code' },
    { text: recipe.description === '' ? '' : ` — ${recipe.description}` },
  ];
}

/** The button that runs a command. */
export function toButton({ recipe, token }: OfferedCommand): Button {
  return { kind: 'action', label: recipe.name, token, ...(leadsToForm(recipe, {}) ? { opensForm: true } : {}) };
}

function named(name: string, index: number, count: number): RichText {
  const separator = index === 0 ? '' : index === count - 1 ? ' or ' : ', ';
  return [{ text: separator }, { text: name, style: 'code' }];
}
