import type { ActionCall } from './connectors/action-call.js';
import { AppPauses } from './connectors/app-pauses.js';
import { AppTurns } from './connectors/app-turns.js';
import { performAction } from './connectors/perform-action.js';
import type { Clock } from './kernel/clock.port.js';
import type { HttpClient } from './kernel/http-client.port.js';
import type { Metrics } from './kernel/metrics.port.js';
import type { RateLimiter } from './kernel/rate-limiter.port.js';

/** Calls apps, no faster than they are to be called, by all processes together. */
export function appCaller(deps: {
  readonly http: HttpClient;
  readonly limiter: RateLimiter;
  readonly clock: Clock;
  readonly metrics: Metrics;
}): (call: Omit<ActionCall, 'http'>) => Promise<unknown> {
  const { http, limiter } = deps;
  const limits = { pauses: new AppPauses({ ...deps, shared: limiter }), turns: new AppTurns(deps) };
  return (call) => performAction({ ...call, http, ...limits });
}
