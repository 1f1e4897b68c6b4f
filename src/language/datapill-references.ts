/** What an expression reads: paths from the root of the data, and variables by name that it does not bind itself anywhere. */
export interface References {
  readonly references: readonly (readonly string[])[];
  readonly variables: readonly string[];
}

/**
 * Finds the paths that an expression reads from the root of the data. Names inside filters and after the first step of a
 * path belong to other things and are left out: better to miss a mistake than to report one that is none.
 */
export function rootReferences(ast: unknown): References {
  const found = new Finder();
  found.visit(ast, true);
  return { references: found.references, variables: [...found.variables].filter((name) => !found.bound.has(name)) };
}

class Finder {
  readonly references: (readonly string[])[] = [];
  readonly variables = new Set<string>();
  /** Names that get a value somewhere: `$x := …`, what a function is given, `@$x` and `#$x` of a step. */
  readonly bound = new Set<string>();

  visit(node: unknown, isAtRoot: boolean): void {
    if (Array.isArray(node)) {
      for (const item of node) this.visit(item, isAtRoot);
      return;
    }
    if (typeof node !== 'object' || node === null) return;
    const type: unknown = Reflect.get(node, 'type');
    if (type === 'variable') this.variables.add(String(Reflect.get(node, 'value')));
    this.#bind(node);
    if (type === 'path') {
      this.#path(node, isAtRoot);
      return;
    }
    if (type === 'name' && isAtRoot) this.references.push([String(Reflect.get(node, 'value'))]);
    for (const [key, value] of Object.entries(node)) {
      if (typeof value === 'object') this.visit(value, isAtRoot && !OTHER_CONTEXT.has(key));
    }
  }

  #bind(node: object): void {
    const binders: unknown[] = [Reflect.get(node, 'lhs'), Reflect.get(node, 'arguments')].flat();
    if (hasType(node, 'bind') || hasType(node, 'lambda')) {
      for (const binder of binders)
        if (hasType(binder, 'variable')) this.bound.add(String(Reflect.get(binder, 'value')));
    }
    for (const key of ['focus', 'index']) {
      const name: unknown = Reflect.get(node, key);
      if (typeof name === 'string') this.bound.add(name);
    }
  }

  #path(node: object, isAtRoot: boolean): void {
    const steps: unknown = Reflect.get(node, 'steps');
    if (!Array.isArray(steps)) return;
    const [first, ...rest]: unknown[] = steps;
    const names = leadingNames(isRootVariable(first) ? rest : steps);
    if ((isAtRoot || isRootVariable(first)) && names.length > 0) this.references.push(names);
    // Its own name is told above; what hangs on it (filters) belongs to the items.
    if (!isName(first)) this.visit(first, isAtRoot);
    else this.#attachments(first);
    for (const step of rest) {
      if (isName(step)) this.#attachments(step);
      else this.visit(step, false);
    }
    this.visit(Reflect.get(node, 'group'), false);
  }

  #attachments(step: object): void {
    this.#bind(step);
    for (const value of Object.values(step)) {
      if (typeof value === 'object') this.visit(value, false);
    }
  }
}

/** Parts of a node whose names belong to the items of something else. */
const OTHER_CONTEXT = new Set(['predicate', 'stages', 'group', 'pattern', 'update', 'delete']);

function leadingNames(steps: readonly unknown[]): readonly string[] {
  const names: string[] = [];
  for (const step of steps) {
    if (!isName(step)) break;
    names.push(step.value);
    if ('predicate' in step || 'stages' in step || 'focus' in step || 'index' in step) break;
  }
  return names;
}

function isName(node: unknown): node is { readonly type: 'name'; readonly value: string } {
  return hasType(node, 'name') && typeof Reflect.get(node, 'value') === 'string';
}

/** `$$` is the root of the data. */
function isRootVariable(node: unknown): boolean {
  return hasType(node, 'variable') && Reflect.get(node, 'value') === '$';
}

function hasType(node: unknown, type: string): node is object {
  return typeof node === 'object' && node !== null && Reflect.get(node, 'type') === type;
}
