import type { AuditEvent } from '../kernel/audit.port.js';
import { BehalfError, isBehalfError } from '../kernel/errors.js';
import { keyIdOf, type Vault } from '../kernel/vault.js';
import type { AuditAnchor, AuditPosition, AuditRecord, AuditState, AuditStore } from './audit-store.port.js';
import { BEGINNING, type Chain, createAuditKey, createChain, openAuditKey, sealAuditKey } from './chain.js';

const PAGE = 500;
/** Looks for the end of the log, where many processes write at the same time. */
const TRIES = 50;

/** Entries that are written at once, at most. */
export const AUDIT_BATCH = 500;

export interface AuditEntry {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly event: AuditEvent;
}

/** An entry that is ready to be written. The same object stands for the same entry, however often it is tried. */
export interface SealedEntry {
  readonly at: number;
  readonly sealed: Uint8Array;
}

/** An entry as it is read. `event` is absent where it cannot be opened. */
export interface AuditLine extends Omit<AuditRecord, 'sealed'> {
  readonly event?: AuditEvent;
}

export type AuditVerdict =
  /** `from`: where it begins; `head`: where it ends. */
  | { readonly kind: 'whole'; readonly from: AuditPosition; readonly head: AuditPosition }
  /** `number`: the first that does not fit. */
  | { readonly kind: 'broken'; readonly number: number; readonly why: 'missing' | 'changed' | 'beginning' | 'end' };

type Broken = Extract<AuditVerdict, { kind: 'broken' }>;

/** Batch whose writing ended with an error: it may be there all the same. */
interface InDoubt {
  readonly entries: readonly SealedEntry[];
  readonly after: AuditPosition;
  readonly firstHash: string;
}

/** A log that is written to, and where it ended when we last knew. */
interface OpenLog {
  readonly chain: Chain;
  head: AuditPosition;
}

/** The audit log: who did what. Each entry holds the hash of the one before, made with a key that the store does not have. */
export class AuditLog {
  readonly #store: AuditStore;
  readonly #vault: Vault;
  #open: OpenLog | undefined;
  #inDoubt: InDoubt | undefined;

  constructor(options: { readonly store: AuditStore; readonly vault: Vault }) {
    this.#store = options.store;
    this.#vault = options.vault;
  }

  /** Makes entries ready to be written. Rejects as {@link append} does. */
  async seal(entries: readonly AuditEntry[]): Promise<readonly SealedEntry[]> {
    const { vault } = (await this.#begin()).chain;
    return entries.map(({ at, event }) => ({ at, sealed: vault.sealJson('audit', [], event) }));
  }

  /**
   * Adds up to {@link AUDIT_BATCH} entries. Rejects with `store.unavailable`, or `store.corrupt` where the keyring does not open
   * the log; the same entries may then be given again, with others behind them, and are there once.
   */
  async append(entries: readonly SealedEntry[]): Promise<void> {
    const rest = await this.#notArrived(entries);
    for (let attempt = 0; rest.length > 0; attempt += 1) {
      if (attempt === TRIES)
        throw new BehalfError('store.unavailable', 'The audit log grows faster than can be written');
      const open = await this.#begin();
      const records = linked(open.chain, open.head, rest);
      this.#inDoubt = { entries: rest, after: open.head, firstHash: records[0]?.hash ?? '' };
      const end = await this.#store.append(records, open.head);
      this.#inDoubt = undefined;
      if (end === undefined) {
        open.head = records.at(-1) ?? open.head;
        return;
      }
      // Shorter than it was: a store that was put back, or begun anew with another key.
      if (end.number < open.head.number) this.#open = undefined;
      else open.head = end;
    }
  }

  /** The entries in order, those of a time from `from` to before `to` (ms since the epoch). */
  async *read(range: { readonly from?: number; readonly to?: number } = {}): AsyncGenerator<AuditLine> {
    const state = await this.#store.state();
    if (!state) return;
    const chain = this.#chainOf(state);
    for await (const { sealed, ...place } of this.#records(state.anchor?.number ?? 0)) {
      if (place.at < (range.from ?? 0) || place.at >= (range.to ?? Number.POSITIVE_INFINITY)) continue;
      const event = openEvent(chain, sealed);
      yield { ...place, ...(event ? { event } : {}) };
    }
  }

  /** Looks at every entry. `known`: where the log ended at an earlier time, as it was noted elsewhere. */
  async verify(known?: AuditPosition): Promise<AuditVerdict> {
    const state = await this.#store.state();
    if (!state) return known ? broken(1, 'end') : { kind: 'whole', from: BEGINNING, head: BEGINNING };
    const chain = this.#chainOf(state);
    const { anchor } = state;
    if (anchor && !chain.isOurs(anchor)) return broken(anchor.number + 1, 'beginning');
    const from = anchor ?? BEGINNING;
    if (known?.number === from.number && known.hash !== from.hash) return broken(known.number, 'changed');
    let last: AuditPosition = from;
    for await (const record of this.#records(last.number)) {
      // What was forgotten while we read is no gap.
      if (record.number !== last.number + 1) last = (await this.#forgottenTo(chain, last)) ?? last;
      const misfit = misfitOf(chain, last, record);
      if (misfit) return misfit;
      if (record.number === known?.number && record.hash !== known.hash) return broken(record.number, 'changed');
      last = record;
    }
    return this.#endOf({ from, last, ...(known ? { known } : {}) });
  }

  /** Forgets the oldest entries that are older than `before` (ms since the epoch); gives their number. Stops at one that does not fit. */
  async forget(before: number): Promise<number> {
    const state = await this.#store.state();
    if (!state) return 0;
    const chain = this.#chainOf(state);
    const start: AuditPosition = state.anchor ?? BEGINNING;
    let [last, kept] = [start, start];
    for await (const record of this.#records(start.number)) {
      if (record.at >= before) break;
      const misfit = misfitOf(chain, last, record);
      if (misfit) throw new BehalfError('store.corrupt', `The audit log does not fit at number ${misfit.number}`);
      last = record;
      if (last.number - kept.number >= PAGE) kept = await this.#cut(chain, last);
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

  /** A write that seemed to fail may have been done: all of it, or nothing. */
  async #notArrived(entries: readonly SealedEntry[]): Promise<readonly SealedEntry[]> {
    const doubt = this.#inDoubt;
    if (!doubt || doubt.entries[0] !== entries[0]) return entries;
    const [first] = await this.#store.read(doubt.after.number, 1);
    this.#inDoubt = undefined;
    this.#open = undefined;
    return first?.hash === doubt.firstHash ? entries.slice(doubt.entries.length) : entries;
  }

  async *#records(after: number): AsyncGenerator<AuditRecord> {
    let last = after;
    for (;;) {
      const page = await this.#store.read(last, PAGE);
      yield* page;
      last = page.at(-1)?.number ?? last;
      if (page.length < PAGE) return;
    }
  }

  async #forgottenTo(chain: Chain, last: AuditPosition): Promise<AuditAnchor | undefined> {
    const anchor = (await this.#store.state())?.anchor;
    return anchor && anchor.number > last.number && chain.isOurs(anchor) ? anchor : undefined;
  }

  /** More may have been written since: only an end before the last entry, or one without its entry, is wrong. */
  async #endOf(seen: {
    readonly from: AuditPosition;
    readonly last: AuditPosition;
    readonly known?: AuditPosition;
  }): Promise<AuditVerdict> {
    const { from, known, last } = seen;
    const { head } = (await this.#store.state()) ?? { head: BEGINNING };
    const [next] = head.number > last.number ? await this.#store.read(last.number, 1) : [];
    if (head.number > last.number && next?.number !== last.number + 1) return broken(last.number + 1, 'end');
    if (head.number < last.number) return broken(head.number + 1, 'end');
    if (head.number === last.number && head.hash !== last.hash) return broken(last.number, 'end');
    if (known && known.number > last.number) return broken(last.number + 1, 'end');
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

function linked(chain: Chain, head: AuditPosition, entries: readonly SealedEntry[]): readonly AuditRecord[] {
  const records: AuditRecord[] = [];
  for (const entry of entries) records.push(chain.link(records.at(-1) ?? head, entry));
  return records;
}

function misfitOf(chain: Chain, last: AuditPosition, record: AuditRecord): Broken | undefined {
  if (record.number !== last.number + 1) return broken(last.number + 1, 'missing');
  const fits = record.previous === last.hash && record.hash === chain.hashOf(record);
  return fits ? undefined : broken(record.number, 'changed');
}

function broken(number: number, why: Broken['why']): Broken {
  return { kind: 'broken', number, why };
}

function openEvent(chain: Chain, sealed: Uint8Array): AuditEvent | undefined {
  try {
    return chain.vault.openJson('audit', [], sealed) as AuditEvent;
  } catch (error) {
    if (isBehalfError(error, 'store.corrupt')) return undefined;
    throw error;
  }
}
