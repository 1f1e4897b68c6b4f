/** Authorization codes and states are short; what is longer is nobody's. */
const MAX_PARAMETER = 4_096;

/** The value of a parameter that may stand there once (RFC 6749 section 3.1). */
export function single(query: URLSearchParams, name: string): string | undefined {
  const [value, ...more] = query.getAll(name);
  return more.length > 0 || value === undefined || value === '' || value.length > MAX_PARAMETER ? undefined : value;
}

/** The `error` of an authorization response; only names of the form that the standard gives get into the log. */
export function errorIn(query: URLSearchParams): string | undefined {
  if (!query.has('error')) return undefined;
  const error = single(query, 'error');
  return error !== undefined && /^[a-z_]{1,40}$/.test(error) ? error : 'other';
}
