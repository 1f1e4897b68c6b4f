import { BehalfError } from '../kernel/errors.js';
import { keyIdOf, type Vault } from '../kernel/vault.js';
import type { AuditAnchor, AuditPage, AuditPosition, AuditState, AuditStore } from './audit-store.port.js';
import { BEGINNING, type Chain, createAuditKey, createChain, openAuditKey, sealAuditKey } from './chain.js';
import type { AuditEntry } from './page-content.js';
import { type AuditLine, linesOf, type SealedPage, sealPage } from './sealed-page.js';

/** Pages that are read at once; so many in a row say what time it is: a clock that is far off for a while writes fewer. */
const PORTION = 100;
/** Looks for the end of the log, where many processes write at the same time. */
const TRIES = 50;

/**
 * Pages stand in the order of their writing, not of their times: clocks differ, and while the store is away pages wait. Times go
 * back by less than this.
 */
const DISORDER_MS = 24 * 3_600_000;

/** Milliseconds since the epoch. */
interface TimeRange {
  readonly from?: number;
  readonly to?: number;
}

export type AuditVerdict =
  /** There has never been an entry, or all is gone: nothing is proven. */
  | { readonly kind: 'empty' }
  /** `from`: where it begins; `head`: where it ends. */
  | { readonly kind: 'whole'; readonly from: AuditPosition; readonly head: AuditPosition }
  /** `number`: the first that does not fit. */
  | { readonly kind: 'broken'; readonly number: number; readonly why: 'missing' | 'changed' | 'beginning' | 'end' };

type Broken = Extract<AuditVerdict, { kind: 'broken' }>;

/** Page whose writing ended with an error: it may be there all the same. */
interface InDoubt {
  readonly page: SealedPage;
  readonly after: AuditPosition;
  readonly hash: string;
}

/** A log that is written to, and where it ended when we last knew. */
interface OpenLog {
  readonly chain: Chain;
  head: AuditPosition;
}

/**
 * The audit log: who did what. What is written together is one page: sealed once, with a hash over it and the hash of the page
 * before, made with a key that the store does not have. Entries are numbered one by one.
 */
export class AuditLog {
  readonly #store: AuditStore;
  readonly #vault: Vault;
  #open: OpenLog | undefined;
  #inDoubt: InDoubt | undefined;

  constructor(options: { readonly store: AuditStore; readonly vault: Vault }) {
    this.#store = options.store;
    this.#vault = options.vault;
  }

  /** Makes a page of 1 to `PAGE_ENTRIES` entries. Rejects as {@link append} does. */
  async seal(entries: readonly AuditEntry[]): Promise<SealedPage> {
    return sealPage((await this.#begin()).chain, entries);
  }

  /**
   * Adds a page. Rejects with `store.unavailable`, or `store.corrupt` where the keyring does not open the log; the same page may
   * then be given again, and is there once.
   */
  async append(page: SealedPage): Promise<void> {
    if (await this.#hasArrived(page)) return;
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const open = await this.#begin();
      const next = open.chain.link(open.head, page);
      this.#inDoubt = { page, after: open.head, hash: next.hash };
      const end = await this.#store.append([next], open.head);
      this.#inDoubt = undefined;
      if (end === undefined) {
        open.head = { number: next.number, hash: next.hash };
        return;
      }
      // Shorter than it was: a store that was put back, or begun anew with another key.
      if (end.number < open.head.number) this.#open = undefined;
      else open.head = end;
    }
    throw new BehalfError('store.unavailable', 'The audit log grows faster than can be written');
  }

  /** The entries in order, those of a time from `from` to before `to` (ms since the epoch). */
  async *read({ from = 0, to = Number.POSITIVE_INFINITY }: TimeRange = {}): AsyncGenerator<AuditLine> {
    const state = await this.#store.state();
    if (!state) return;
    const chain = this.#chainOf(state);
    let last = await this.#before(from - DISORDER_MS, state);
    let later = 0;
    for await (const page of this.#pages(last.number)) {
      later = page.at >= to + DISORDER_MS ? later + 1 : 0;
      if (later === PORTION) return;
      // A page has the time of its newest entry.
      const lines = page.at < from ? [] : linesOf(chain, page, last.hash);
      for (const line of lines) if (line.at >= from && line.at < to) yield line;
      last = page;
    }
  }

  /** A place with nothing before it that is newer than `at`, found by halves. */
  async #before(at: number, { anchor, head }: AuditState): Promise<AuditPosition> {
    let last: AuditPosition = anchor ?? BEGINNING;
    let end = head.number;
    while (end - last.number > PORTION) {
      const middle = Math.floor((last.number + end) / 2);
      const pages = await this.#store.read(middle, PORTION);
      const newest = pages.at(-1);
      if (newest && pages.every((page) => page.at < at)) last = newest;
      else end = middle;
    }
    return last;
  }

  /** Looks at every page. `known`: where the log ended at an earlier time, as it was noted elsewhere. */
  async verify(known?: AuditPosition): Promise<AuditVerdict> {
    const state = await this.#store.state();
    if (!state) return known ? broken(1, 'end') : { kind: 'empty' };
    const chain = this.#chainOf(state);
    const { anchor } = state;
    if (anchor && !chain.isOurs(anchor)) return broken(anchor.number + 1, 'beginning');
    const from = anchor ?? BEGINNING;
    if (known?.number === from.number && known.hash !== from.hash) return broken(known.number, 'changed');
    let last: AuditPosition = from;
    for await (const page of this.#pages(last.number)) {
      // What was forgotten while we read is no gap.
      if (firstOf(page) !== last.number + 1) last = (await this.#forgottenTo(chain, last)) ?? last;
      const misfit = misfitOf(chain, last, page);
      if (misfit) return misfit;
      const isKnown = known && known.number > last.number && known.number <= page.number;
      if (isKnown && page.hash !== known.hash) return broken(known.number, 'changed');
      last = page;
    }
    return this.#endOf({ from, last, ...(known ? { known } : {}) });
  }

  /**
   * Forgets the oldest pages whose entries are all older than `before` (ms since the epoch); gives the number of entries. Stops
   * at one that does not fit.
   */
  async forget(before: number): Promise<number> {
    const state = await this.#store.state();
    if (!state) return 0;
    const chain = this.#chainOf(state);
    const start: AuditPosition = state.anchor ?? BEGINNING;
    let [last, kept, pages] = [start, start, 0];
    for await (const page of this.#pages(start.number)) {
      if (page.at >= before) break;
      const misfit = misfitOf(chain, last, page);
      if (misfit) throw new BehalfError('store.corrupt', `The audit log does not fit at number ${misfit.number}`);
      last = page;
      pages += 1;
      if (pages % PORTION === 0) kept = await this.#cut(chain, last);
    }
    if (last.number > kept.number) await this.#cut(chain, last);
    return last.number - start.number;
  }

  /** Seals the log's key with the first key of the keyring; false when it is already. */
  async rotateKey(): Promise<boolean> {
    for (;;) {
      const state = await this.#store.state();
      if (!state || !this.#vault.needsRotation(state.key)) return false;
      const key = openAuditKey(this.#vault, state.key);
      if (await this.#store.replaceKey(state.key, sealAuditKey(this.#vault, key))) return true;
    }
  }

  /** Id of the key that the log's own key is sealed with; undefined where the log has not begun. */
  async keyId(): Promise<string | undefined> {
    const state = await this.#store.state();
    return state && keyIdOf(state.key);
  }

  /** Where the log ends, to be noted elsewhere. */
  async head(): Promise<AuditPosition> {
    const { hash, number } = (await this.#store.state())?.head ?? BEGINNING;
    return { number, hash };
  }

  async #begin(): Promise<OpenLog> {
    if (this.#open) return this.#open;
    const state =
      (await this.#store.state()) ?? (await this.#store.begin({ key: sealAuditKey(this.#vault, createAuditKey()) }));
    this.#open = { chain: this.#chainOf(state), head: state.head };
    return this.#open;
  }

  #chainOf(state: AuditState): Chain {
    return createChain(openAuditKey(this.#vault, state.key));
  }

  /** A write that seemed to fail may have been done. */
  async #hasArrived(page: SealedPage): Promise<boolean> {
    const doubt = this.#inDoubt;
    if (doubt?.page !== page) return false;
    const [next] = await this.#store.read(doubt.after.number, 1);
    this.#inDoubt = undefined;
    this.#open = undefined;
    return next?.hash === doubt.hash;
  }

  async *#pages(after: number): AsyncGenerator<AuditPage> {
    let last = after;
    for (;;) {
      const portion = await this.#store.read(last, PORTION);
      yield* portion;
      last = portion.at(-1)?.number ?? last;
      if (portion.length < PORTION) return;
    }
  }

  async #forgottenTo(chain: Chain, last: AuditPosition): Promise<AuditAnchor | undefined> {
    const anchor = (await this.#store.state())?.anchor;
    return anchor && anchor.number > last.number && chain.isOurs(anchor) ? anchor : undefined;
  }

  /** More may have been written since: only an end before the last page, or one without its page, is wrong. */
  async #endOf(seen: {
    readonly from: AuditPosition;
    readonly last: AuditPosition;
    readonly known?: AuditPosition;
  }): Promise<AuditVerdict> {
    const { from, known, last } = seen;
    const { head } = (await this.#store.state()) ?? { head: BEGINNING };
    const [next] = head.number > last.number ? await this.#store.read(last.number, 1) : [];
    if (head.number > last.number && (!next || firstOf(next) !== last.number + 1))
      return broken(last.number + 1, 'end');
    if (head.number < last.number) return broken(head.number + 1, 'end');
    if (head.number === last.number && head.hash !== last.hash) return broken(last.number, 'end');
    if (known && known.number > last.number) return broken(last.number + 1, 'end');
    if (last.number === BEGINNING.number) return { kind: 'empty' };
    return {
      kind: 'whole',
      from: { number: from.number, hash: from.hash },
      head: { number: last.number, hash: last.hash },
    };
  }

  async #cut(chain: Chain, position: AuditPosition): Promise<AuditPosition> {
    await this.#store.forget(chain.anchorAt(position));
    return position;
  }
}

function firstOf({ count, number }: AuditPage): number {
  return number - count + 1;
}

/** What does not fit is named by the first number behind the page before. */
function misfitOf(chain: Chain, last: AuditPosition, page: AuditPage): Broken | undefined {
  const number = last.number + 1;
  if (firstOf(page) > number) return broken(number, 'missing');
  return page.hash === chain.hashOf(page, last.hash) && firstOf(page) === number
    ? undefined
    : broken(number, 'changed');
}

function broken(number: number, why: Broken['why']): Broken {
  return { kind: 'broken', number, why };
}
