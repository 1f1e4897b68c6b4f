/** A piece of a Markdown file with the line it stands on. */
export interface Piece {
  readonly text: string;
  readonly line: number;
}

/** Inline code and lines of code blocks. */
export function codeOf(markdown: string): readonly Piece[] {
  let isBlock = false;
  return markdown.split('\n').flatMap((text, index) => {
    const line = index + 1;
    if (/^\s*(?:```|~~~)/.test(text)) {
      isBlock = !isBlock;
      return [];
    }
    if (isBlock) return [{ text, line }];
    return [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => ({ text: code, line }));
  });
}

/** Inline code alone, without code blocks. */
export function inlineCodeOf(markdown: string): readonly Piece[] {
  return codeOf(blankBlocks(markdown));
}

/** Targets of links and images. */
export function linksOf(markdown: string): readonly Piece[] {
  return blankBlocks(markdown)
    .split('\n')
    .flatMap((text, index) =>
      [...text.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)].map(([, target = '']) => ({
        text: target,
        line: index + 1,
      })),
    );
}

/** The anchors that headings make, as GitHub writes them. */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const headings = blankBlocks(markdown).matchAll(/^#{1,6}\s+(.+)$/gm);
  return new Set([...headings].map(([, heading = '']) => anchorOf(heading)));
}

/** A row of a table, as cells without the outer bars. */
export interface Row {
  readonly cells: readonly string[];
  /** The first cell of the table's head. */
  readonly head: string;
  readonly line: number;
}

/** Rows of all tables, without their heads. */
export function tableRowsOf(markdown: string): readonly Row[] {
  let head: string | undefined;
  return blankBlocks(markdown)
    .split('\n')
    .flatMap((text, index) => {
      if (!text.startsWith('|')) {
        head = undefined;
        return [];
      }
      if (/^\|[\s|:-]+\|$/.test(text)) return [];
      const cells = cellsOf(text);
      if (head !== undefined) return [{ cells, head, line: index + 1 }];
      head = cells[0] ?? '';
      return [];
    });
}

function cellsOf(row: string): readonly string[] {
  return row
    .trim()
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}

function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}

/** Empties code blocks and keeps the number of lines. */
function blankBlocks(markdown: string): string {
  let isBlock = false;
  return markdown
    .split('\n')
    .map((line) => {
      const isFence = /^\s*(?:```|~~~)/.test(line);
      if (isFence) isBlock = !isBlock;
      return isFence || isBlock ? '' : line;
    })
    .join('\n');
}

/** The YAML code blocks, with the line on which their text begins. */
export function yamlBlocksOf(markdown: string): readonly Piece[] {
  return [...markdown.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map((match) => ({
    text: match[1] ?? '',
    line: markdown.slice(0, match.index).split('\n').length + 1,
  }));
}
