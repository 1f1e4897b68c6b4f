import { z } from 'zod';
import type { KeepAlivePolicy } from '../connections/parent-connection.js';
import { strict } from '../language/shape.js';

const DAY_MS = 86_400_000;

/** How logins are kept alive, as people write it; the same in connectors and connections. */
export const KeepAliveFile = strict({
  idle_days: z
    .int()
    .min(1)
    .max(3650)
    .meta({ description: 'Days without use after which the app ends a refresh token' }),
  max_unused_days: z.int().min(1).max(3650).default(365).meta({
    description: 'Days since its last use for which a connection is kept alive',
  }),
});

export type KeepAliveFile = z.infer<typeof KeepAliveFile>;

export function toKeepAlivePolicy(file: KeepAliveFile): KeepAlivePolicy {
  return { idleMs: file.idle_days * DAY_MS, maxUnusedMs: file.max_unused_days * DAY_MS };
}

/** What is wrong with it; undefined where nothing is. */
export function keepAliveMistake(file: KeepAliveFile): { readonly message: string; readonly hint: string } | undefined {
  if (file.max_unused_days >= file.idle_days) return undefined;
  return {
    message: `max_unused_days (${file.max_unused_days}) is less than idle_days (${file.idle_days}): nothing would be kept alive`,
    hint: 'write more days, or leave max_unused_days out',
  };
}
