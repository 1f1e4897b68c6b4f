import { type ChatUser, chatUserKey } from '../chat/chat-user.js';
import type { CreateLoginLink } from '../jobs/login-link.js';
import { isBehalfError } from '../kernel/errors.js';
import type { ExpiringStore, RecordKey } from '../kernel/expiring-store.port.js';
import { joinKey } from '../kernel/ids.js';
import type { Vault } from '../kernel/vault.js';

interface KeptLinksDeps {
  readonly create: CreateLoginLink;
  /** True while the link still leads to a login. */
  readonly isOpen: (url: string) => Promise<boolean>;
  readonly store: ExpiringStore;
  readonly vault: Vault;
  /** How long a link is shown again after it was made, in ms; shorter than it lives. */
  readonly keepMs: number;
}

/**
 * Login links for a page that is drawn again and again: a link is shown until it is used or too old. New ones each time
 * would put an end to those in the chat, of which a person has only some for each connection. A link waits for no job: whoever
 * logs in wakes all jobs that wait for the connection.
 */
export function keptLoginLinks({ create, isOpen, keepMs, store, vault }: KeptLinksDeps): CreateLoginLink {
  async function kept(user: ChatUser, key: RecordKey): Promise<string | undefined> {
    const sealed = await store.get(key);
    if (sealed === undefined) return undefined;
    try {
      return vault.open('login-link', [chatUserKey(user), key.id], Buffer.from(sealed, 'base64url')).toString('utf8');
    } catch (error) {
      // Sealed with a key that is gone: a new one does as well.
      if (isBehalfError(error, 'store.corrupt')) return undefined;
      throw error;
    }
  }

  return async ({ connection, conversation, locale, scopes, user }) => {
    // Its pages speak the language that it was made in.
    const id = joinKey(
      chatUserKey(user),
      connection,
      locale ?? '',
      ...(scopes === undefined ? [] : ['scopes', ...scopes]),
    );
    const key: RecordKey = { kind: 'home-login', id, owner: chatUserKey(user) };
    const before = await kept(user, key);
    if (before !== undefined && (await isOpen(before))) return before;
    const url = await create({ user, connection, conversation, locale, ...(scopes === undefined ? {} : { scopes }) });
    const sealed = vault.seal('login-link', [chatUserKey(user), id], url);
    await store.put(key, Buffer.from(sealed).toString('base64url'), keepMs);
    return url;
  };
}
