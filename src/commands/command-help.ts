import { type Block, type Message, plainText, type RichText } from '../chat/message.js';
import type { Parameter } from '../recipes/compiled-parameter.js';
import type { Texts } from '../texts/english.js';
import { type OfferedCommand, toButton, usageOf } from './help-messages.js';
import { listedChoices } from './listed-choices.js';
import { shownValue } from './shown-value.js';

/** `help <command>`: what it does, its parameters, and how it is typed. */
export function commandMessage({ recipe, token }: OfferedCommand, texts: Texts): Message {
  const { help } = texts;
  const shown = recipe.parameters.filter(({ hidden }) => !hidden);
  const lines: RichText[] = [
    ...(recipe.description === '' ? [] : [[{ text: recipe.description }]]),
    ...shown.map((parameter) => describe(parameter, texts)),
    help.type(usageOf(recipe, texts)),
    ...(shown.length === 0 ? [] : [[{ text: help.leaveOut }]]),
  ];
  const blocks: Block[] = [
    { kind: 'heading', text: recipe.name },
    ...lines.map((text) => ({ kind: 'text' as const, text })),
    { kind: 'buttons', buttons: [toButton({ recipe, token })] },
  ];
  return { fallback: [recipe.name, ...lines.map(plainText)].join('\n'), blocks };
}

function describe(parameter: Parameter, texts: Texts): RichText {
  const { default: initial, example, hint, name, optional, prompt, type } = parameter;
  const { help } = texts;
  const facts = [
    listedChoices(parameter, texts) ?? (type === 'string' ? undefined : help.kinds[type]),
    hint,
    example === undefined ? undefined : help.example(example),
    initial === undefined ? undefined : help.unless(shownValue(parameter, initial, texts)),
    optional && initial === undefined ? help.optional : undefined,
  ].filter((fact) => fact !== undefined);
  const about = facts.length === 0 ? '' : ` (${facts.join('; ')})`;
  return [{ text: name, style: 'bold' }, { text: ` — ${prompt}${about}` }];
}
