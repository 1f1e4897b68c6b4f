import type { Answer } from '../job.js';

/** What later datapills see of an answer. */
export function outputOf(answer: Answer): Readonly<Record<string, unknown>> {
  if (answer.kind === 'timed_out') return { timed_out: true };
  const { by, label, value, values } = answer;
  const person = { id: by.userId, name: by.name };
  return { value, label, by: person, ...(values ? { values } : {}), timed_out: false };
}
