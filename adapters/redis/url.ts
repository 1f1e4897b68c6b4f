import { BehalfError } from '../../src/kernel/errors.js';

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

interface RedisAccess {
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
}

/** Where Redis is, out of `REDIS_URL`. */
export type RedisTarget = RedisAccess &
  (
    | { readonly kind: 'single'; readonly address: RedisAddress; readonly db: number }
    | {
        readonly kind: 'sentinel';
        readonly sentinels: readonly RedisAddress[];
        readonly name: string;
        readonly db: number;
      }
    | { readonly kind: 'cluster'; readonly nodes: readonly RedisAddress[] }
  );

const FORMS =
  'redis[s]://[user:password@]host[:port][/db], redis[s]+sentinel://host[:port],host[:port]/name[/db] or redis[s]+cluster://host[:port],host[:port]';
const SHAPE =
  /^(?<scheme>rediss?)(?:\+(?<mode>sentinel|cluster))?:\/\/(?:(?<user>[^@/?#]*)@)?(?<hosts>[^@/?#]+)(?:\/(?<path>[^@?#]*))?$/;

/**
 * Reads a Redis URL: one server (scheme registered at IANA as `redis`), several Sentinels with the master's name, or
 * nodes of a Cluster; `rediss` is TLS. Anything else is `config.invalid`. The message never repeats the URL: it may hold a password.
 */
export function parseRedisUrl(url: string): RedisTarget {
  const parts = SHAPE.exec(url)?.groups;
  if (!parts) throw invalid(`it must look like ${FORMS}; special characters in a password are written as %XX`);
  const access = readAccess(parts['scheme'] === 'rediss', parts['user']);
  const path = (parts['path'] ?? '').split('/').filter((part) => part !== '');
  const hosts = (parts['hosts'] ?? '').split(',');
  if (parts['mode'] === 'cluster') {
    if (path.length > 0) throw invalid('a Cluster has no database number');
    return { kind: 'cluster', ...access, nodes: hosts.map((host) => readAddress(host, 6379)) };
  }
  if (parts['mode'] === 'sentinel') {
    const [name, db, ...rest] = path;
    if (name === undefined || rest.length > 0) throw invalid("Sentinel needs the master's name: …/name or …/name/db");
    const sentinels = hosts.map((host) => readAddress(host, 26379));
    return { kind: 'sentinel', ...access, sentinels, name: decode(name), db: readDatabase(db) };
  }
  const [host, ...others] = hosts;
  if (host === undefined || others.length > 0) {
    throw invalid('several hosts need redis+sentinel:// or redis+cluster://');
  }
  if (path.length > 1) throw invalid('after the host there may be only a database number');
  return { kind: 'single', ...access, address: readAddress(host, 6379), db: readDatabase(path[0]) };
}

function readAccess(tls: boolean, userInfo: string | undefined): RedisAccess {
  if (userInfo === undefined || userInfo === '') return { tls };
  const colon = userInfo.indexOf(':');
  if (colon < 0) throw invalid('the part before @ must be user:password or :password');
  const username = decode(userInfo.slice(0, colon));
  const password = decode(userInfo.slice(colon + 1));
  return { tls, ...(username === '' ? {} : { username }), ...(password === '' ? {} : { password }) };
}

function readAddress(text: string, defaultPort: number): RedisAddress {
  const parts = /^(?:\[(?<six>[0-9a-fA-F:.]+)\]|(?<name>[A-Za-z0-9._-]+))(?::(?<port>\d{1,5}))?$/.exec(text)?.groups;
  const host = parts?.['six'] ?? parts?.['name'];
  if (host === undefined) throw invalid('a host is missing or has characters that no host name has');
  const port = parts?.['port'] === undefined ? defaultPort : Number(parts['port']);
  if (port < 1 || port > 65_535) throw invalid('a port must be between 1 and 65535');
  return { host, port };
}

function readDatabase(text: string | undefined): number {
  if (text === undefined) return 0;
  if (!/^\d{1,5}$/.test(text)) throw invalid('the database must be a number, as in redis://host:6379/0');
  return Number(text);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid('% must be followed by two hexadecimal digits');
  }
}

function invalid(reason: string): BehalfError {
  return new BehalfError('config.invalid', `REDIS_URL cannot be read: ${reason}`);
}
