import type { Block, Message } from '../../src/chat/message.js';

/** What somebody who does not see the screen would miss of a message; empty when they miss nothing. */
export function inaccessible(message: Message): readonly string[] {
  const missing =
    message.fallback.trim() === '' ? ['a message without a word for notifications and screen readers'] : [];
  return [...missing, ...message.blocks.flatMap(inBlock)];
}

function inBlock(block: Block): readonly string[] {
  const isBlank = (text: string) => text.trim() === '';
  switch (block.kind) {
    case 'heading':
      return isBlank(block.text) ? ['a heading without a word'] : [];
    case 'image':
      return isBlank(block.alt) ? [`a picture that is not described: ${block.url}`] : [];
    case 'picklist': {
      const unnamed = block.options
        .filter(({ label }) => isBlank(label))
        .map(({ value }) => `a choice without a name: ${value}`);
      return isBlank(block.label) ? [`a picklist without a label: ${block.id}`, ...unnamed] : unnamed;
    }
    case 'buttons':
      return block.buttons.filter(({ label }) => isBlank(label)).map(({ kind }) => `a button without a name: ${kind}`);
    case 'fields':
      return block.fields.filter(({ label }) => isBlank(label)).map(({ value }) => `a field without a label: ${value}`);
    case 'table':
      return block.columns.some(({ title }) => isBlank(title)) ? ['a column without a title'] : [];
    case 'text':
    case 'note':
    case 'divider':
      return [];
  }
}
