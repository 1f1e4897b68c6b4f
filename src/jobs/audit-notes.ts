import type { ConnectorAction } from '../connectors/action.js';
import { describeRequest, type RequestDescription } from '../connectors/describe-request.js';
import type { Audit, AuditEvent } from '../kernel/audit.port.js';
import type { BehalfError } from '../kernel/errors.js';
import type { Observers } from '../kernel/observers.js';
import type { JobResult } from './job.js';
import type { Job } from './job-record.js';
import type { ResolvedSlot } from './resolve-connections.js';

type JobFacts = Pick<Job, 'id' | 'recipe' | 'user'>;

/** An action that was carried out, or was tried. */
export interface PerformedAction {
  readonly slot: ResolvedSlot;
  readonly action: ConnectorAction;
  /** Of the step within the job. */
  readonly path: string;
  /** Absent: it has succeeded. */
  readonly error?: Pick<BehalfError, 'code' | 'ref'>;
}

/** What became of a job, for the audit log. */
export function noteJob(
  audit: Audit | undefined,
  job: JobFacts,
  outcome: 'started' | JobResult['status'],
  more: Pick<AuditEvent, 'by' | 'code' | 'ref'> = {},
): void {
  if (!audit) return;
  const { by, code, ref } = more;
  audit.note({ kind: 'job', outcome, person: personOf(job), recipe: job.recipe, job: job.id, by, code, ref });
}

/** A job was taken in: noted, and named on the span of what it came from. */
export function noteStart({ audit, tracing }: Pick<Observers, 'audit' | 'tracing'>, job: JobFacts): void {
  tracing?.note({ 'behalf.job.id': job.id, 'behalf.recipe': job.recipe });
  noteJob(audit, job, 'started');
}

/** Notes who did what in which app, as which account. */
export function actionNotes(audit: Audit | undefined, job: JobFacts): (done: PerformedAction) => void {
  if (!audit) return () => {};
  return (done) => {
    const { action, slot } = done;
    const note = (request?: RequestDescription) => audit.note(eventOf(done, job, request));
    const { connector, credential, parent } = slot;
    // Where it would have gone is not known when the connection makes no address.
    void describeRequest({ action, connector, credential, parent }).then(note, () => note());
  };
}

function eventOf(
  { action, error, path, slot }: PerformedAction,
  job: JobFacts,
  request: RequestDescription | undefined,
): AuditEvent {
  const { account, parent } = slot;
  return {
    kind: 'action',
    outcome: error ? 'failed' : 'ok',
    person: personOf(job),
    recipe: job.recipe,
    job: job.id,
    step: path,
    connection: parent.name,
    account: account && { id: account.id, label: account.label },
    app: parent.connector,
    action: action.name,
    code: error?.code,
    ref: error?.ref,
    request,
  };
}

function personOf({ user }: JobFacts): NonNullable<AuditEvent['person']> {
  const { platform, tenantId: tenant, userId } = user;
  return { platform, tenant, user: userId };
}

/** The end of a job, wherever it came from: counted, logged and noted. */
export function reportEnd(
  deps: Observers,
  job: Job,
  result: Pick<JobResult, 'status' | 'code' | 'ref'>,
  why?: string,
): void {
  const { id: jobId, recipe } = job;
  const { ref, status } = result;
  const code = result.code ?? why;
  deps.metrics.count('jobs_finished', { recipe, status });
  deps.logger.info({ jobId, recipe, status, ms: job.updatedAt - job.createdAt }, 'job finished');
  deps.tracing?.note({ 'behalf.job.status': status });
  noteJob(deps.audit, job, status, { code, ref });
}
