import ts from 'typescript';

/** A text that stands in code as it is. */
export interface Literal {
  readonly line: number;
  /** Where values are filled in there is `…`. */
  readonly text: string;
  /** What is written for operators: messages of errors and of the log. */
  readonly isForOperators: boolean;
}

/** The log, and functions that pass a sentence on to it or into the message of an error. */
const OPERATORS = new Set([
  ...['fatal', 'error', 'warn', 'info', 'debug', 'trace'],
  ...['#warn', '#goOn', '#inBackground', 'badValue', 'noPerson', 'nobody', 'super'],
]);

/** All texts in a file, but names of modules, keys and types. */
export function readLiterals(file: string, code: string): readonly Literal[] {
  const source = ts.createSourceFile(file, code, ts.ScriptTarget.Latest, true);
  const found: Literal[] = [];
  const visit = (node: ts.Node, isForOperators: boolean): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node)) return;
    const text = textOf(node);
    if (text !== undefined) {
      const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      found.push({ line, text, isForOperators });
    }
    ts.forEachChild(node, (child) => visit(child, isForOperators || isMessage(node, child)));
  };
  visit(source, false);
  return found;
}

function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('…');
}

/** The message of a `BehalfError`, and what is passed to a logger. */
function isMessage(node: ts.Node, child: ts.Node): boolean {
  if (ts.isNewExpression(node) && ts.isIdentifier(node.expression))
    return node.expression.text === 'BehalfError' && node.arguments?.[1] === child;
  if (!ts.isCallExpression(node) || child === node.expression) return false;
  const { expression } = node;
  const name = ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText();
  return OPERATORS.has(name);
}
