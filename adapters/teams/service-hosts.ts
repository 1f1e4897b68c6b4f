import { LRUCache } from 'lru-cache';

/** Microsoft names a handful of them per region. */
const KEPT = 50;
/** What is longer is read each time it comes. */
const LONGEST_KEPT = 500;

/** Tells which service URLs the bot may send its token to. */
export class ServiceHosts {
  readonly #hosts: ReadonlySet<string>;
  /** Of what came lately: every activity names one, and every answer goes to one. */
  readonly #known = new LRUCache<string, boolean>({ max: KEPT });

  constructor(hosts: readonly string[]) {
    this.#hosts = new Set(hosts.map((host) => host.toLowerCase()));
  }

  /**
   * True for https at exactly one of the hosts, without user info; http only where the host is a loopback one.
   * Never by suffix: anybody can register a name under `trafficmanager.net`.
   */
  allows(serviceUrl: string): boolean {
    const known = this.#known.get(serviceUrl);
    if (known !== undefined) return known;
    const allowed = this.#read(serviceUrl);
    if (serviceUrl.length <= LONGEST_KEPT) this.#known.set(serviceUrl, allowed);
    return allowed;
  }

  #read(serviceUrl: string): boolean {
    const url = URL.canParse(serviceUrl) ? new URL(serviceUrl) : undefined;
    if (!url || !this.#hosts.has(url.host)) return false;
    if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return false;
    return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
