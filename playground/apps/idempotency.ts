import type { ApiCall } from './app-definition.js';
import { failure, type Reply } from './http.js';

/**
 * Answers of calls that carried an `Idempotency-Key`, for each principal: the same call again gets the same answer
 * and changes nothing; the same key with another body is refused.
 */
export class IdempotentReplies {
  readonly #replies = new Map<string, { readonly body: string; readonly reply: Reply }>();

  reset(): void {
    this.#replies.clear();
  }

  once(call: ApiCall, scope: string, work: () => Reply): Reply {
    if (call.idempotencyKey === undefined) return work();
    const key = JSON.stringify([scope, call.principal.id, call.idempotencyKey]);
    const body = JSON.stringify(call.body);
    const known = this.#replies.get(key);
    if (known && known.body !== body) {
      return failure(422, 'idempotency_key_reused', 'This Idempotency-Key was used for another request');
    }
    if (known) return { ...known.reply, headers: { ...known.reply.headers, 'idempotent-replayed': 'true' } };
    const reply = work();
    if (reply.status < 300) this.#replies.set(key, { body, reply });
    return reply;
  }
}
