import type { Platform } from './chat-user.js';

interface PersonEvent {
  readonly platform: Platform;
  /** As in the person's `ChatUser`. */
  readonly tenantId: string;
  readonly userId: string;
}

interface TenantEvent {
  readonly platform: Platform;
  /** As in the `ChatUser`s of the people there. */
  readonly tenantId: string;
}

/**
 * People and workspaces come and go. `person-left`: the platform has deactivated the account, or the person has removed the
 * app for themselves. `tenant-left`: the app was removed from the whole workspace or organisation. Events repeat, and an old
 * one may come late: adapters hold it against what they know before they pass it on.
 */
export type LifecycleEvent =
  | (PersonEvent & { readonly kind: 'person-left'; readonly why: 'deactivated' | 'app-removed' })
  | (PersonEvent & { readonly kind: 'person-back' })
  | (TenantEvent & { readonly kind: 'tenant-left' | 'tenant-back' });

/** Resolves when what follows from the event is durable. Rejects with `store.unavailable`: the platform delivers it again. */
export type LifecycleHandler = (event: LifecycleEvent) => Promise<void>;
