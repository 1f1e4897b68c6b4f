import type { JobOwner } from './chat/job-owner.js';
import { type ActionCall, withParts } from './connectors/action-call.js';
import { AppPauses } from './connectors/app-pauses.js';
import type { Booking } from './connectors/app-turns.js';
import { AppTurns } from './connectors/app-turns.js';
import { FileRoom } from './connectors/file-room.js';
import { performAction } from './connectors/perform-action.js';
import type { Clock } from './kernel/clock.port.js';
import type { HttpClient } from './kernel/http-client.port.js';
import type { Metrics } from './kernel/metrics.port.js';
import type { RateLimiter } from './kernel/rate-limiter.port.js';

type Call = Omit<ActionCall, 'http' | 'clock'>;

/** Calls the app of an action. */
export type PerformCall = (call: Call, parts: Pick<ActionCall, 'booking' | 'readFile'>) => Promise<unknown>;

/** The same for whoever's job it is. `booking`: the turn that the job has come back for. */
export type CallApp = (call: Call, owner: JobOwner, booking?: Booking) => Promise<unknown>;

/** Calls apps, no faster than they are to be called, by all processes together, and with no more files at once than there is room for. */
export function appCaller(deps: {
  readonly http: HttpClient;
  readonly limiter: RateLimiter;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly maxFileBytes: number;
}): PerformCall {
  const { clock, http, limiter, maxFileBytes, metrics } = deps;
  const pauses = new AppPauses({ ...deps, shared: limiter });
  const turns = new AppTurns(deps);
  const files = new FileRoom(maxFileBytes);
  metrics.level('files_waiting', () => files.waiting);
  return (call, { booking, readFile }) =>
    files.during(call, () => performAction(withParts(call, { booking, clock, http, pauses, readFile, turns })));
}
