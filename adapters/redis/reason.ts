/** Foreign errors that are told by their place, not by a word of the server. */
export const NO_DATABASE = 'no such database';

/**
 * The kind of a failure: Node's error code, or the first word of an error reply, which is upper case and names its kind
 * (https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors). Nothing else of the message is kept.
 * Of a Cluster or of Sentinels it is that of the node which was asked last.
 */
export function reasonOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if (isSelectError(error)) return NO_DATABASE;
  if ('lastNodeError' in error) return reasonOf(error.lastNodeError);
  if ('code' in error && typeof error.code === 'string') return error.code;
  const message = 'message' in error && typeof error.message === 'string' ? error.message : '';
  // ioredis tells only in words why no Sentinel answered.
  const words =
    /^All sentinels are unreachable\b.* Last error: (?<last>.*)$/s.exec(message)?.groups?.['last'] ?? message;
  const kind = /^-?([A-Z]{3,20})\b/.exec(words)?.[1];
  if (kind !== undefined) return kind;
  return words === 'Command timed out' ? 'timed out' : undefined;
}

/** Whether the server has refused the number of the database: ioredis would go on in another one, database 0. */
export function isSelectError(error: object): boolean {
  const command = 'command' in error ? error.command : undefined;
  return typeof command === 'object' && command !== null && 'name' in command && command.name === 'select';
}
