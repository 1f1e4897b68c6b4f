import jsonata from 'jsonata';

/** One node of JSONata's syntax tree, which has no types of its own. */
export type ExpressionNode = Readonly<Record<string, unknown>>;

/** The syntax tree of an expression that is known to be valid. */
export function parseExpression(source: string): unknown {
  return jsonata(source).ast();
}

/** True for a node of the tree. */
function isNode(value: unknown): value is ExpressionNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The node under a key, if there is one. */
export function nodeAt(node: ExpressionNode, key: string): ExpressionNode | undefined {
  const value = node[key];
  return isNode(value) ? value : undefined;
}

/** The nodes under a key that holds a list. */
export function nodesAt(node: ExpressionNode, key: string): readonly ExpressionNode[] {
  const value = node[key];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** Pairs of nodes under a key: the entries of a map, or of a grouping. */
export function pairsAt(
  node: ExpressionNode,
  key: string,
): readonly (readonly [key: ExpressionNode, value: ExpressionNode])[] {
  const value = node[key];
  if (!Array.isArray(value)) return [];
  return value.flatMap((pair: unknown) => {
    const [left, right]: readonly unknown[] = Array.isArray(pair) ? pair : [];
    return isNode(left) && isNode(right) ? [[left, right] as const] : [];
  });
}

/** Every node of a tree, itself first. */
export function allNodes(node: unknown): readonly ExpressionNode[] {
  if (Array.isArray(node)) return node.flatMap(allNodes);
  if (!isNode(node)) return [];
  return [node, ...Object.values(node).flatMap((value) => (typeof value === 'object' ? allNodes(value) : []))];
}

/** The name of a variable, a field or an operator; the text of a literal. */
export function nameOf(node: ExpressionNode | undefined): string {
  return String(node?.['value'] ?? '');
}

/** True for a call of one of these functions. */
export function isCallOf(node: ExpressionNode, ...names: readonly string[]): boolean {
  return node['type'] === 'function' && names.includes(nameOf(nodeAt(node, 'procedure')));
}

/** Variables whose value depends on the way that the evaluation takes. */
export function boundTwice(nodes: readonly ExpressionNode[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const node of nodes) {
    if (node['type'] !== 'bind') continue;
    const name = nameOf(nodeAt(node, 'lhs'));
    if (seen.has(name)) twice.add(name);
    seen.add(name);
  }
  return twice;
}
