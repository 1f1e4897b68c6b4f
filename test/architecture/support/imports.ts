import path from 'node:path';
import ts from 'typescript';

/** One import, however it is written. */
export interface Import {
  /** File that imports, relative to the root. */
  readonly from: string;
  readonly line: number;
  /** As written; `undefined` when it is computed at run time. */
  readonly specifier: string | undefined;
  /** True when nothing of it is left at run time. */
  readonly isTypeOnly: boolean;
}

/** What an import leads to. */
export type Target =
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'package'; readonly name: string }
  | { readonly kind: 'builtin'; readonly name: string }
  | { readonly kind: 'computed' };

/** Calls that load the module named by their first argument. */
const LOADERS = new Set(['require', 'require.resolve', 'jest.mock', 'jest.requireActual']);

/** Every import of a file: static, dynamic, `require`, `import x = require()`, re-exports and types. */
export function readImports(file: string, text: string): readonly Import[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, false, kindOf(file));
  const found: Import[] = [];
  const add = (node: ts.Node, specifier: ts.Node | undefined, isTypeOnly: boolean): void => {
    const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
    found.push({
      from: file,
      line,
      specifier: specifier && ts.isStringLiteralLike(specifier) ? specifier.text : undefined,
      isTypeOnly,
    });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier, isTypeImport(node.importClause));
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier) add(node, node.moduleSpecifier, isTypeExport(node));
    else if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference))
      add(node, node.moduleReference.expression, node.isTypeOnly);
    else if (ts.isImportTypeNode(node))
      add(node, ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true);
    else if (ts.isCallExpression(node) && loads(node, source)) add(node, node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Where an import leads. Relative specifiers name the emitted `.js`; the source beside it is meant. */
export function resolveImport(found: Import, isFile: (file: string) => boolean): Target {
  const { specifier } = found;
  if (specifier === undefined) return { kind: 'computed' };
  if (specifier.startsWith('node:')) return { kind: 'builtin', name: specifier };
  if (!specifier.startsWith('.')) {
    const [scope = '', name] = specifier.split('/');
    return { kind: 'package', name: scope.startsWith('@') && name !== undefined ? `${scope}/${name}` : scope };
  }
  const written = path.posix.join(path.posix.dirname(found.from), specifier);
  const bare = written.replace(/\.js$/, '');
  const candidates = [written, `${bare}.ts`, `${bare}.tsx`, `${bare}.mjs`, `${written}/index.ts`];
  return { kind: 'file', file: candidates.find(isFile) ?? written };
}

function kindOf(file: string): ts.ScriptKind {
  if (file.endsWith('.tsx')) return ts.ScriptKind.TSX;
  return /\.[cm]?js$/.test(file) ? ts.ScriptKind.JS : ts.ScriptKind.TS;
}

function isTypeImport(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.isTypeOnly) return true;
  const { name, namedBindings } = clause;
  if (name || !namedBindings || !ts.isNamedImports(namedBindings)) return false;
  return namedBindings.elements.length > 0 && namedBindings.elements.every((element) => element.isTypeOnly);
}

function isTypeExport(node: ts.ExportDeclaration): boolean {
  if (node.isTypeOnly) return true;
  const { exportClause } = node;
  if (!exportClause || !ts.isNamedExports(exportClause)) return false;
  return exportClause.elements.length > 0 && exportClause.elements.every((element) => element.isTypeOnly);
}

function loads(node: ts.CallExpression, source: ts.SourceFile): boolean {
  return node.expression.kind === ts.SyntaxKind.ImportKeyword || LOADERS.has(node.expression.getText(source));
}
