import { asBehalfError } from '../kernel/errors.js';
import type { PersonOwner } from './connection.js';
import { audit, type LoginParts, loginApp, summarizeLogin } from './login-parts.js';

/**
 * Ends a login that somebody else answered, so that nothing of it can be used any more, and tells the person whose it was.
 * Gives the app's name.
 */
export async function burnLogin(
  parts: LoginParts,
  login: {
    readonly linkId: string;
    readonly connection: string;
    readonly owner: PersonOwner;
    /** Who answered, where that is known. */
    readonly by?: PersonOwner;
  },
): Promise<string> {
  const { by, connection, linkId, owner } = login;
  const link = await parts.records.links.take(linkId);
  audit(parts, { connection, owner, ...(by ? { by } : {}) }, 'mismatch', 'person');
  const title = loginApp(parts, connection)?.parent.title ?? connection;
  if (link && parts.onFailed) {
    const { continuation, context, scopes } = link;
    const more = { ...(continuation === undefined ? {} : { continuation }), ...(scopes ? { scopes } : {}), context };
    await parts
      .onFailed({ ...summarizeLogin(link, title), owner, reason: 'wrong_person', ...more })
      .catch((error: unknown) => {
        parts.logger.error({ connection, err: asBehalfError(error) }, 'a failed login could not be passed on');
      });
  }
  return title;
}

export function isSamePerson(left: PersonOwner, right: PersonOwner): boolean {
  return left.platform === right.platform && left.tenantId === right.tenantId && left.userId === right.userId;
}
