import { type Costs, costsOf } from '../capacity/costs.js';
import { DEFAULT_RETENTION, LIMITS, type Need, needOf, type RedisLayout, type Retention } from '../capacity/model.js';
import { peakShare, SLOT_SECONDS, USAGE } from '../capacity/usage.js';
import type { Results } from '../measurements.js';
import { DAY_FIGURES } from '../subjects.js';
import { readable } from './plots/frame.js';
import { lineChart } from './plots/lines.js';

/** How far what was measured may be from what the model expects. */
export const FACTOR = 1.3;

/** What is planned for: people, and how long is kept what can be kept shorter. */
const PLANS: readonly { readonly users: number; readonly retention: Retention }[] = [
  { users: 1_000, retention: DEFAULT_RETENTION },
  { users: 100_000, retention: DEFAULT_RETENTION },
  { users: 100_000, retention: { historyDays: 7, auditDays: 7 } },
  { users: 10_000_000, retention: DEFAULT_RETENTION },
  { users: 10_000_000, retention: { historyDays: 1, auditDays: 0 } },
];

/** The parts of docs/capacity.md that follow from what was measured, by the name of their markers. */
export function capacityParts(results: Results): Readonly<Record<'costs' | 'usage' | 'needs' | 'day', string>> {
  const costs = costsOf(results);
  return { costs: costsTable(costs, results), usage: usageTable(), needs: needsTable(costs), day: dayTable(results) };
}

/** Puts the generated parts between `<!-- name -->` and `<!-- /name -->`. */
export function fillMarkers(page: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((text, [name, part]) => {
    const place = new RegExp(`<!-- ${name} -->[\\s\\S]*<!-- /${name} -->`);
    if (!place.test(text)) throw new Error(`The page has no <!-- ${name} --> … <!-- /${name} -->`);
    return text.replace(place, () => `<!-- ${name} -->\n${part}\n<!-- /${name} -->`);
  }, page);
}

function costsTable(costs: Costs, results: Results): string {
  const quick = (['commands', 'connections', 'memory'] as const).filter((part) => results.run(part)?.isQuick);
  const warning =
    quick.length === 0
      ? []
      : ['', `From short runs of ${quick.join(', ')} on a busy machine: **measure anew before you plan with them.**`];
  const acts = [
    ['a command that is answered', costs.acts.finished],
    ['a command that waits for a login', costs.acts.suspended],
    ['a login, with the answer to what waited', costs.acts.login],
    ['a repeated delivery', costs.acts.repeated],
  ] as const;
  return [
    '| Act, with the core full | CPU of the service | CPU of Redis | Operations of Redis |',
    '|---|---:|---:|---:|',
    ...acts.map(
      ([name, { cpuMs, redisCpuMs, redisOperations }]) =>
        `| ${name} | ${readable(cpuMs)} ms | ${readable(redisCpuMs)} ms | ${readable(redisOperations)} |`,
    ),
    '',
    '| Commands a second in one process | CPU of the service | CPU of Redis |',
    '|---:|---:|---:|',
    ...costs.load.map(({ cpuMs, perSecond }) => {
      const redis = costs.redisLoad.find((point) => point.perSecond === perSecond);
      return `| ${readable(perSecond)} | ${percent(cpuMs)} | ${redis ? percent(redis.cpuMs) : ''} |`;
    }),
    '',
    '| Kept in Redis | Bytes | For how long |',
    '|---|---:|---|',
    `| a connection with tokens of 1.9 KB, index included | ${readable(costs.connectionBytes)} | until it is disconnected |`,
    `| a finished job, index included | ${readable(costs.jobBytes)} | \`HISTORY_DAYS\` |`,
    `| its entries in the audit log, where it comes with many others | ${readable(costs.auditBytes.full)} | \`AUDIT_DAYS\` |`,
    `| the same, where no other comes in the same second | ${readable(costs.auditBytes.alone)} | \`AUDIT_DAYS\` |`,
    `| the claim on its event | ${readable(costs.claimBytes)} | a day |`,
    `| a job that waits for a login, with all that belongs to it | ${readable(costs.suspendedBytes)} | \`LOGIN_TIMEOUT_MINUTES\` |`,
    '',
    `A command sends ${readable(costs.redisNetworkBytes)} bytes between service and Redis in ${readable(costs.redisRoundTrips)} round trips, and ${readable(costs.outsideNetworkBytes)} bytes between service, chat and app.`,
    ...warning,
  ].join('\n');
}

function usageTable(): string {
  const share = (value: number): string => `${readable(value * 100)} %`;
  return [
    '| Assumption | Value |',
    '|---|---:|',
    `| commands of a person on a working day | ${USAGE.commandsPerUserPerDay} |`,
    `| people with connections, and how many each has | ${share(USAGE.connectedShare)}, ${USAGE.connectionsPerUser} |`,
    `| commands that find no login; of those, logged in for | ${share(USAGE.waitingShare)}, ${share(USAGE.loginShare)} |`,
    `| events that the platform delivers twice | ${share(USAGE.repeatedShare)} |`,
    `| busiest five minutes: share of the day's commands | ${share(peakShare(USAGE))} (${readable((peakShare(USAGE) * 86_400) / SLOT_SECONDS)} times the mean of 24 hours) |`,
    `| most load planned for: core of a process, core of a Redis | ${share(LIMITS.serviceCore)}, ${share(LIMITS.redisCore)} |`,
    `| most data in one Redis; room over what is kept | ${size(LIMITS.redisBytes)}; factor ${LIMITS.redisHeadroom} |`,
  ].join('\n');
}

function needsTable(costs: Costs): string {
  const needs = PLANS.map(({ retention, users }) => ({ retention, ...needOf(users, USAGE, retention, costs) }));
  const row = (title: string, cell: (need: Need & { readonly retention: Retention }) => string): string =>
    `| ${title} | ${needs.map(cell).join(' | ')} |`;
  return [
    row('People', ({ users }) => `**${readable(users)}**`),
    `|---|${needs.map(() => '---:|').join('')}`,
    row('`HISTORY_DAYS`, `AUDIT_DAYS`', ({ retention }) => `${retention.historyDays}, ${retention.auditDays}`),
    row('Commands a day', ({ commandsPerDay }) => readable(commandsPerDay)),
    row('Commands a second at the peak', ({ peakPerSecond }) => readable(peakPerSecond)),
    row('Processes of the service, one core each, one to spare', ({ replicas }) => readable(replicas)),
    row('Cores of Redis at the peak', ({ redisCores }) => readable(redisCores)),
    row('Operations of Redis a second', (need) => readable(need.redisOperationsPerSecond)),
    row('Round trips to Redis a second', (need) => readable(need.redisRoundTripsPerSecond)),
    row('Network service – Redis', ({ redisNetwork }) => bits(redisNetwork)),
    row('Network service – chat and apps', ({ outsideNetwork }) => bits(outsideNetwork)),
    row('Connections', ({ memory }) => size(memory.connections)),
    row('History', ({ memory }) => size(memory.history)),
    row('Audit log', ({ memory }) => size(memory.audit)),
    row('Event claims, waiting jobs', ({ memory }) => size(memory.claims + memory.waiting)),
    row('**Memory of Redis, with room**', ({ memory }) => `**${size(memory.total)}**`),
    row('**Redis**', ({ layout }) => layoutWords(layout)),
  ].join('\n');
}

function dayTable(results: Results): string {
  const run = results.run('day');
  const first = results.find('day', 'events')[0];
  if (!run || !first) return 'The day was not replayed yet.';
  const words: Readonly<Record<(typeof DAY_FIGURES)[number], readonly [string, (value: number) => string]>> = {
    serviceCpuMs: ['CPU of the service', (value) => `${readable(value / 1_000)} s`],
    redisCpuMs: ['CPU of Redis', (value) => `${readable(value / 1_000)} s`],
    redisOperations: ['operations of Redis', readable],
    redisBytes: ['memory that Redis has gained', size],
  };
  const rows = DAY_FIGURES.map((figure) => {
    const predicted = results.value('day', 'predicted', { figure }) ?? Number.NaN;
    const measured = results.value('day', 'measured', { figure }) ?? Number.NaN;
    const [name, shown] = words[figure];
    const ratio = measured / predicted;
    const isWithin = ratio <= FACTOR && ratio >= 1 / FACTOR;
    return `| ${name} | ${shown(predicted)} | ${shown(measured)} | ${readable(ratio)} | ${isWithin ? '✓ within' : '✗ **not within**'} |`;
  });
  const { minutes, replicas, users } = first.at;
  return [
    `${readable(Number(users))} people, ${readable(first.value)} events in ${minutes} minutes, ${replicas} processes; ${results.value('day', 'failures') ?? 0} commands failed. Measured on ${run.machine}, ${run.startedAt.slice(0, 10)}${run.isQuick ? ', a short run on a busy machine' : ''}.`,
    '',
    `| | Model | Measured | Ratio | Factor ${FACTOR} |`,
    '|---|---:|---:|---:|---|',
    ...rows,
    '',
    '![CPU of the service over the replayed day: what the model expects and what was measured, in the table above as sums](performance/day.svg)',
  ].join('\n');
}

/** CPU over the simulated day; undefined where there was none. */
export function dayPlot(results: Results): string | undefined {
  if (!results.run('day')) return undefined;
  const points = (name: string) =>
    results.find('day', name).map(({ at, value }) => [Number(at['hour']), value / 1_000] as const);
  return lineChart(
    {
      title: 'CPU of the service over the replayed day',
      description:
        'Seconds of CPU in each hour of the day, measured and as the model expects; both follow the office day with its bursts after nine and after lunch.',
    },
    { x: 'hour of the day', y: 's' },
    [
      { label: 'measured', points: points('cpuMeasured') },
      { label: 'model', points: points('cpuPredicted') },
    ],
  );
}

function layoutWords(layout: RedisLayout): string {
  if (layout.kind === 'one') return 'one, with Sentinel';
  if (layout.kind === 'cluster') return `Cluster, ${layout.masters} masters`;
  return `not so: the audit log takes ${size(layout.auditBytes)}, and one server holds all of it`;
}

function size(bytes: number): string {
  const [unit, factor] =
    bytes >= 1e12 ? ['TB', 1e12] : bytes >= 1e9 ? ['GB', 1e9] : bytes >= 1e6 ? ['MB', 1e6] : ['KB', 1e3];
  return `${readable(bytes / Number(factor))} ${unit}`;
}

function bits(perSecond: number): string {
  return perSecond >= 1e9 ? `${readable(perSecond / 1e9)} Gbit/s` : `${readable(perSecond / 1e6)} Mbit/s`;
}

function percent(cpuMs: number): string {
  return `${readable(cpuMs / 10)} % of a core`;
}
