import jsonata from 'jsonata';

export type TemplatePart =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'expression'; readonly source: string; readonly isClosed: boolean };

/** How many `}}` are tried as the end of one expression: its maps and texts may contain some. */
const MAX_ENDS = 20;

/** Splits a text at its `{{ … }}`. An expression ends at the first `}}` that leaves a valid one. */
export function splitTemplate(text: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  let from = 0;
  for (;;) {
    const open = text.indexOf('{{', from);
    if (open < 0) break;
    if (open > from) parts.push({ kind: 'literal', text: text.slice(from, open) });
    const close = findEnd(text, open + 2);
    if (close === undefined) return [...parts, { kind: 'expression', source: text.slice(open + 2), isClosed: false }];
    parts.push({ kind: 'expression', source: text.slice(open + 2, close), isClosed: true });
    from = close + 2;
  }
  if (from < text.length) parts.push({ kind: 'literal', text: text.slice(from) });
  return parts;
}

function findEnd(text: string, start: number): number | undefined {
  const first = text.indexOf('}}', start);
  if (first < 0) return undefined;
  let end = first;
  for (let tries = 0; tries < MAX_ENDS && end >= 0; tries += 1) {
    if (isExpression(text.slice(start, end))) return end;
    end = text.indexOf('}}', end + 1);
  }
  return first;
}

function isExpression(source: string): boolean {
  try {
    jsonata(source);
    return true;
  } catch {
    return false;
  }
}
