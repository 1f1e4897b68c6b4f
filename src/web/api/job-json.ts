import type { Job } from '../../jobs/job-record.js';
import { isFinal } from '../../jobs/job-record.js';

/** What a job is called outside, without the public URL before it. */
export function jobPath(id: string): string {
  return `/api/jobs/${id}`;
}

/** A job as whoever started it sees it. */
export function jobJson(job: Job, publicUrl: string): Readonly<Record<string, unknown>> {
  const { createdAt, id, recipe, state, status, updatedAt } = job;
  const { code, outputs, ref, text = '' } = state.result ?? {};
  const hasEnded = isFinal(status);
  const message = text === '' ? {} : { message: text };
  return {
    id,
    url: `${publicUrl}${jobPath(id)}`,
    recipe,
    status,
    created_at: time(createdAt),
    updated_at: time(updatedAt),
    ...(hasEnded ? { finished_at: time(updatedAt) } : {}),
    replies: (state.replies ?? []).map((reply) => ({ text: reply.text })),
    ...(status === 'succeeded' ? { outputs: outputs ?? {}, ...message } : {}),
    ...(status === 'failed' ? { error: { code: code ?? 'recipe.stopped', ...message, ...(ref ? { ref } : {}) } } : {}),
    ...(status === 'cancelled' ? { error: { code: code ?? 'job.cancelled', ...message } } : {}),
  };
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}
