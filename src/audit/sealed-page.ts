import type { AuditEvent } from '../kernel/audit.port.js';
import { isBehalfError } from '../kernel/errors.js';
import type { AuditPage, AuditPosition } from './audit-store.port.js';
import type { Chain } from './chain.js';
import { type AuditEntry, decodePage, encodePage } from './page-content.js';

/** A page that is ready to be written. The same object stands for the same page, however often it is tried. */
export type SealedPage = Omit<AuditPage, keyof AuditPosition>;

/** An entry as it is read. */
export interface AuditLine extends AuditPosition {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Hash of the page before its own. */
  readonly previous: string;
  /** Absent where the page cannot be opened. */
  readonly event?: AuditEvent | undefined;
}

/** Entries of one page, at most. */
export const PAGE_ENTRIES = 500;

/** Part of what pages are sealed with: what was sealed before there were pages never opens as one. */
const PAGE = ['page'];

export function sealPage({ vault }: Chain, entries: readonly AuditEntry[]): SealedPage {
  return {
    at: entries.reduce((newest, { at }) => Math.max(newest, at), 0),
    count: entries.length,
    form: 'lines',
    sealed: vault.seal('audit', PAGE, encodePage(entries)),
  };
}

/** The entries of a page, each with its own number; `previous`: hash of the page before. */
export function linesOf(chain: Chain, page: AuditPage, previous: string): readonly AuditLine[] {
  const { hash, number } = page;
  const entries = entriesOf(chain, page) ?? unreadable(page);
  const before = number - entries.length;
  return entries.map(({ at, event }, index) => ({ number: before + index + 1, at, previous, hash, event }));
}

type ReadEntry = Pick<AuditLine, 'at' | 'event'>;

function unreadable({ at, count }: AuditPage): readonly ReadEntry[] {
  // How many there are is only what the store says.
  return Array.from({ length: Math.min(count, PAGE_ENTRIES) }, () => ({ at }));
}

function entriesOf({ vault }: Chain, { at, form, sealed }: AuditPage): readonly ReadEntry[] | undefined {
  try {
    if (form === 'json') return [{ at, event: vault.openJson('audit', [], sealed) as AuditEvent }];
    return decodePage(vault.open('audit', PAGE, sealed));
  } catch (error) {
    if (isBehalfError(error, 'store.corrupt')) return undefined;
    throw error;
  }
}
