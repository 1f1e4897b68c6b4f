import type { ChatUser } from '../chat/chat-user.js';
import { chatUserKey } from '../chat/chat-user.js';
import type { Connections } from '../connections/connections.js';
import type { Disconnection } from '../connections/end-connection.js';
import type { PersonJobs } from '../jobs/person-jobs.js';
import type { Clock } from '../kernel/clock.port.js';
import type { ExpiringStore } from '../kernel/expiring-store.port.js';

/** How long it is waited for steps that are under way, in ms; what takes longer is looked at again later. */
const WAIT_MS = 20_000;
const LOOK_MS = 250;

export interface ErasePersonDeps {
  readonly records: Pick<ExpiringStore, 'deleteOf'>;
  readonly connections: Pick<Connections, 'list' | 'remove'>;
  readonly jobs: Pick<PersonJobs, 'end' | 'forget'>;
  readonly clock: Clock;
}

/** What was erased. */
export interface Erased {
  /** False: a request of theirs still runs. All else is done; it has to be repeated. */
  readonly isWhole: boolean;
  readonly connections: readonly Disconnection[];
  readonly jobs: number;
}

interface EraseOptions {
  readonly by?: string;
  readonly onJobs?: (count: number) => Promise<void>;
  readonly onEnding?: (ending: Pick<Disconnection, 'name' | 'account'>) => Promise<void>;
  readonly onEnded?: (ended: Disconnection) => Promise<void>;
}

/**
 * Erases everything that is kept about a person, but the audit log: open logins, buttons and questions; connections, whose
 * tokens are listed for revocation; requests, waiting and past. Safe to repeat, and to go on with after a process has died.
 * `by`: who does it, where it is not the person. What is found is told of before it is ended, connections once more when they
 * have.
 */
export async function erasePerson(deps: ErasePersonDeps, user: ChatUser, options: EraseOptions = {}): Promise<Erased> {
  const { jobs, records } = deps;
  // First, so that no login can end well any more that began before.
  await records.deleteOf(chatUserKey(user));
  await options.onJobs?.(await jobs.end(user));
  const ended = await endConnections(deps, user, options);
  const forgotten = await forgetJobs(deps, user);
  // Again: until then a request may have logged them in by itself, and its last words may have had buttons.
  const later = await endConnections(deps, user, options);
  await records.deleteOf(chatUserKey(user));
  return { ...forgotten, connections: [...ended, ...later] };
}

async function endConnections(
  { connections }: ErasePersonDeps,
  user: ChatUser,
  { by, onEnded, onEnding }: EraseOptions,
): Promise<readonly Disconnection[]> {
  const ended: Disconnection[] = [];
  for (const { account, name } of await connections.list(user)) {
    await onEnding?.({ name, ...(account === undefined ? {} : { account }) });
    const disconnection = await connections.remove(user, name, by);
    if (disconnection === undefined) continue;
    ended.push(disconnection);
    await onEnded?.(disconnection);
  }
  return ended;
}

async function forgetJobs(
  { clock, jobs }: ErasePersonDeps,
  user: ChatUser,
): Promise<{ readonly isWhole: boolean; readonly jobs: number }> {
  const until = clock.now() + WAIT_MS;
  let total = 0;
  for (;;) {
    const { forgotten, running } = await jobs.forget(user);
    total += forgotten;
    if (running === 0) return { isWhole: true, jobs: total };
    if (clock.now() >= until) return { isWhole: false, jobs: total };
    await clock.sleep(LOOK_MS);
  }
}
