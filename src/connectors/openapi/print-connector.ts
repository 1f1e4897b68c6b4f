import { Document, isMap, isNode, isPair, isScalar, type Pair } from 'yaml';
import type { ConnectorDraft, ImportNote } from './draft.js';

const SCHEMA = ' yaml-language-server: $schema=../schemas/connector.schema.json';

/** The text of a connector file, with a comment where a person has to look. */
export function printConnector({ connector, notes }: ConnectorDraft, source: string): string {
  const document = new Document(connector);
  const above: string[] = [];
  for (const note of notes) {
    const pair = pairAt(document, note.path);
    if (pair && isScalar(pair.key)) {
      pair.key.commentBefore = [pair.key.commentBefore, comment(note)].filter(Boolean).join('\n');
    } else {
      above.push(comment(note));
    }
  }
  document.commentBefore = [SCHEMA, comment({ text: `Imported from ${source}` }), ...above].join('\n');
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

/** What stands under the path, with its key; undefined for the file itself. */
function pairAt(document: Document, path: ImportNote['path']): Pair | undefined {
  const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
  const key = path.at(-1);
  if (!isNode(parent) || !isMap(parent) || key === undefined) return undefined;
  return parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key);
}

function comment({ text }: Pick<ImportNote, 'text'>): string {
  return ` ${text.replaceAll(/[\p{Cc}\s]+/gu, ' ')}`;
}
