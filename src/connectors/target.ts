/** A path as the URL parser leaves it (WHATWG URL): nothing to encode, and no segment that may be a `.`. */
const PLAIN = /^(?:\/(?!\.|%2e)[\w!$&()*+,.:;=@~%-]*)+$/i;

/**
 * Where a request goes: below a base. A text for as long as nothing but a plain path is put into it, because parsing it costs as
 * much as all the rest of building a request.
 */
export class Target {
  readonly #text: string;
  #url: URL | undefined;

  private constructor(text: string, url?: URL) {
    this.#text = text;
    this.#url = url;
  }

  static of(url: URL): Target {
    return new Target('', url);
  }

  /** `prefix`: the base, as the parser writes it and without a `/` at its end. */
  static below(prefix: string, path: string): Target {
    if (PLAIN.test(path)) return new Target(`${prefix}${path}`);
    const url = new URL(prefix);
    // Set, so that what stands in it stays in the path.
    url.pathname = `${url.pathname.replace(/\/$/u, '')}${path}`;
    return new Target('', url);
  }

  /** To be changed. */
  get url(): URL {
    this.#url ??= new URL(this.#text);
    return this.#url;
  }

  get href(): string {
    return this.#url?.href ?? this.#text;
  }

  /** True while it has not left the base, and has no fragment. */
  isBelow(prefix: string): boolean {
    const { href } = this;
    return href.startsWith(`${prefix}/`) && !href.includes('#');
  }
}
