/** One fault in a Block Kit payload, in the words that Slack uses. `at` is a JSON pointer. */
export interface BlockFault {
  readonly at: string;
  readonly message: string;
}

/** Looks at one value and reports its faults. */
export type Check = (value: unknown, at: string) => readonly BlockFault[];

/** A JSON object, told apart from arrays and null. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fault(at: string, message: string): readonly BlockFault[] {
  return [{ at, message }];
}

const NO_FAULTS: readonly BlockFault[] = [];

/** Text of `min` (1 unless told) to `max` characters. */
export function text(max = Number.POSITIVE_INFINITY, min = 1): Check {
  return (value, at) => {
    if (typeof value !== 'string') return fault(at, 'must be a string');
    if (value.length < min) return fault(at, `must be more than ${min - 1} characters`);
    return value.length > max ? fault(at, `must be less than ${max + 1} characters`) : NO_FAULTS;
  };
}

/** Text that has a given form. */
export function pattern(form: RegExp, expected: string): Check {
  return (value, at) => (typeof value === 'string' && form.test(value) ? NO_FAULTS : fault(at, `must be ${expected}`));
}

/** An absolute web address of at most 3000 characters. */
export function url(value: unknown, at: string): readonly BlockFault[] {
  if (typeof value !== 'string') return fault(at, 'must be a string');
  if (value.length > 3000) return fault(at, 'must be less than 3001 characters');
  return /^(https?:\/\/|mailto:|tel:|slack:)\S+$/.test(value) ? NO_FAULTS : fault(at, 'must be a valid URL');
}

export function flag(value: unknown, at: string): readonly BlockFault[] {
  return typeof value === 'boolean' ? NO_FAULTS : fault(at, 'must be a boolean');
}

export function whole(min: number, max: number): Check {
  return (value, at) =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
      ? NO_FAULTS
      : fault(at, `must be a whole number from ${min} to ${max}`);
}

export function oneOf(...values: readonly unknown[]): Check {
  return (value, at) =>
    values.includes(value) ? NO_FAULTS : fault(at, `must be one of: ${values.map(String).join(', ')}`);
}

/** A list of `min` to `max` items that all pass the same check. */
export function list(item: Check, limits: { readonly min?: number; readonly max: number }): Check {
  return (value, at) => {
    if (!Array.isArray(value)) return fault(at, 'must be an array');
    if (value.length < (limits.min ?? 1)) return fault(at, `no fewer than ${limits.min ?? 1} items allowed`);
    if (value.length > limits.max) return fault(at, `no more than ${limits.max} items allowed`);
    return value.flatMap((entry: unknown, index) => item(entry, `${at}/${index}`));
  };
}

export type Fields = Readonly<Record<string, Check>>;

/** An object with these fields and no others. */
export function object(required: Fields, optional: Fields = {}): Check {
  return (value, at) => {
    if (!isRecord(value)) return fault(at, 'must be an object');
    const missing = Object.keys(required)
      .filter((name) => value[name] === undefined)
      .flatMap((name) => fault(at, `missing required field: ${name}`));
    const unknown = Object.keys(value)
      .filter((name) => !Object.hasOwn(required, name) && !Object.hasOwn(optional, name))
      .flatMap((name) => fault(at, `invalid additional property: ${name}`));
    const wrong = Object.entries({ ...required, ...optional })
      .filter(([name]) => value[name] !== undefined)
      .flatMap(([name, check]) => check(value[name], `${at}/${name}`));
    return [...missing, ...unknown, ...wrong];
  };
}

/** An object whose `type` says which check applies. */
export function byType(checks: Readonly<Record<string, Check>>): Check {
  return (value, at) => {
    if (!isRecord(value)) return fault(at, 'must be an object');
    const type = value['type'];
    if (typeof type !== 'string') return fault(at, 'missing required field: type');
    const check = Object.hasOwn(checks, type) ? checks[type] : undefined;
    return check ? check(value, at) : fault(`${at}/type`, `unsupported type: ${type}`);
  };
}

/** Several checks of one value; the first that finds something speaks. */
export function all(...checks: readonly Check[]): Check {
  return (value, at) => {
    for (const check of checks) {
      const faults = check(value, at);
      if (faults.length > 0) return faults;
    }
    return NO_FAULTS;
  };
}

/** Exactly one of these fields must be there. */
export function exactlyOne(...names: readonly string[]): Check {
  return (value, at) => {
    const present = isRecord(value) ? names.filter((name) => value[name] !== undefined) : [];
    return present.length === 1 ? NO_FAULTS : fault(at, `must have exactly one of: ${names.join(', ')}`);
  };
}

/** At least one of these fields must be there. */
export function atLeastOne(...names: readonly string[]): Check {
  return (value, at) =>
    isRecord(value) && names.some((name) => value[name] !== undefined)
      ? NO_FAULTS
      : fault(at, `must have at least one of: ${names.join(', ')}`);
}

/** No two items of a list may have the same value of `name`. */
export function unique(items: readonly unknown[], name: string, at: string): readonly BlockFault[] {
  const seen = new Set<unknown>();
  return items.flatMap((item, index) => {
    const value = isRecord(item) ? item[name] : undefined;
    if (value === undefined) return NO_FAULTS;
    if (seen.has(value)) return fault(`${at}/${index}/${name}`, `\`${name}\` ${String(value)} already exists`);
    seen.add(value);
    return NO_FAULTS;
  });
}
