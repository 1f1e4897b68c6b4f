import { chatUserKey } from '../chat/chat-user.js';
import type { CreateLoginLink } from '../jobs/login-link.js';
import type { ExpiringStore } from '../kernel/expiring-store.port.js';
import { joinKey } from '../kernel/ids.js';
import { type SealedKey, sealedStore } from '../kernel/sealed-store.js';
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
  const kept = sealedStore(store, vault);
  return async ({ connection, conversation, locale, scopes, user }) => {
    const owner = chatUserKey(user);
    // Its pages speak the language that it was made in.
    const id = joinKey(owner, connection, locale ?? '', ...(scopes === undefined ? [] : ['scopes', ...scopes]));
    const key: SealedKey = { kind: 'home-login', id, owner };
    const before = await kept.get(key);
    if (before !== undefined && (await isOpen(before))) return before;
    const url = await create({ user, connection, conversation, locale, ...(scopes === undefined ? {} : { scopes }) });
    await kept.put(key, url, keepMs);
    return url;
  };
}
