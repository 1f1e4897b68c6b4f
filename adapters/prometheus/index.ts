import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type {
  Labels,
  MetricCounter,
  MetricGauge,
  MetricLevel,
  Metrics,
  MetricTimer,
} from '../../src/kernel/metrics.port.js';
import { createLevel } from './level.js';
import { measureLoopDelay } from './loop-delay.js';

const COUNTERS: Readonly<Record<MetricCounter, { help: string; labels: readonly string[] }>> = {
  chat_events: { help: 'Events taken in', labels: ['platform', 'kind'] },
  chat_events_duplicate: { help: 'Events that had been taken in before', labels: ['platform'] },
  chat_requests_refused: { help: 'Requests of chat platforms that were refused', labels: ['platform', 'reason'] },
  commands: { help: 'Commands recognised', labels: ['command'] },
  jobs_finished: { help: 'Jobs that ended', labels: ['recipe', 'status'] },
  recipes_stopped: { help: 'Recipes that stopped themselves after failing time and again', labels: ['recipe'] },
  jobs_suspended: { help: 'Jobs that began to wait for a login', labels: ['recipe'] },
  jobs_refused: { help: 'Commands over the limit of their person', labels: ['limit'] },
  jobs_resumed: { help: 'Jobs that went on after a login', labels: ['recipe'] },
  steps: { help: 'Actions carried out', labels: ['app', 'outcome'] },
  option_searches: { help: 'Searches for the options of a parameter', labels: ['app', 'outcome'] },
  app_pauses: { help: 'Calls that met a pause which the app had asked for', labels: ['app', 'outcome'] },
  app_turns: { help: 'Calls that had to wait, for an app is called only so often', labels: ['app', 'outcome'] },
  logins: { help: 'Logins by outcome', labels: ['connection', 'outcome'] },
  token_refreshes: { help: 'Token refreshes by outcome', labels: ['connection', 'outcome'] },
  kept_alive: {
    help: 'Logins that nobody uses and that would end, by what became of them',
    labels: ['connection', 'outcome'],
  },
  installations: { help: 'Installations of the app by outcome', labels: ['platform', 'outcome'] },
  departures: {
    help: 'People and workspaces that left and whose connections were ended',
    labels: ['platform', 'kind'],
  },
  revocations: { help: 'Revocations by outcome', labels: ['connection', 'outcome'] },
  store_errors: { help: 'Calls to the store that failed', labels: ['store'] },
  api_requests: { help: 'Requests of programs', labels: ['endpoint', 'key', 'status'] },
  api_refused: { help: 'Requests of programs that were refused because of their key', labels: ['reason'] },
  audit_entries: { help: 'Entries of the audit log that were written', labels: ['kind'] },
  audit_lost: { help: 'Entries of the audit log that could not be written', labels: [] },
  log_lost: { help: 'Lines of the log that found no room', labels: [] },
  http_refused: { help: 'Requests that were refused because too many were under way', labels: [] },
  trace_exports: { help: 'Batches of spans, by whether they could be sent', labels: ['outcome'] },
  errors: { help: 'Errors by code, and by what a person can do about them', labels: ['code', 'kind'] },
};

const TIMERS: Readonly<Record<MetricTimer, { help: string; labels: readonly string[] }>> = {
  ack_ms: {
    help: 'Milliseconds until an event was durable, where the chat took words',
    labels: ['platform'],
  },
  job_ms: { help: 'Milliseconds that a job ran', labels: ['recipe'] },
  app_call_ms: { help: 'Milliseconds that a call to an app took', labels: ['app'] },
  store_call_ms: { help: 'Milliseconds that a call to the store took', labels: ['store'] },
  login_ms: { help: 'Milliseconds from the login page to the connection', labels: ['connection'] },
};

const GAUGES: Readonly<Record<MetricGauge, string>> = {
  recipes_started: 'Recipes that answer commands',
  recipes_held: 'Recipes that wait until an administrator has connected a shared connection',
  recipes_broken: 'Recipe files that are broken: they cannot start, or their last good version is in use',
};

const LEVELS: Readonly<Record<MetricLevel, { help: string; labels: readonly string[] }>> = {
  jobs_running: { help: 'Jobs that run now', labels: [] },
  jobs_open: { help: 'Jobs that run or wait to go on, in all processes together', labels: [] },
  jobs_waiting: { help: 'Jobs that wait in this process for a place', labels: [] },
  chat_calls_held: {
    help: 'Calls to chat platforms that wait because the platform has asked for it',
    labels: ['platform'],
  },
  http_calls_waiting: { help: 'Calls that wait for a connection to their host', labels: ['to'] },
  http_requests_open: { help: 'Requests that are under way in this process', labels: [] },
  files_waiting: { help: 'Calls that wait because other files are passed on', labels: [] },
  audit_waiting: { help: 'Entries of the audit log that are not written yet', labels: [] },
};

const BUCKETS_MS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000];

/** The library's own looks at the event loop, which are not used: as seldom as it takes. */
const SELDOM_MS = 2 ** 31 - 1;

/**
 * What is noted goes into the library so many at once, and whenever somebody asks: it sorts and joins labels each time, which
 * costs a fraction when it is done in one go.
 */
const MOST_NOTED = 250;

type Noted =
  | { readonly kind: 'count'; readonly name: MetricCounter; readonly labels: Labels }
  | { readonly kind: 'time'; readonly name: MetricTimer; readonly labels: Labels; readonly ms: number };

/** Metrics in the Prometheus text format, all named `behalf_…`, with the process's own. */
export function createMetrics(): Metrics & { render(): Promise<string>; readonly contentType: string } {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: SELDOM_MS });
  measureLoopDelay(registry);
  const registers = [registry];
  const counters = mapValues(
    COUNTERS,
    (name, { help, labels }) => new Counter({ name: `behalf_${name}_total`, help, labelNames: labels, registers }),
  );
  const timers = mapValues(
    TIMERS,
    (name, { help, labels }) =>
      new Histogram({ name: `behalf_${name}`, help, labelNames: labels, buckets: BUCKETS_MS, registers }),
  );
  const gauges = mapValues(GAUGES, (name, help) => new Gauge({ name: `behalf_${name}`, help, registers }));
  const levels = mapValues(LEVELS, (name, { help, labels }) =>
    createLevel({ name: `behalf_${name}`, help, labelNames: labels, registers }),
  );
  let noted: Noted[] = [];
  const settle = (): void => {
    const settling = noted;
    noted = [];
    for (const note of settling) {
      if (note.kind === 'count') counters[note.name].inc(note.labels);
      else timers[note.name].observe(note.labels, note.ms);
    }
  };
  const add = (note: Noted): void => {
    noted.push(note);
    if (noted.length === MOST_NOTED) settle();
  };
  return {
    count: (name, labels = {}) => add({ kind: 'count', name, labels }),
    time: (name, ms, labels = {}) => add({ kind: 'time', name, labels, ms }),
    gauge: (name, value) => gauges[name].set(value),
    level: (name, read, labels) => levels[name](read, labels ?? {}),
    render() {
      settle();
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}

function mapValues<K extends string, V, R>(
  record: Readonly<Record<K, V>>,
  make: (name: K, value: V) => R,
): Record<K, R> {
  const entries = Object.entries<V>(record).map(([name, value]) => [name, make(name as K, value)]);
  return Object.fromEntries(entries) as Record<K, R>;
}
