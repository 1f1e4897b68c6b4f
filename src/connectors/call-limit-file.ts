import { z } from 'zod';
import type { CallLimit } from '../connections/parent-connection.js';

/** Keys that say how often an app is called; the same in connectors and connections. */
export const CallLimitKeys = {
  requests: z
    .int()
    .min(1)
    .max(1_000_000)
    .meta({ description: 'Requests that are sent at most, by all processes together' }),
  per: z.enum(['second', 'minute', 'hour', 'day']).meta({ description: 'In which time' }),
  scope: z
    .enum(['connection', 'person'])
    .meta({ description: 'connection: of all people together (so unless told). person: of each account' }),
};

const SPANS = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

export function toCallLimit(limit: {
  readonly requests: number;
  readonly per: keyof typeof SPANS;
  readonly scope?: CallLimit['scope'] | undefined;
}): CallLimit {
  return { requests: limit.requests, perMs: SPANS[limit.per], scope: limit.scope ?? 'connection' };
}
