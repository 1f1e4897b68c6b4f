import { LOGIN_TRANSITIONS } from '../../../../src/connections/login-records.js';
import type { JobRow, JobState, StepRecord } from '../../../../src/jobs/job.js';
import { isFinal, type Job, openJob } from '../../../../src/jobs/job-record.js';
import { FIRST_STATUSES, STATUS_TRANSITIONS, STEP_TRANSITIONS } from '../../../../src/jobs/job-transitions.js';
import type { RecordKey } from '../../../../src/kernel/expiring-store.port.js';
import type { Vault } from '../../../../src/kernel/vault.js';
import { EFFECTS } from './effects.js';

const LISTS = /^(?:revocations|departures)\./u;

/** Every transition of jobs, steps and logins that the code has a table of, and of the lists that are worked off. */
export const ALL_TRANSITIONS: readonly string[] = [
  ...FIRST_STATUSES.map((to) => `job: new → ${to}`),
  ...pairs(STATUS_TRANSITIONS).map(([from, to]) => `job: ${from} → ${to}`),
  ...pairs(STEP_TRANSITIONS).map(([kind, phase]) => `step: ${kind} ${phase}`),
  ...pairs(LOGIN_TRANSITIONS).map(([kind, change]) => `login: ${kind} ${change}`),
  ...[...EFFECTS].filter((effect) => LISTS.test(effect)),
];

function pairs(table: Readonly<Record<string, readonly string[]>>): readonly (readonly [string, string])[] {
  return Object.entries(table).flatMap(([from, all]) => all.map((to) => [from, to] as const));
}

/** Names the transitions in what the processes of one person do, one after the other. */
export class Transitions {
  readonly #vault: Vault;
  readonly #jobs = new Map<string, Job>();

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  /** Those that an effect was. */
  of(effect: string, [first]: readonly unknown[], result: unknown): readonly string[] {
    if (effect === 'jobs.accept') return isAccepted(result) ? this.#write(first) : [];
    if (effect === 'jobs.write') return result === true ? this.#write(first) : [];
    if (effect === 'revocations.due' || effect === 'departures.due') return hasSome(result) ? [effect] : [];
    if (LISTS.test(effect)) return result === false ? [] : [effect];
    const change = /^expiring\.(put|take|delete)$/u.exec(effect)?.[1];
    if (change === undefined || (change === 'take' && result === undefined) || !isKey(first)) return [];
    return first.kind in LOGIN_TRANSITIONS ? [`login: ${first.kind} ${change}`] : [];
  }

  #write(row: unknown): readonly string[] {
    if (!isRow(row)) return [];
    const after = openJob(this.#vault, row);
    const before = this.#jobs.get(after.id);
    this.#jobs.set(after.id, after);
    // Of a job that has ended nothing changes any more but how long it is kept.
    if (before && isFinal(before.status) && before.status === after.status) return [];
    return [`job: ${before?.status ?? 'new'} → ${after.status}`, ...stepsOf(before?.state, after)];
  }
}

function isAccepted(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'accepted';
}

function hasSome(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

function isKey(value: unknown): value is RecordKey {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

function isRow(value: unknown): value is JobRow {
  return typeof value === 'object' && value !== null && 'sealed' in value;
}

function stepsOf(before: JobState | undefined, { state, status }: Job): readonly string[] {
  const { done: former = {}, inFlight: wasInFlight = [] } = before ?? {};
  const { done, inFlight = [] } = state;
  const fresh = Object.keys(done).filter((path) => done[path] !== former[path]);
  const recorded = fresh.flatMap((path) => recordedAs(former[path], done[path]));
  const begun = inFlight.filter(({ path }) => !wasInFlight.some((step) => step.path === path));
  const landed = wasInFlight.filter(({ path }) => !inFlight.some((step) => step.path === path));
  return [
    ...recorded,
    ...begun.map(({ kind }) => `step: ${kind} begun`),
    ...landed.map(({ kind, path }) => {
      // What is inside of a loop or a call goes into its record; of a question and of the last word there is none.
      const isKept = fresh.some((at) => at === path || path.startsWith(`${at}.`));
      const isSaid = isFinal(status) || state.asking?.path === path;
      return `step: ${kind} ${isKept || isSaid ? 'done' : 'undone'}`;
    }),
  ];
}

function recordedAs(former: StepRecord | undefined, record: StepRecord | undefined): readonly string[] {
  if (record === undefined || JSON.stringify(former) === JSON.stringify(record)) return [];
  return [`step: ${record.kind} ${phaseOf(record)}`];
}

function phaseOf(record: StepRecord): string {
  if (record.kind === 'ask') return record.answer.kind;
  if (record.kind === 'try') return record.error ? 'failed' : 'retried';
  return 'over' in record && record.over ? 'over' : 'done';
}
