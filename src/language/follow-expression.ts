import { ANY, memberOf, type Shape, type ShapeField } from './data-shape.js';
import {
  allNodes,
  boundTwice,
  type ExpressionNode,
  isCallOf,
  nameOf,
  nodeAt,
  nodesAt,
  pairsAt,
  parseExpression,
} from './expression-node.js';
import type { AbsentName, Followed, Read } from './followed.js';
import { EACH_ITEM, RESULTS, SELECTIONS } from './function-results.js';
import { type NeverEqual, neverEqual } from './never-equal.js';
import { isPlainPath } from './plain-path.js';
import { itemOf, resultOf, type Typed, UNKNOWN } from './typed-value.js';

interface Place {
  /** What names are looked up in. */
  readonly context: Typed;
  readonly variables: Map<string, Typed>;
}

/**
 * Follows an expression through the shape of the data that it will see. Silent wherever the shape is not known: better to
 * miss a mistake than to report one that is none.
 */
export function followExpression(source: string, data: Shape): Followed {
  const root: Typed = { shape: data, isMany: false, origin: [] };
  if (isPlainPath(source)) {
    const follower = new Follower(source, root, new Set());
    return { ...follower.followNames(source.split('.')), neverEqual: [], isHedged: false };
  }
  const nodes = allNodes(parseExpression(source));
  const follower = new Follower(source, root, boundTwice(nodes));
  const [first] = nodes;
  const given = first ? follower.value(first, { context: root, variables: new Map() }) : UNKNOWN;
  return {
    ...resultOf(given),
    absent: follower.absent,
    reads: follower.reads,
    neverEqual: follower.neverEqual,
    isHedged: nodes.some((node) => node['type'] === 'condition' || isCallOf(node, 'exists', 'boolean')),
  };
}

class Follower {
  readonly absent: AbsentName[] = [];
  readonly reads: Read[] = [];
  readonly neverEqual: NeverEqual[] = [];
  readonly #source: string;
  readonly #root: Typed;
  readonly #uncertain: ReadonlySet<string>;

  constructor(source: string, root: Typed, uncertain: ReadonlySet<string>) {
    this.#source = source;
    this.#root = root;
    this.#uncertain = uncertain;
  }

  followNames(names: readonly string[]): Omit<Followed, 'isHedged' | 'neverEqual'> {
    let current = this.#root;
    let offset = 0;
    for (const name of names) {
      current = this.#member(current, name, offset);
      offset += name.length + 1;
    }
    return { ...resultOf(current), absent: this.absent, reads: this.reads };
  }

  /** What a node gives, with the filters and the grouping that hang on it. */
  value(node: ExpressionNode, place: Place): Typed {
    const found = this.#filtered(this.#bare(node, place), nodesAt(node, 'predicate'), place);
    const group = nodeAt(node, 'group');
    if (!group) return found;
    this.#pairs(group, { ...place, context: itemOf(found) });
    return UNKNOWN;
  }

  #bare(node: ExpressionNode, place: Place): Typed {
    switch (node['type']) {
      case 'string':
        return { shape: { kind: 'string' }, isMany: false };
      case 'number':
        return { shape: { kind: Number.isInteger(node['value']) ? 'integer' : 'number' }, isMany: false };
      case 'value':
        return typeof node['value'] === 'boolean' ? { shape: { kind: 'boolean' }, isMany: false } : UNKNOWN;
      case 'name':
        return this.#name(node, place.context);
      case 'path':
        return this.#path(node, place);
      case 'variable':
        return this.#variable(nameOf(node), place);
      case 'binary':
        return this.#binary(node, place);
      case 'unary':
        return this.#unary(node, place);
      case 'block':
        return this.#block(node, place);
      case 'bind':
        return this.#bind(node, place);
      case 'condition':
        return this.#condition(node, place);
      case 'function':
        return this.#call(node, place);
      case 'partial':
        for (const argument of nodesAt(node, 'arguments')) this.value(argument, place);
        return UNKNOWN;
      case 'lambda':
        this.#lambda(node, place, UNKNOWN);
        return UNKNOWN;
      case 'apply':
        for (const key of ['lhs', 'rhs']) this.#optional(nodeAt(node, key), place);
        return UNKNOWN;
      default:
        return UNKNOWN;
    }
  }

  #path(node: ExpressionNode, place: Place): Typed {
    const steps = nodesAt(node, 'steps');
    // Joins and parents make the context something that no list of names tells.
    if (steps.some((step) => 'focus' in step || 'index' in step || 'tuple' in step || step['type'] === 'parent')) {
      this.reads.push({ path: [] });
      return UNKNOWN;
    }
    let current = place.context;
    for (const [index, step] of steps.entries()) {
      const context = index === 0 ? place.context : itemOf(current);
      const isMany = index > 0 && context.isMany;
      if (step['type'] === 'sort') {
        for (const term of nodesAt(step, 'terms')) this.#optional(nodeAt(term, 'expression'), { ...place, context });
        current = { ...current, isMany: true };
      } else {
        const found = this.value(step, { ...place, context });
        current = isMany ? { ...found, isMany } : found;
      }
      current = this.#filtered(current, nodesAt(step, 'stages'), place);
    }
    return current;
  }

  #name(node: ExpressionNode, context: Typed): Typed {
    const name = nameOf(node);
    const end = typeof node['position'] === 'number' ? node['position'] : 0;
    const offset = end - name.length;
    return this.#member(context, name, this.#source.slice(offset, end) === name ? offset : undefined);
  }

  #member(context: Typed, name: string, offset: number | undefined): Typed {
    const member = memberOf(context.shape, name);
    const place = offset === undefined ? {} : { offset };
    const origin = context.origin === undefined ? undefined : [...context.origin, name];
    if (origin) {
      const last = this.reads.at(-1);
      // The longer path stands for the shorter one, which was only on the way.
      if (last?.path === context.origin) this.reads.splice(-1, 1, { ...place, ...last, path: origin });
      else this.reads.push({ path: origin, ...place });
    }
    if (member.kind === 'absent') {
      const of = context.origin === undefined ? {} : { of: context.origin };
      this.absent.push({ ...of, name, known: member.known, ...place });
      return UNKNOWN;
    }
    const isMany = context.isMany || context.shape.kind === 'list';
    return { shape: member.shape, isMany, ...(origin ? { origin } : {}) };
  }

  #filtered(value: Typed, filters: readonly ExpressionNode[], place: Place): Typed {
    if (filters.length === 0) return value;
    const item = itemOf(value);
    for (const filter of filters) this.#optional(nodeAt(filter, 'expr'), { ...place, context: item });
    return { ...item, isMany: true };
  }

  #variable(name: string, place: Place): Typed {
    const value = name === '' ? place.context : name === '$' ? this.#root : place.variables.get(name);
    if (value?.origin) this.reads.push({ path: value.origin });
    return value ?? UNKNOWN;
  }

  #binary(node: ExpressionNode, place: Place): Typed {
    const sides = ['lhs', 'rhs'].map((key) => this.#optional(nodeAt(node, key), place));
    this.neverEqual.push(...neverEqual(this.#source, node, sides));
    const operator = nameOf(node);
    if (operator === '&') return { shape: { kind: 'string' }, isMany: false };
    if (['+', '-', '*', '/', '%'].includes(operator)) return { shape: { kind: 'number' }, isMany: false };
    if (operator === '..') return UNKNOWN;
    return { shape: { kind: 'boolean' }, isMany: false };
  }

  #unary(node: ExpressionNode, place: Place): Typed {
    const operator = nameOf(node);
    if (operator === '[') {
      const items = nodesAt(node, 'expressions').map((item) => this.value(item, place));
      const [first] = items;
      const item = items.length === 1 && first ? itemOf(first).shape : ANY;
      return { shape: { kind: 'list', item }, isMany: false };
    }
    if (operator !== '{') {
      this.#optional(nodeAt(node, 'expression'), place);
      return { shape: { kind: 'number' }, isMany: false };
    }
    const fields = this.#pairs(node, place);
    return fields ? { shape: { kind: 'object', fields }, isMany: false } : UNKNOWN;
  }

  /** The fields of a map whose keys are all written out; undefined when some are computed. */
  #pairs(node: ExpressionNode, place: Place): ReadonlyMap<string, ShapeField> | undefined {
    const fields = new Map<string, ShapeField>();
    let isKnown = true;
    for (const [key, item] of pairsAt(node, 'lhs')) {
      this.value(key, place);
      const { shape, isMany } = this.value(item, place);
      if (key['type'] === 'string') fields.set(nameOf(key), { shape: isMany ? ANY : shape, optional: true });
      else isKnown = false;
    }
    return isKnown ? fields : undefined;
  }

  #block(node: ExpressionNode, place: Place): Typed {
    const inside: Place = { ...place, variables: new Map(place.variables) };
    let last: Typed = UNKNOWN;
    for (const expression of nodesAt(node, 'expressions')) last = this.value(expression, inside);
    return last;
  }

  #bind(node: ExpressionNode, place: Place): Typed {
    const right = nodeAt(node, 'rhs');
    const value = right ? this.value(right, place) : UNKNOWN;
    const name = nameOf(nodeAt(node, 'lhs'));
    place.variables.set(name, this.#uncertain.has(name) ? UNKNOWN : value);
    return value;
  }

  #condition(node: ExpressionNode, place: Place): Typed {
    this.#optional(nodeAt(node, 'condition'), place);
    const then = this.#optional(nodeAt(node, 'then'), place);
    const otherwise = this.#optional(nodeAt(node, 'else'), place);
    const { kind } = then.shape;
    const isSame = kind === otherwise.shape.kind && kind !== 'list' && kind !== 'object';
    return isSame ? { shape: { kind }, isMany: then.isMany || otherwise.isMany } : UNKNOWN;
  }

  #call(node: ExpressionNode, place: Place): Typed {
    const procedure = nodeAt(node, 'procedure');
    const name = procedure?.['type'] === 'variable' ? nameOf(procedure) : '';
    // An author may give an own function a name of JSONata's.
    const isOwn = name === '' || place.variables.has(name);
    if (procedure && name === '') this.value(procedure, place);
    const [first, ...others] = nodesAt(node, 'arguments');
    const given = first ? this.value(first, place) : UNKNOWN;
    for (const argument of others) {
      const isForItems = !isOwn && EACH_ITEM.has(name) && argument['type'] === 'lambda';
      if (isForItems) this.#lambda(argument, place, { ...itemOf(given), isMany: false });
      else this.value(argument, place);
    }
    if (isOwn) return UNKNOWN;
    if (SELECTIONS.has(name) && first) return { ...itemOf(given), isMany: true };
    const shape = RESULTS.get(name);
    return shape ? { shape, isMany: false } : UNKNOWN;
  }

  #lambda(node: ExpressionNode, place: Place, item: Typed): void {
    const body = nodeAt(node, 'body');
    const variables = new Map(place.variables);
    for (const [index, argument] of nodesAt(node, 'arguments').entries()) {
      variables.set(nameOf(argument), index === 0 ? item : UNKNOWN);
    }
    if (body) this.value(body, { ...place, variables });
  }

  #optional(node: ExpressionNode | undefined, place: Place): Typed {
    return node ? this.value(node, place) : UNKNOWN;
  }
}
