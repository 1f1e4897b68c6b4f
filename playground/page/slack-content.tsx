import { useState } from 'react';
import { type Block, Message } from 'slack-blocks-to-jsx';
import type { Chosen, SlackForm } from './api.js';
import type { ContentProps } from './content-props.js';
import { SlackElement } from './slack-elements.js';
import { SlackModal } from './slack-modal.js';
import { TypedText } from './typed-text.js';
import { isJson, type Json, listOf, messageOf, textIn } from './values.js';

/** Runs of blocks that only show something, between blocks that one can use. */
type Part =
  | { readonly kind: 'shown'; readonly blocks: readonly Json[] }
  | { readonly kind: 'used'; readonly block: Json };

function isUsed(block: Json): boolean {
  const accessory = block['accessory'];
  const usable = isJson(accessory) && accessory['type'] !== 'image';
  return block['type'] === 'actions' || block['type'] === 'input' || usable;
}

function partsOf(blocks: readonly Json[]): readonly Part[] {
  const parts: Part[] = [];
  for (const block of blocks) {
    const last = parts.at(-1);
    if (isUsed(block)) parts.push({ kind: 'used', block });
    else if (last?.kind === 'shown') parts[parts.length - 1] = { kind: 'shown', blocks: [...last.blocks, block] };
    else parts.push({ kind: 'shown', blocks: [block] });
  }
  return parts;
}

const PEOPLE = { users: [{ id: 'U0BEHALF', name: 'Behalf' }], channels: [{ id: 'C0SALES', name: 'sales' }] };

/** The library reads markup in plain cells, where Slack reads none. */
function withPlainCells(block: Json): Json {
  if (block['type'] !== 'table' || !Array.isArray(block['rows'])) return block;
  const rows = block['rows'].map((row: unknown) => (Array.isArray(row) ? row.map(toRichCell) : row));
  return { ...block, rows };
}

function toRichCell(cell: unknown): unknown {
  if (!isJson(cell) || cell['type'] !== 'raw_text') return cell;
  const text = { type: 'text', text: textIn(cell) };
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [text] }] };
}

function Shown({ blocks }: { readonly blocks: readonly Json[] }) {
  return (
    <Message
      // The library draws what it knows of Slack's blocks and leaves out the rest.
      blocks={blocks.map(withPlainCells) as unknown as Block[]}
      logo=""
      name=""
      theme="light"
      withoutWrapper
      data={PEOPLE}
    />
  );
}

type Inputs = Readonly<Record<string, Readonly<Record<string, Chosen>>>>;

/** A message in Slack: Block Kit, or the text. */
export function SlackContent({ message, author, api, onToast }: ContentProps) {
  const [inputs, setInputs] = useState<Inputs>({});
  const [busy, setBusy] = useState(false);
  const [form, setForm] = useState<SlackForm>();
  if (author) return message.text === '' ? null : <TypedText text={message.text} />;
  const native = isJson(message.native) ? message.native : {};
  const sent = listOf(native['blocks']);
  const text = { type: 'section', block_id: 'text', text: { type: 'mrkdwn', text: textIn(native) || message.text } };
  const blocks = sent.length > 0 ? sent : [text];

  const act = async (blockId: string, actionId: string, selected: Chosen | undefined): Promise<void> => {
    setBusy(true);
    const action = { message: message.id, blockId, actionId, state: inputs };
    await api
      .slackAction(selected === undefined ? action : { ...action, selected })
      .then((result) => setForm(result.kind === 'sent' ? result.form : undefined))
      .catch((error: unknown) => onToast(messageOf(error)));
    setBusy(false);
  };
  const use = (block: Json, element: Json, selected: Chosen | undefined): void => {
    const blockId = String(block['block_id']);
    const actionId = String(element['action_id']);
    if (selected !== undefined && block['type'] === 'input') {
      setInputs((before) => ({ ...before, [blockId]: { ...before[blockId], [actionId]: selected } }));
      if (block['dispatch_action'] !== true) return;
    }
    void act(blockId, actionId, selected);
  };
  return (
    <div className="slack-blocks" aria-busy={busy}>
      {form && (
        <SlackModal
          form={form}
          api={api}
          onToast={onToast}
          onClose={() => {
            setForm(undefined);
            void api.slackClose();
          }}
        />
      )}
      <SlackBlocks blocks={blocks} busy={busy} onUse={use} />
    </div>
  );
}

interface BlocksProps extends Omit<UsedProps, 'block'> {
  readonly blocks: readonly Json[];
}

/** Block Kit, as messages and the Home tab have it. */
export function SlackBlocks({ blocks, busy, onUse }: BlocksProps) {
  return partsOf(blocks).map((part) =>
    part.kind === 'shown' ? (
      <Shown key={String(part.blocks[0]?.['block_id'])} blocks={part.blocks} />
    ) : (
      <UsedBlock key={String(part.block['block_id'])} block={part.block} busy={busy} onUse={onUse} />
    ),
  );
}

interface UsedProps {
  readonly block: Json;
  readonly busy: boolean;
  readonly onUse: (block: Json, element: Json, selected: Chosen | undefined) => void;
}

function UsedBlock({ block, busy, onUse }: UsedProps) {
  const draw = (element: Json, label?: string) => (
    <SlackElement
      key={String(element['action_id'])}
      element={element}
      label={label}
      busy={busy}
      onUse={(selected) => onUse(block, element, selected)}
    />
  );
  if (block['type'] === 'actions')
    return <div className="slack-actions">{listOf(block['elements']).map((one) => draw(one))}</div>;
  if (block['type'] === 'input') {
    const label = textIn(block['label']);
    return (
      <div className="slack-input">
        <span className="slack-label" aria-hidden="true">
          {label}
        </span>
        {isJson(block['element']) && draw(block['element'], label)}
      </div>
    );
  }
  const { accessory, ...section } = block;
  return (
    <div className="slack-section">
      <Shown blocks={[section]} />
      {isJson(accessory) && draw(accessory)}
    </div>
  );
}
