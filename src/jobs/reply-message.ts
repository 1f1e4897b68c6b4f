import type { Click } from '../chat/clicks.js';
import type { ActionButton, Block, Button } from '../chat/message.js';
import type { CompiledRecipe } from '../recipes/compiled-recipe.js';
import { leadsToForm } from '../recipes/missing-parameter.js';
import type {
  RenderedBlock,
  RenderedButton,
  RenderedCommandButton,
  RenderedPicklist,
} from '../recipes/render-reply.js';

/** What presses on the buttons of a reply mean, in the order in which `toBlocks` takes their tokens. */
export function clicksOf(blocks: readonly RenderedBlock[]): readonly Click[] {
  return blocks.flatMap((block, place): readonly Click[] => {
    if (block.kind === 'picklist') return [{ ...commandClick(block.button), choice: choiceOf(block, place) }];
    if (block.kind !== 'buttons') return [];
    return block.buttons.flatMap((button) => (button.kind === 'command' ? [commandClick(button)] : []));
  });
}

/** Finds the recipe behind a command, if it is started. */
export type FindCommand = (command: string) => CompiledRecipe | undefined;

/**
 * The blocks of a message. `tokens`: one for each of `clicksOf`. What was chosen travels as its number, so that it cannot be
 * made up. `findCommand` tells which buttons lead to a form.
 */
export function toBlocks(
  blocks: readonly RenderedBlock[],
  tokens: readonly string[],
  findCommand: FindCommand,
): readonly Block[] {
  const left = [...tokens];
  const toButton = (button: RenderedButton, chosen: Readonly<Record<string, true>> = {}): Button => {
    if (button.kind === 'link') return button;
    const opensForm = leadsToForm(findCommand(button.command), { ...button.parameters, ...chosen });
    return actionButton(button, left.shift() ?? '', opensForm);
  };
  return blocks.flatMap((block, place): readonly Block[] => {
    switch (block.kind) {
      case 'buttons':
        return block.buttons.length === 0
          ? []
          : [{ kind: 'buttons', buttons: block.buttons.map((button) => toButton(button)) }];
      case 'fields':
        return block.fields.length === 0 ? [] : [block];
      case 'picklist': {
        const options = block.options.map(({ label }, index) => ({ label, value: `${index}` }));
        return [
          { kind: 'picklist', id: picklistId(place), label: block.label, options },
          { kind: 'buttons', buttons: [toButton(block.button, { [block.parameter]: true })] },
        ];
      }
      default:
        return [block];
    }
  });
}

function commandClick({ command, parameters }: RenderedCommandButton): Extract<Click, { kind: 'command' }> {
  return { kind: 'command', command, parameters: { ...parameters } };
}

function choiceOf({ options, parameter }: RenderedPicklist, place: number) {
  return { picklist: picklistId(place), parameter, values: options.map(({ value }) => value) };
}

function picklistId(place: number): string {
  return `choice-${place}`;
}

function actionButton(
  { confirm, label, style }: RenderedCommandButton,
  token: string,
  opensForm: boolean,
): ActionButton {
  return {
    kind: 'action',
    label,
    token,
    ...(opensForm ? { opensForm } : {}),
    ...(style === undefined ? {} : { style }),
    ...(confirm === undefined ? {} : { confirm }),
  };
}
