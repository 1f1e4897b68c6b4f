import type { Datapill } from '../language/datapill.js';
import type { Position } from '../language/problem.js';
import { datapillsOf, type Template } from '../language/template.js';
import { datapillsOfText, type ReplyText } from './reply-text.js';

export interface InputValue extends Position {
  readonly name: string;
  readonly value: Template;
}

/** A button that runs another recipe. The position is that of its command. */
export interface CommandButton extends Position {
  readonly kind: 'command';
  readonly label: Template;
  readonly command: string;
  readonly parameters: readonly InputValue[];
  readonly style?: 'primary' | 'danger';
  /** Asked before the press counts; what is left out is said in the language of the person. */
  readonly confirm?: {
    readonly title?: Template;
    readonly text: Template;
    readonly yes?: string;
    readonly no?: string;
  };
}

export type ReplyButton =
  | CommandButton
  | ({ readonly kind: 'link'; readonly label: Template; readonly url: Template } & Position);

export interface ReplyTable {
  readonly kind: 'table';
  readonly rows: Datapill;
  /** The datapills of `value` see the row as `row`. */
  readonly columns: readonly {
    readonly title: Template;
    readonly value: Template;
    readonly align: 'left' | 'center' | 'right';
  }[];
  readonly max: number;
  readonly empty: Template;
}

export interface ReplyPicklist {
  readonly kind: 'picklist';
  readonly label: Template;
  /** Parameter of the button's command that gets the value; with its position. */
  readonly parameter: { readonly name: string } & Position;
  readonly options:
    | {
        readonly kind: 'fixed';
        readonly items: readonly { readonly label: Template; readonly value: Template }[];
      }
    /** The datapills of `label` and `value` see the item as `option`. */
    | { readonly kind: 'from'; readonly list: Datapill; readonly label: Template; readonly value: Template };
  readonly button: CommandButton;
}

/** One part of a reply, in the order in which they are shown. */
export type ReplyBlock =
  | { readonly kind: 'heading'; readonly text: Template }
  | { readonly kind: 'text'; readonly text: ReplyText }
  | { readonly kind: 'image'; readonly url: Template; readonly alt: Template }
  | { readonly kind: 'fields'; readonly fields: readonly { readonly label: string; readonly value: Template }[] }
  | { readonly kind: 'divider' }
  | { readonly kind: 'buttons'; readonly buttons: readonly ReplyButton[] }
  | ReplyTable
  | ReplyPicklist;

/** A name for each item of a list. */
export interface ItemName {
  readonly name: 'row' | 'option';
  readonly list: Datapill;
}

/** A datapill and the name that only it can see besides the recipe's data. */
interface ScopedDatapill {
  readonly pill: Datapill;
  readonly local?: ItemName;
}

/** Every datapill of the parts of a reply. */
export function datapillsOfReply(blocks: readonly ReplyBlock[]): readonly ScopedDatapill[] {
  return blocks.flatMap(datapillsOfBlock);
}

/** A button that runs a command, and the parameters that it gives, with what its picklist gives. */
export interface CommandUse {
  readonly button: CommandButton;
  readonly given: readonly (Position & { readonly name: string; readonly value?: Template })[];
}

/** The buttons of a reply that run a command, those of picklists among them. */
export function commandUsesOf(blocks: readonly ReplyBlock[]): readonly CommandUse[] {
  return blocks.flatMap((block): readonly CommandUse[] => {
    if (block.kind === 'picklist')
      return [{ button: block.button, given: [...block.button.parameters, block.parameter] }];
    if (block.kind !== 'buttons') return [];
    return block.buttons.flatMap((button) => (button.kind === 'command' ? [{ button, given: button.parameters }] : []));
  });
}

function datapillsOfBlock(block: ReplyBlock): readonly ScopedDatapill[] {
  switch (block.kind) {
    case 'divider':
      return [];
    case 'heading':
      return scoped(datapillsOf(block.text));
    case 'text':
      return scoped(datapillsOfText(block.text));
    case 'image':
      return scoped([block.url, block.alt].flatMap(datapillsOf));
    case 'fields':
      return scoped(block.fields.flatMap(({ value }) => datapillsOf(value)));
    case 'buttons':
      return scoped(block.buttons.flatMap(datapillsOfButton));
    case 'table':
      return [
        ...scoped([
          block.rows,
          ...datapillsOf(block.empty),
          ...block.columns.flatMap(({ title }) => datapillsOf(title)),
        ]),
        ...scoped(
          block.columns.flatMap(({ value }) => datapillsOf(value)),
          { name: 'row', list: block.rows },
        ),
      ];
    case 'picklist':
      return [
        ...scoped([...datapillsOf(block.label), ...datapillsOfButton(block.button)]),
        ...datapillsOfOptions(block.options),
      ];
  }
}

function datapillsOfOptions(options: ReplyPicklist['options']): readonly ScopedDatapill[] {
  if (options.kind === 'fixed')
    return scoped(options.items.flatMap(({ label, value }) => [...datapillsOf(label), ...datapillsOf(value)]));
  const { label, list, value } = options;
  return [...scoped([list]), ...scoped([label, value].flatMap(datapillsOf), { name: 'option', list })];
}

/** Every datapill of a button. */
export function datapillsOfButton(button: ReplyButton): readonly Datapill[] {
  if (button.kind === 'link') return [button.label, button.url].flatMap(datapillsOf);
  const { confirm, label, parameters } = button;
  const values = parameters.map(({ value }) => value);
  return [label, ...values, ...(confirm ? [...(confirm.title ? [confirm.title] : []), confirm.text] : [])].flatMap(
    datapillsOf,
  );
}

function scoped(pills: readonly Datapill[], local?: ItemName): readonly ScopedDatapill[] {
  return pills.map((pill) => (local === undefined ? { pill } : { pill, local }));
}
