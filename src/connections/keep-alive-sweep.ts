import type { ExpiringStore } from '../kernel/expiring-store.port.js';
import type { ConnectionOwner } from './connection.js';
import type { ConnectionStore } from './connection-store.port.js';
import type { KeepAlivePlan } from './idle-logins.js';
import type { KeepAliveList } from './keep-alive-list.port.js';
import { type KeepAlivePolicy, keepAlivePolicyOf, type ParentConnection } from './parent-connection.js';

const PAGE = 100;
/** Of the time after which tokens end unused: in this share of it, each connection is looked at once. */
const AGAIN_AFTER = 0.1;
const AGAIN_AT_MOST_MS = 7 * 86_400_000;

export interface KeepAliveSweepDeps {
  readonly store: Pick<ConnectionStore, 'owners'>;
  readonly list: Pick<KeepAliveList, 'schedule'>;
  /** Where it is noted which connections were gone over. */
  readonly marks: Pick<ExpiringStore, 'get' | 'put'>;
  readonly plan: (owner: ConnectionOwner, name: string, parent: ParentConnection) => Promise<KeepAlivePlan>;
  readonly parents: () => readonly ParentConnection[];
}

/**
 * Lists the logins that were written while they were not to be kept alive: before that was switched on, or by a process that
 * did not know of it. Goes over the connections of each name, page by page, when its setting is new and from time to time.
 */
export class KeepAliveSweep {
  readonly #deps: KeepAliveSweepDeps;
  /** Where it is. */
  #at: { readonly name: string; readonly after?: string } | undefined;

  constructor(deps: KeepAliveSweepDeps) {
    this.#deps = deps;
  }

  /** Goes over one page; false where there was none. Rejects with `store.unavailable`: the same page comes again. */
  async step(): Promise<boolean> {
    this.#at ??= await this.#next();
    if (this.#at === undefined) return false;
    const { after, name } = this.#at;
    const parent = this.#deps.parents().find((candidate) => candidate.name === name);
    const policy = keepAlivePolicyOf(parent);
    if (parent === undefined || policy === undefined) {
      this.#at = undefined;
      return true;
    }
    const page = await this.#deps.store.owners(name, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const owner of page.owners) await this.#list(owner, parent);
    if (page.next === undefined) await this.#note(name, policy);
    this.#at = page.next === undefined ? undefined : { name, after: page.next };
    return true;
  }

  async #next(): Promise<{ readonly name: string } | undefined> {
    for (const parent of this.#deps.parents()) {
      const policy = keepAlivePolicyOf(parent);
      if (policy === undefined) continue;
      const mark = await this.#deps.marks.get({ kind: 'keep-alive', id: parent.name });
      if (mark !== markOf(policy)) return { name: parent.name };
    }
    return undefined;
  }

  async #list(owner: ConnectionOwner, parent: ParentConnection): Promise<void> {
    const { name } = parent;
    const plan = await this.#deps.plan(owner, name, parent);
    if (plan.kind === 'left') await this.#deps.list.schedule({ owner, name, generation: plan.generation }, undefined);
    else await this.#deps.list.schedule({ owner, name, generation: plan.connection.generation }, plan.dueAt);
  }

  async #note(name: string, policy: KeepAlivePolicy): Promise<void> {
    const againAfterMs = Math.min(AGAIN_AT_MOST_MS, policy.idleMs * AGAIN_AFTER);
    await this.#deps.marks.put({ kind: 'keep-alive', id: name }, markOf(policy), againAfterMs);
  }
}

function markOf({ idleMs, maxUnusedMs }: KeepAlivePolicy): string {
  return `${idleMs}/${maxUnusedMs}`;
}
