import type { OpenAsk } from './job.js';
import type { ChatJob } from './job-record.js';

/** Expects what the person of a job types next as the answer to its question. May be called again for the same one. */
export type OpenAskInChat = (job: Pick<ChatJob, 'id' | 'user' | 'state'>, asking: OpenAsk) => Promise<void>;
