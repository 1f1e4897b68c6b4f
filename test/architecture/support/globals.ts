import ts from 'typescript';

/** What a file reads of the outside world that it should have been given. */
export interface GlobalUse {
  readonly line: number;
  readonly what: 'environment' | 'mode' | 'time' | 'chance';
  readonly text: string;
}

/** Names of variables by which code could notice that it is being tested or tried out. */
const MODES = new Set(['NODE_ENV', 'JEST_WORKER_ID', 'VITEST', 'TESTING']);
const TIMERS = new Set(['setTimeout', 'setInterval']);
const CHANCE = new Set(['Math.random', 'randomBytes', 'randomUUID', 'randomInt', 'getRandomValues']);

/** Finds uses of the environment, the mode, the clock and chance, as code (never inside comments). */
export function readGlobals(file: string, text: string): readonly GlobalUse[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, false);
  const found: GlobalUse[] = [];
  const visit = (node: ts.Node): void => {
    const what = judge(node, source);
    if (what !== undefined) {
      const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
      found.push({ line, what, text: node.getText(source).split('\n')[0] ?? '' });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function judge(node: ts.Node, source: ts.SourceFile): GlobalUse['what'] | undefined {
  if (ts.isPropertyAccessExpression(node) && node.getText(source) === 'process.env') return 'environment';
  if (ts.isElementAccessExpression(node) && /^process\[["']env["']\]$/.test(node.getText(source))) return 'environment';
  if (ts.isVariableDeclaration(node) && node.initializer?.getText(source) === 'process') return 'environment';
  if (ts.isImportDeclaration(node) && /^["'](?:node:)?process["']$/.test(node.moduleSpecifier.getText(source)))
    return 'environment';
  if ((ts.isIdentifier(node) || ts.isStringLiteralLike(node)) && MODES.has(node.text)) return 'mode';
  if (ts.isNewExpression(node) && node.expression.getText(source) === 'Date' && !node.arguments?.length) return 'time';
  if (!ts.isCallExpression(node)) return undefined;
  const callee = node.expression.getText(source);
  if (callee === 'Date.now' || TIMERS.has(callee)) return 'time';
  return CHANCE.has(callee) || CHANCE.has(callee.replace(/^crypto\./, '')) ? 'chance' : undefined;
}
