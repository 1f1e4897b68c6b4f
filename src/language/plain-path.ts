const PLAIN_PATH = /^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*$/;
/** Words that JSONata may read as something else than a name. */
const WORDS = new Set(['and', 'or', 'in', 'true', 'false', 'null', 'function']);

/** True for `steps.account.Id`: names and dots only. */
export function isPlainPath(source: string): boolean {
  return PLAIN_PATH.test(source) && source.split('.').every((segment) => !WORDS.has(segment));
}

/**
 * The value of a path of names, without JSONata and with its meaning: an absent name or a name of something that has none
 * gives undefined. Lists have rules of their own in JSONata; where one appears, `otherwise` decides.
 */
export function readPlainPath(data: unknown, segments: readonly string[], otherwise: () => unknown): unknown {
  let current = data;
  for (const segment of segments) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, segment)) return undefined;
    current = Reflect.get(current, segment);
    if (Array.isArray(current) || typeof current === 'function') return otherwise();
  }
  return current;
}
