import type { Clock } from '../kernel/clock.port.js';
import type { OutgoingRequest } from '../kernel/http-client.port.js';
import type { DatapillData } from '../language/datapill.js';
import { isPlainPath } from '../language/plain-path.js';
import { valueAt } from '../language/shape.js';
import { evaluateTemplate } from '../language/template.js';
import type { Pagination } from './action.js';
import type { Answer } from './answer.js';
import { nextLink } from './next-link.js';

/** Bounds of one list: a person reads it in a chat. */
const MAX_ITEMS = 1_000;
const USUAL_ITEMS = 200;
const MAX_PAGES = 50;
const MAX_BYTES = 10 * 1024 * 1024;
/** Whole time for all pages, in ms; a page that has begun then is still read. */
const MAX_TIME_MS = 45_000;

/** How pages are asked for. */
export interface PageSource {
  /** What the pagination's own datapills see besides an answer. */
  readonly data: DatapillData;
  readonly clock: Clock;
  /** The action's request with these query parameters. */
  build(query: Readonly<Record<string, string>>): Promise<OutgoingRequest>;
  /** The same request at an address that the app named; undefined when it may not be called. */
  follow(request: OutgoingRequest, target: string): OutgoingRequest | undefined;
  ask(request: OutgoingRequest): Promise<{ readonly answer: Answer; readonly bytes: number }>;
}

export interface Pages {
  readonly items: readonly unknown[];
  /** True: the list may go on; a bound was reached, or the next page may not be called. */
  readonly truncated: boolean;
  /** The last answer. */
  readonly answer: Answer;
}

type NextPage = { readonly kind: 'end' | 'refused' } | { readonly kind: 'page'; readonly request: OutgoingRequest };

/** Reads page after page until the list ends or a bound is reached. Fails as the first page that fails. */
export async function collectPages(pagination: Pagination, source: PageSource): Promise<Pages> {
  const most = await itemLimit(pagination, source.data);
  const reader = new PageReader(pagination, source, Math.min(pagination.pageSize, most));
  const deadline = source.clock.now() + MAX_TIME_MS;
  const asked = new Set<string>();
  const items: unknown[] = [];
  let request = await source.build(reader.query());
  let size = 0;
  for (;;) {
    asked.add(request.url);
    const { answer, bytes } = await source.ask(request);
    size += bytes;
    const found = await readItems(pagination, answer);
    for (const item of found) items.push(item);
    const next = await reader.next(request, answer, { count: found.length, total: items.length });
    if (items.length > most) return { items: items.slice(0, most), truncated: true, answer };
    if (next.kind !== 'page') return { items, truncated: next.kind === 'refused', answer };
    const isOver = items.length >= most || asked.size >= MAX_PAGES || size >= MAX_BYTES;
    // The same address again would be a circle.
    if (isOver || source.clock.now() >= deadline || asked.has(next.request.url))
      return { items, truncated: true, answer };
    request = next.request;
  }
}

class PageReader {
  readonly #pagination: Pagination;
  readonly #source: PageSource;
  readonly #pageSize: number;
  #pages = 0;

  constructor(pagination: Pagination, source: PageSource, pageSize: number) {
    this.#pagination = pagination;
    this.#source = source;
    this.#pageSize = pageSize;
  }

  /** Query parameters of a page; without a `place` those of the first. */
  query(place?: string): Readonly<Record<string, string>> {
    const { limitParameter } = this.#pagination;
    return {
      ...(limitParameter === undefined ? {} : { [limitParameter]: String(this.#pageSize) }),
      ...(place === undefined || this.#pagination.kind === 'link' ? {} : { [this.#pagination.parameter]: place }),
    };
  }

  async next(
    request: OutgoingRequest,
    answer: Answer,
    { count, total }: { readonly count: number; readonly total: number },
  ): Promise<NextPage> {
    this.#pages += 1;
    const pagination = this.#pagination;
    switch (pagination.kind) {
      case 'cursor':
        return this.#at(scalar(await pagination.cursor.evaluate({ ...answer })));
      case 'link': {
        const target = pagination.next
          ? scalar(await pagination.next.evaluate({ ...answer }))
          : nextLink(answer.headers['link']);
        if (target === undefined) return { kind: 'end' };
        const followed = this.#source.follow(request, target);
        return followed ? { kind: 'page', request: followed } : { kind: 'refused' };
      }
      case 'offset':
        return this.#at((await this.#hasMore(answer, count, total)) ? String(total) : undefined);
      case 'page':
        return this.#at(
          (await this.#hasMore(answer, count, total)) ? String(pagination.first + this.#pages) : undefined,
        );
    }
  }

  async #at(place: string | undefined): Promise<NextPage> {
    if (place === undefined) return { kind: 'end' };
    return { kind: 'page', request: await this.#source.build(this.query(place)) };
  }

  /** By the app's total; else a page that is not full is the last, or an empty one where its size is the app's own. */
  async #hasMore(answer: Answer, count: number, read: number): Promise<boolean> {
    const pagination = this.#pagination;
    if (count === 0) return false;
    const told =
      'total' in pagination && pagination.total ? scalar(await pagination.total.evaluate({ ...answer })) : undefined;
    if (told !== undefined && Number.isFinite(Number(told))) return read < Number(told);
    return pagination.limitParameter === undefined || count >= this.#pageSize;
  }
}

async function itemLimit({ maxItems }: Pagination, data: DatapillData): Promise<number> {
  const value = Number((await evaluateTemplate(maxItems, data)) ?? USUAL_ITEMS);
  return Number.isFinite(value) ? Math.min(Math.max(1, Math.trunc(value)), MAX_ITEMS) : USUAL_ITEMS;
}

/** Lists are often larger than what an expression may give; where they are simply named they are taken as they are. */
async function readItems({ items }: Pagination, answer: Answer): Promise<readonly unknown[]> {
  const plain = isPlainPath(items.source) ? valueAt(answer, items.source.split('.')) : undefined;
  const found = Array.isArray(plain) ? plain : await items.evaluate({ ...answer });
  if (found === undefined || found === null) return [];
  return Array.isArray(found) ? found : [found];
}

function scalar(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
