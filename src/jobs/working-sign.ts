import type { ConversationRef } from '../chat/conversation.js';
import type { WorkingSign } from '../chat/working-sign.port.js';
import type { Clock } from '../kernel/clock.port.js';

/** A job that is done by then needs no sign. */
const FIRST_AFTER_MS = 1_500;
/** Chat clients show the sign for about five seconds. */
const AGAIN_AFTER_MS = 4_000;
/** Two minutes: whoever still waits then does something else meanwhile. */
const AT_MOST = 30;

/** Why the sign goes away; without one, each command would pay for an error with its stack. */
const DONE = 'done';

interface WorkingPlace {
  readonly sign: WorkingSign | undefined;
  readonly conversation: ConversationRef;
  readonly clock: Clock;
}

/**
 * Lets the person see that the bot is at work for as long as the work takes. The sign is a courtesy: when it cannot be shown
 * it is given up, and the work never waits for it.
 */
export async function withWorkingSign<T>(
  { clock, conversation, sign }: WorkingPlace,
  work: () => Promise<T>,
): Promise<T> {
  if (!sign) return work();
  const show = () => sign.show(conversation);
  const done = new AbortController();
  keepShowing(clock, show, done.signal).catch(() => {});
  try {
    return await work();
  } finally {
    done.abort(DONE);
  }
}

async function keepShowing(clock: Clock, show: () => Promise<void>, until: AbortSignal): Promise<void> {
  for (let shown = 0; shown < AT_MOST; shown++) {
    await clock.sleep(shown === 0 ? FIRST_AFTER_MS : AGAIN_AFTER_MS, until);
    if (until.aborted) return;
    await show();
  }
}
