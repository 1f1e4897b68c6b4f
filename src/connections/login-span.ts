import type { LoginParts } from './login-parts.js';
import type { LoginLink } from './login-records.js';

/** Carries out a part of a login as a part of the trace in which its link was made: of the command that waits for it. */
export function inLoginSpan<T extends { readonly kind: string }>(
  { tracing }: Pick<LoginParts, 'tracing'>,
  { connection, trace }: Pick<LoginLink, 'connection' | 'trace'>,
  name: 'begin login' | 'sign in' | 'sign on' | 'complete login' | 'prove login',
  work: () => Promise<T>,
): Promise<T> {
  if (!tracing) return work();
  const start = { name, kind: 'server', parent: trace, facts: { 'behalf.connection': connection } } as const;
  return tracing.inSpan(start, async () => {
    const outcome = await work();
    tracing.note({ 'behalf.login.outcome': outcome.kind });
    return outcome;
  });
}
