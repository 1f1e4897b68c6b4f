import type { ChatAdapter } from '../chat/chat-adapter.port.js';
import type { Clicks } from '../chat/clicks.js';
import type { MessageRef } from '../chat/conversation.js';
import { textsFor } from '../texts/texts-for.js';
import type { ChatJob } from './job-record.js';
import type { CreateLoginLink } from './login-link.js';
import { loginPromptMessage, type WantedLogin } from './messages.js';
import type { MissingLogin } from './resolve-connections.js';

interface LoginPromptDeps {
  readonly createLoginLink: CreateLoginLink;
  readonly clicks: Clicks;
  readonly chat: ChatAdapter;
  readonly recipeName: string;
}

/** An app whose login is done, for the message. */
export interface ConnectedApp {
  readonly title: string;
  readonly account: string;
}

/**
 * Sends the one private message that asks for every missing login, or puts it in place of the prompt that is there.
 * Links and buttons are made for this person only.
 */
export async function promptForLogins(
  deps: LoginPromptDeps,
  job: ChatJob,
  options: { readonly missing: readonly MissingLogin[]; readonly connected: readonly ConnectedApp[] },
): Promise<MessageRef> {
  const { chat } = deps;
  const { conversation, prompt } = job.state;
  const wanted = await Promise.all(options.missing.map((missing) => wantedLogin(deps, job, missing)));
  const clicks = [
    { kind: 'cancel-job' as const, job: job.id },
    ...wanted.map(() => ({ kind: 'login-opened' as const, job: job.id })),
  ];
  const [cancelToken = '', ...tokens] = await deps.clicks.issue(job.user, clicks);
  const message = loginPromptMessage({
    recipe: deps.recipeName,
    wanted: wanted.map((login, index) => ({ ...login, token: tokens[index] ?? '' })),
    connected: options.connected,
    cancelToken,
    texts: textsFor(job.state.locale),
  });
  if (prompt !== undefined) return chat.update(prompt, message);
  return conversation.kind === 'direct'
    ? chat.post(conversation, message)
    : chat.postPrivately(conversation, job.user, message);
}

async function wantedLogin(
  deps: LoginPromptDeps,
  job: ChatJob,
  { parent, reason, scopes }: MissingLogin,
): Promise<Omit<WantedLogin, 'token'>> {
  const url = await deps.createLoginLink({
    user: job.user,
    connection: parent.name,
    conversation: job.state.conversation,
    continuation: job.id,
    locale: job.state.locale,
    ...(scopes === undefined ? {} : { scopes }),
  });
  return { title: parent.title, url, ...(reason === undefined ? {} : { reason: reason(job.state.locale) }) };
}
