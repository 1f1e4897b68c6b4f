import { wordsOf } from '../chat/message-words.js';
import type { RenderedReply } from '../recipes/render-reply.js';
import type { Delivery } from './deliver-reply.js';
import type { HeldJob } from './held-job.js';
import type { CollectedReply } from './job.js';
import type { JobVoice } from './job-voice.js';
import { noPerson } from './no-person.js';

/** Replies that are kept for a program; the first ones, so that a loop cannot push out what came before it. */
const MAX_REPLIES = 50;
/** Longest text of one, in characters. */
const MAX_REPLY_LENGTH = 4_000;

/** Keeps what is said with the job, as plain text. Whatever needs a person fails with `connection.no_person`. */
export function collectingVoice(held: HeldJob): JobVoice {
  return {
    isWaitedFor: false,
    async profile() {
      throw noPerson('The recipe reads who the person is');
    },
    async say(reply, delivery) {
      const replaced = delivery.replaces?.message;
      const path = replaced?.platform === 'api' ? replaced.address.reply : delivery.path;
      held.note({ replies: withReply(held.state.replies ?? [], toCollected(path, reply)) });
      return { message: { platform: 'api', address: { reply: path } }, promptReplaced: false };
    },
    async ask() {
      throw noPerson('The recipe asks a question');
    },
    async closeAsk() {},
    async askForLogins() {
      throw noPerson('The recipe needs a login');
    },
    notice: async () => undefined,
    // It stands in the job's result.
    async lastWord() {},
    whileAtWork: (work) => work(),
  };
}

function toCollected(path: Delivery['path'], { blocks }: RenderedReply): CollectedReply {
  const text = wordsOf(blocks);
  return { path, text: text.length > MAX_REPLY_LENGTH ? `${text.slice(0, MAX_REPLY_LENGTH - 1)}…` : text };
}

/** What has the same path stands in the same place. */
function withReply(replies: readonly CollectedReply[], reply: CollectedReply): readonly CollectedReply[] {
  if (replies.some(({ path }) => path === reply.path))
    return replies.map((earlier) => (earlier.path === reply.path ? reply : earlier));
  return replies.length < MAX_REPLIES ? [...replies, reply] : replies;
}
