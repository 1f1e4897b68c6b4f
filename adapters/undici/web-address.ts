import { LRUCache } from 'lru-cache';
import { BehalfError } from '../../src/kernel/errors.js';

/** An http(s) address as requests need it. */
export interface WebAddress {
  readonly origin: string;
  /** With its port, if that is not the usual one. */
  readonly host: string;
  /** With the query. */
  readonly path: string;
}

/** Origins that are remembered at once. */
const KEPT = 1_000;
/** Path and query as the URL parser leaves them (WHATWG URL): nothing to encode, no segment that may be a `.`, no empty query. */
const PLAIN = /^(?:\/(?!\.|%2e)[\w!$&()*+,.:;=@~%-]*)+(?:\?[\w!$&()*+,./:;=@~%?-]+)?$/i;

/** Reads addresses. An origin is parsed once: nearly all calls go to a few of them, and parsing costs as much as half of a call. */
export class WebAddresses {
  /** The host of each, as the parser writes both. */
  readonly #origins = new LRUCache<string, string>({ max: KEPT });

  /** @throws BehalfError `egress.refused` for what is no http(s) address, or has credentials in it */
  read(text: string): WebAddress {
    // Behind the two slashes of either scheme: a host has one character at least.
    const end = text.indexOf('/', 'https://'.length);
    const origin = text.slice(0, end);
    const path = text.slice(end);
    const host = this.#origins.get(origin);
    return host !== undefined && PLAIN.test(path) ? { origin, host, path } : this.#parse(text);
  }

  #parse(text: string): WebAddress {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
    if (!url || !isWeb || url.username !== '' || url.password !== '') {
      throw new BehalfError('egress.refused', 'The address is no http(s) address, or has credentials in it', {
        details: { reason: 'address' },
      });
    }
    const { host, origin, pathname, search } = url;
    this.#origins.set(origin, host);
    return { origin, host, path: `${pathname}${search}` };
  }
}
