import { type Block, type Message, plainText, type RichText } from '../chat/message.js';
import type { Parameter } from '../recipes/compiled-parameter.js';
import { type OfferedCommand, toButton, usageOf } from './help-messages.js';

/** Choices of a parameter that are listed; the form shows all. */
const CHOICES_SHOWN = 10;

const KINDS: Readonly<Record<Parameter['type'], string | undefined>> = {
  string: undefined,
  text: 'a text of several lines',
  number: 'a number',
  boolean: 'yes or no',
  date: 'a date',
  time: 'a time',
  select: 'one of the choices',
  user: 'a person',
  file: 'a file',
};

/** `help <command>`: what it does, its parameters, and how it is typed. */
export function commandMessage({ recipe, token }: OfferedCommand): Message {
  const shown = recipe.parameters.filter(({ hidden }) => !hidden);
  const lines: RichText[] = [
    ...(recipe.description === '' ? [] : [[{ text: recipe.description }]]),
    ...shown.map(describe),
    [{ text: 'Type ' }, { text: usageOf(recipe), style: 'code' }],
    ...(shown.length === 0 ? [] : [[{ text: 'What you leave out, I ask for.' }]]),
  ];
  const blocks: Block[] = [
    { kind: 'heading', text: recipe.name },
    ...lines.map((text) => ({ kind: 'text' as const, text })),
    { kind: 'buttons', buttons: [toButton({ recipe, token })] },
  ];
  return { fallback: [recipe.name, ...lines.map(plainText)].join('\n'), blocks };
}

function describe({ default: initial, example, hint, name, optional, options, prompt, type }: Parameter): RichText {
  const labels = (options ?? []).slice(0, CHOICES_SHOWN).map(({ label }) => label);
  const rest = (options ?? []).length - labels.length;
  const choices = [...labels, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
  const facts = [
    choices === '' ? KINDS[type] : `one of: ${choices}`,
    hint,
    example === undefined ? undefined : `e.g. ${example}`,
    initial === undefined ? undefined : `${initial} unless you say`,
    optional && initial === undefined ? 'may be left out' : undefined,
  ].filter((fact) => fact !== undefined);
  const about = facts.length === 0 ? '' : ` (${facts.join('; ')})`;
  return [{ text: name, style: 'bold' }, { text: ` — ${prompt}${about}` }];
}
