import { type Message, textMessage } from '../chat/message.js';
import { bookedTurnOf, LONGEST_WAIT_MS } from '../connectors/app-turns.js';
import type { Clock } from '../kernel/clock.port.js';
import { asBehalfError, type BehalfError, isBehalfError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.port.js';
import { textsFor } from '../texts/texts-for.js';
import { pauseBeforeDelivery } from './deliver-reply.js';
import type { HeldJob } from './held-job.js';
import { pending } from './job-record.js';
import type { JobVoice } from './job-voice.js';

/** Longest that a job waits for its turns at apps, in ms, from the first time that it had to. */
const LONGEST_MS = 60 * 60_000;
/** A wait that a person notices. */
const NOTICEABLE_MS = 10_000;

/** After a passing failure of the platform the job goes on some time later; tells whether it does. */
export async function deliverLater(held: HeldJob, err: BehalfError, logger: Logger): Promise<boolean> {
  const undelivered = (held.state.undelivered ?? 0) + 1;
  const pauseMs = pauseBeforeDelivery(err, undelivered);
  if (pauseMs === undefined) return false;
  held.note({ undelivered });
  await held.leave((job, now) => pending(job, pauseMs, now));
  const { id, recipe } = held.job;
  logger.warn({ jobId: id, recipe, pauseMs, err }, 'an answer could not be delivered yet');
  return true;
}

interface ComeBackDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly titleOf: (connection: string) => string;
  readonly voice: () => JobVoice;
  readonly recipeName: string;
}

/**
 * Lets a job whose turn at an app comes later leave its place until then, and tells whoever waits once; false where the failure is
 * another one, or the job has waited for long enough. Never rejects: what cannot be written is taken over after its lease.
 */
export async function comeBackForTurn(held: HeldJob, err: BehalfError, deps: ComeBackDeps): Promise<boolean> {
  if (!isBehalfError(err, 'app.busy')) return false;
  return leaveUntilTurn(held, err, deps).catch((error: unknown) => {
    const { id, recipe } = held.job;
    deps.logger.warn({ jobId: id, recipe, err: asBehalfError(error) }, 'a job could not be left until its turn');
    return true;
  });
}

async function leaveUntilTurn(held: HeldJob, err: BehalfError, deps: ComeBackDeps): Promise<boolean> {
  const { clock, logger, voice } = deps;
  const now = clock.now();
  const { retryAfterMs: waitMs = 0 } = err;
  const { isTold = false, since = now } = held.state.appWait ?? {};
  const until = now + waitMs;
  if (until - since > LONGEST_MS) return false;
  const tells = !isTold && waitMs >= NOTICEABLE_MS;
  const prompt = tells
    ? await voice()
        .notice(waitingMessage(held, err, deps))
        .catch(() => undefined)
    : undefined;
  const turn = bookedTurnOf(err);
  held.note({
    appWait: { since, until, isTold: isTold || tells, ...(turn ? { turn } : {}) },
    ...(prompt ? { prompt } : {}),
  });
  // Early enough to wait for the turn in its place: a turn that is used late comes on top of those of others.
  await held.leave((job, at) => pending(job, Math.max(0, until - LONGEST_WAIT_MS - at), at));
  const { id, recipe } = held.job;
  logger.info({ jobId: id, recipe, waitMs }, 'job waits for its turn at an app');
  return true;
}

function waitingMessage(held: HeldJob, err: BehalfError, { recipeName, titleOf }: ComeBackDeps): Message {
  const { connection } = err.details;
  const app = typeof connection === 'string' ? titleOf(connection) : '';
  return textMessage(textsFor(held.state.locale).jobs.waitsForApp(recipeName, app, err.retryAfterMs ?? 0));
}
