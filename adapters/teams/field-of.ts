/**
 * What stands in a field of something that came as JSON; undefined where there is none. It tells kinds apart before a schema is asked:
 * a schema that refuses makes an error with all that is wrong, which costs more than the whole message.
 */
export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
