export type Labels = Readonly<Record<string, string>>;

/** Counters and durations in the service's own terms; names and help texts live with the driver's table. */
export interface Metrics {
  count(name: MetricCounter, labels?: Labels): void;
  /** Observes a duration in milliseconds. */
  time(name: MetricTimer, ms: number, labels?: Labels): void;
  gauge(name: MetricGauge, value: number, labels?: Labels): void;
  /**
   * Has a level read whenever somebody asks for the metrics, so that it costs nothing at work. Levels of one name and labels add up;
   * one whose `read` rejects is not known at that moment.
   */
  level(name: MetricLevel, read: () => number | Promise<number>, labels?: Labels): void;
}

export type MetricCounter =
  | 'chat_events' // platform, kind
  | 'chat_events_duplicate' // platform
  | 'chat_requests_refused' // platform, reason
  | 'commands' // command: recipe | built-in name | unknown
  | 'jobs_finished' // recipe, status
  | 'jobs_suspended' // recipe
  | 'jobs_refused' // limit: pace | open
  | 'recipes_stopped' // recipe
  | 'jobs_resumed' // recipe
  | 'steps' // app, outcome (ok or error code)
  | 'option_searches' // app, outcome: found | kept | login_required | error code
  | 'app_pauses' // app, outcome: waited | refused
  | 'app_turns' // app, outcome: waited | left | refused
  | 'logins' // connection, outcome: started | connected | denied | mismatch | expired | failed
  | 'token_refreshes' // connection, outcome: ok | invalid_grant | transient | protocol | operator | coalesced
  | 'kept_alive' // connection, outcome: refreshed | login_ended | failed | unused
  | 'installations' // platform, outcome: installed | denied | refused
  | 'departures' // platform, kind: person | tenant
  | 'revocations' // connection, outcome: revoked | unsupported | retried | gave_up
  | 'store_errors' // store
  | 'api_requests' // endpoint, key (empty: refused), status
  | 'api_refused' // reason: no_key | unknown_key | too_many | not_allowed
  | 'audit_entries' // kind
  | 'audit_lost'
  | 'log_lost'
  | 'http_refused'
  | 'trace_exports' // outcome: sent | failed
  | 'errors'; // code, kind: login | permission | administrator | unreachable | input | internal

export type MetricTimer = 'ack_ms' | 'job_ms' | 'app_call_ms' | 'store_call_ms' | 'login_ms';

export type MetricGauge = 'recipes_started' | 'recipes_broken' | 'recipes_held';

/** What waits or is under way at this moment. */
export type MetricLevel =
  | 'jobs_running'
  | 'jobs_open' // in all processes together
  | 'jobs_waiting'
  | 'chat_calls_held' // platform
  | 'http_calls_waiting' // to: apps | platforms
  | 'http_requests_open'
  | 'files_waiting'
  | 'audit_waiting';

/** Counts nothing. */
export const noMetrics: Metrics = { count: () => {}, time: () => {}, gauge: () => {}, level: () => {} };
