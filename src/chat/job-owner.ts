import { joinKey } from '../kernel/ids.js';
import { type ChatUser, isPlatform } from './chat-user.js';

/** A program that starts jobs over HTTP, by the name of its key. It cannot be written to, and has no accounts of its own. */
export interface ApiCaller {
  readonly platform: 'api';
  readonly tenantId: typeof API_TENANT;
  readonly userId: string;
}

/** Whose job it is: somebody in a chat, or a program. What needs a person asks {@link isPerson} first. */
export type JobOwner = ChatUser | ApiCaller;

/** All keys are of this one service. */
const API_TENANT = 'keys';

/** The program that calls with the key of this name. */
export function apiCaller(key: string): ApiCaller {
  return { platform: 'api', tenantId: API_TENANT, userId: key };
}

export function isPerson(owner: JobOwner): owner is ChatUser {
  return owner.platform !== 'api';
}

/** The owner as one string, for maps and keys; for persons the same as that of the chat user. */
export function jobOwnerKey({ platform, tenantId, userId }: JobOwner): string {
  return joinKey(platform, tenantId, userId);
}

export function isSameOwner(left: JobOwner, right: JobOwner): boolean {
  return left.platform === right.platform && left.tenantId === right.tenantId && left.userId === right.userId;
}

/** The owner that was stored in these parts; undefined when there is none such. */
export function jobOwnerOf(platform: string, tenantId: string, userId: string): JobOwner | undefined {
  if (isPlatform(platform)) return { platform, tenantId, userId };
  return platform === 'api' && tenantId === API_TENANT ? apiCaller(userId) : undefined;
}
