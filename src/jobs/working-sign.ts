import type { ConversationRef } from '../chat/conversation.js';
import type { WorkingSign } from '../chat/working-sign.port.js';
import type { Clock } from '../kernel/clock.port.js';
import { Deadlines } from '../kernel/deadlines.js';

/** A job that is done by then needs no sign. */
const FIRST_AFTER_MS = 1_500;
/** Chat clients show the sign for about five seconds. */
const AGAIN_AFTER_MS = 4_000;
/** Two minutes: whoever still waits then does something else meanwhile. */
const AT_MOST = 30;

/** One timer for all: hardly any work is not done by the time the sign is due, and a timer for each would cost more than looking. */
const firstSigns = new WeakMap<Clock, Deadlines>();

interface WorkingPlace {
  readonly sign: WorkingSign | undefined;
  readonly conversation: ConversationRef;
  readonly clock: Clock;
}

/**
 * Lets the person see that the bot is at work for as long as the work takes. The sign is a courtesy: when it cannot be shown
 * it is given up, and the work never waits for it.
 */
export function withWorkingSign<T>({ clock, conversation, sign }: WorkingPlace, work: () => Promise<T>): Promise<T> {
  const doing = work();
  if (sign) {
    const show = () => sign.show(conversation);
    firstSignsOf(clock).whenLate(doing, () => void keepShowing(clock, show, doing).catch(() => {}));
  }
  return doing;
}

function firstSignsOf(clock: Clock): Deadlines {
  const known = firstSigns.get(clock);
  if (known) return known;
  const made = new Deadlines(clock, FIRST_AFTER_MS);
  firstSigns.set(clock, made);
  return made;
}

async function keepShowing(clock: Clock, show: () => Promise<void>, work: Promise<unknown>): Promise<void> {
  const done = new AbortController();
  const end = () => done.abort('done');
  work.then(end, end);
  for (let shown = 0; shown < AT_MOST; shown++) {
    if (shown > 0) await clock.sleep(AGAIN_AFTER_MS, done.signal);
    if (done.signal.aborted) return;
    await show();
  }
}
