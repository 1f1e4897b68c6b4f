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

/** Rows of all tables, as cells without the outer bars. */
export function tableRowsOf(markdown: string): readonly { readonly cells: readonly string[]; readonly line: number }[] {
  return blankBlocks(markdown)
    .split('\n')
    .map((text, index) => ({ text: text.trim(), line: index + 1 }))
    .filter(({ text }) => text.startsWith('|') && !/^\|[\s|:-]+\|$/.test(text))
    .map(({ text, line }) => ({
      line,
      cells: text
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    }));
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
