import { type Block, type ImageBlock, plainText, type TableBlock } from './message.js';
import { divideAt, divideText } from './text-border.js';

/** Longest piece of a text that is tried, in UTF-16 units: no platform takes more in one message. */
const LONGEST = 60_000;

/** Longest description of a picture that a platform reads out. */
const LONGEST_ALT = 500;

export interface DividedBlock {
  readonly head: Block;
  readonly tail: Block;
}

type Fields = Extract<Block, { readonly kind: 'fields' }>;
type Text = Extract<Block, { readonly kind: 'text' | 'note' }>;

/**
 * Divides a block so that `fits` takes the head and the head is as long as can be. Undefined where no head fits, or where the
 * block is one thing.
 */
export function divideBlock(block: Block, fits: (head: Block) => boolean): DividedBlock | undefined {
  switch (block.kind) {
    case 'heading':
      return divideHeading(block.text, fits);
    case 'text':
    case 'note':
      return divideParagraph(block, fits);
    case 'fields':
      return divideFields(block, fits);
    case 'table':
      return divideTable(block, fits);
    case 'divider':
    case 'buttons':
    case 'picklist':
    case 'image':
      return undefined;
  }
}

/**
 * What no message takes as it is, in a form that can be divided: the first row of a table as fields, a field with an endless
 * label as text, and the others below it. The endless description of a picture stands below it.
 */
export function loosen(block: Block): readonly Block[] | undefined {
  if (block.kind === 'fields') return loosenFields(block);
  if (block.kind === 'image') return loosenImage(block);
  if (block.kind !== 'table') return undefined;
  const [first, ...rows] = block.rows;
  if (first === undefined) return undefined;
  const fields = block.columns.map(({ title }, index) => ({ label: title, value: first[index] ?? '' }));
  const rest: readonly TableBlock[] = rows.length > 0 || block.more > 0 ? [{ ...block, rows }] : [];
  return [{ kind: 'fields', fields }, ...rest];
}

function loosenFields({ fields: [first, ...others] }: Fields): readonly Block[] | undefined {
  if (first === undefined) return undefined;
  const text = [{ text: `${first.label}: `, style: 'bold' as const }, { text: first.value }];
  return [{ kind: 'text', text }, ...(others.length > 0 ? [{ kind: 'fields' as const, fields: others }] : [])];
}

function loosenImage(image: ImageBlock): readonly Block[] | undefined {
  const { head } = divideText([{ text: image.alt }], LONGEST_ALT);
  const alt = plainText(head);
  if (alt === image.alt) return undefined;
  return [
    { ...image, alt },
    { kind: 'text', text: [{ text: image.alt }] },
  ];
}

function divideHeading(text: string, fits: (head: Block) => boolean): DividedBlock | undefined {
  const divided = divideParagraph({ kind: 'text', text: [{ text }] }, (head) =>
    head.kind === 'text' ? fits({ kind: 'heading', text: wordsIn(head) }) : false,
  );
  if (divided?.head.kind !== 'text' || divided.tail.kind !== 'text') return undefined;
  return {
    head: { kind: 'heading', text: wordsIn(divided.head) },
    tail: { kind: 'heading', text: wordsIn(divided.tail) },
  };
}

function wordsIn({ text }: Text): string {
  return text.map((span) => span.text).join('');
}

function divideParagraph(block: Text, fits: (head: Block) => boolean): DividedBlock | undefined {
  const length = wordsIn(block).length;
  const limit = largest(Math.min(length - 1, LONGEST), (size) =>
    fits({ ...block, text: divideAt(block.text, size).head }),
  );
  if (limit === 0) return undefined;
  // A border before the place that fits fits, too.
  const { head, tail } = divideText(block.text, limit);
  return { head: { ...block, text: head }, tail: { ...block, text: tail } };
}

function divideFields(block: Fields, fits: (head: Block) => boolean): DividedBlock | undefined {
  const { fields } = block;
  const count = largest(fields.length - 1, (size) => fits({ ...block, fields: fields.slice(0, size) }));
  if (count > 0)
    return { head: { ...block, fields: fields.slice(0, count) }, tail: { ...block, fields: fields.slice(count) } };
  const [first, ...others] = fields;
  if (first === undefined) return undefined;
  const textIn = (head: Block) => (head.kind === 'text' ? wordsIn(head) : '');
  const headOf = (value: string): Fields => ({ ...block, fields: [{ label: first.label, value }] });
  const value: Text = { kind: 'text', text: [{ text: first.value }] };
  const divided = divideParagraph(value, (head) => fits(headOf(textIn(head))));
  if (!divided) return undefined;
  const rest = { label: first.label, value: textIn(divided.tail) };
  return { head: headOf(textIn(divided.head)), tail: { ...block, fields: [rest, ...others] } };
}

/** By rows; each part has the titles. */
function divideTable(block: TableBlock, fits: (head: Block) => boolean): DividedBlock | undefined {
  const headOf = (count: number): TableBlock => ({ ...block, rows: block.rows.slice(0, count), more: 0 });
  const count = largest(block.rows.length - 1, (size) => fits(headOf(size)));
  return count === 0 ? undefined : { head: headOf(count), tail: { ...block, rows: block.rows.slice(count) } };
}

/** The largest whole number from 1 to `max` that fits, where all below it fit, too; 0 when there is none. */
function largest(max: number, fits: (size: number) => boolean): number {
  let fitting = 0;
  let tooMuch = max + 1;
  while (fitting + 1 < tooMuch) {
    const middle = Math.floor((fitting + tooMuch) / 2);
    if (fits(middle)) fitting = middle;
    else tooMuch = middle;
  }
  return fitting;
}
