import { joinKey } from '../kernel/ids.js';

export type Platform = 'slack' | 'teams';

/** The platforms' names for people. */
export const PLATFORM_TITLES: Readonly<Record<Platform, string>> = { slack: 'Slack', teams: 'Microsoft Teams' };

/**
 * Who typed or clicked. Slack: team id (enterprise id on Enterprise Grid) and user id, which is unique only within the
 * team. Teams: tenant id of the conversation and `aadObjectId`; the `29:…` id is only an address.
 */
export interface ChatUser {
  readonly platform: Platform;
  readonly tenantId: string;
  readonly userId: string;
}

/** Somebody who is no full member: a guest of the workspace or tenant, or of another organisation. */
export type Outsider = 'guest' | 'external';

/** What the platform says of a person; e-mail only where the platform has confirmed it. */
export interface ChatUserProfile {
  /** The `userId` that the platform knows the person by, where it says so. */
  readonly userId?: string;
  readonly name: string;
  /** Name of the workspace or organisation. */
  readonly place: string;
  readonly confirmedEmail?: string;
}

/** The person as one string, for maps and keys. */
export function chatUserKey(user: ChatUser): string {
  return joinKey(user.platform, user.tenantId, user.userId);
}

export function isSameChatUser(left: ChatUser, right: ChatUser): boolean {
  return left.platform === right.platform && left.tenantId === right.tenantId && left.userId === right.userId;
}

export function isPlatform(value: string): value is Platform {
  return value === 'slack' || value === 'teams';
}
