import type { JobState } from './job.js';
import type { ConnectedApp } from './login-prompts.js';
import type { MissingLogin, ResolvedSlot } from './resolve-connections.js';

/** A login and one more after it: an app that then still refuses is not asked about again in the same job. */
const MAX_LOGINS_PER_CONNECTION = 2;

type LoginsAsked = JobState['loginsAsked'];

export function countLogin(asked: LoginsAsked, { parent }: MissingLogin): LoginsAsked {
  return { ...asked, [parent.name]: (asked[parent.name] ?? 0) + 1 };
}

export function isAskedTooOften(asked: LoginsAsked, { parent }: MissingLogin): boolean {
  return (asked[parent.name] ?? 0) > MAX_LOGINS_PER_CONNECTION;
}

/** The person's own connections of a run that are there, beside those that are wanted. */
export function connectedBeside(
  slots: ReadonlyMap<string, ResolvedSlot>,
  wanted: readonly MissingLogin[],
): readonly ConnectedApp[] {
  return [...slots.values()].flatMap(({ account, parent, personal }) =>
    personal && account && !wanted.some((login) => login.parent.name === parent.name)
      ? [{ title: parent.title, account: account.label }]
      : [],
  );
}
