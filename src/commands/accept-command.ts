import type { ChatAdapter } from '../chat/chat-adapter.port.js';
import type { Platform } from '../chat/chat-user.js';
import type { Clicks } from '../chat/clicks.js';
import { type Block, type Message, plainText, textMessage } from '../chat/message.js';
import type { Jobs, OverLimit } from '../jobs/jobs.js';
import type { NewChatJob } from '../jobs/new-job.js';
import { textsFor } from '../texts/texts-for.js';
import type { EventClaims } from './event-claims.js';
import { sayPrivately } from './say.js';

interface AcceptCommandDeps {
  readonly jobs: Pick<Jobs, 'accept'>;
  readonly claims: EventClaims;
  readonly clicks: Clicks;
  readonly chats: (platform: Platform) => ChatAdapter;
}

/** Hands commands over to the jobs. Whoever has too much under way, or is too fast, is told, and can give the same again. */
export class AcceptCommand {
  readonly #deps: AcceptCommandDeps;

  constructor(deps: AcceptCommandDeps) {
    this.#deps = deps;
  }

  /** Tells whether there is a new job now. `once`: id of an event that may be delivered again, whose person is told once. */
  async accept(job: NewChatJob, once?: string): Promise<boolean> {
    const { chats, claims, jobs } = this.#deps;
    const outcome = await jobs.accept(job);
    if (outcome === 'accepted' || outcome === 'duplicate') return outcome === 'accepted';
    if (once !== undefined && !(await claims.claim({ id: once, user: job.user }))) return false;
    await sayPrivately(chats(job.user.platform), job, await this.#overLimit(job, outcome));
    return false;
  }

  async #overLimit({ locale, parameters, recipe, user }: NewChatJob, over: OverLimit): Promise<Message> {
    const { commands } = textsFor(locale);
    const text =
      over.limit === 'pace' ? commands.tooFast(recipe.name, over.retryAfterMs) : commands.tooManyOpen(recipe.name);
    if (!('command' in recipe.trigger)) return textMessage(text);
    const [token = ''] = await this.#deps.clicks.issue(user, [
      { kind: 'command', command: recipe.trigger.command, parameters },
    ]);
    const blocks: readonly Block[] = [
      { kind: 'text', text },
      { kind: 'buttons', buttons: [{ kind: 'action', label: commands.tryAgain, token }] },
    ];
    return { fallback: plainText(text), blocks };
  }
}
