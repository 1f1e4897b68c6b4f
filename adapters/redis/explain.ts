import type { Finding } from '../../src/doctor/examination.port.js';
import { CLOSED_AT_ONCE, NO_TLS, TIMED_OUT } from './probe.js';
import { NO_DATABASE } from './reason.js';
import type { RedisTarget } from './url.js';

type Explanation = Required<Pick<Finding, 'says' | 'fix'>>;

const ABSENT: readonly string[] = ['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME'];
const SILENT: readonly string[] = [TIMED_OUT, 'timed out', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN'];
const CUT_OFF: readonly string[] = [CLOSED_AT_ONCE, 'ECONNRESET', 'EPIPE', 'connection lost'];
const FULL: readonly string[] = ['OOM', 'MISCONF', 'READONLY', 'NOREPLICAS'];
const NO_TRUST = /CERT|^UNABLE_TO_(?:VERIFY|GET)/;

/** What the kind of an error means for `where` (`host:port`), and what to do; undefined: nothing more than its name is known. */
export function explain(reason: string, where: string, target: RedisTarget): Explanation | undefined {
  return (
    explainAccess(reason, where, target) ?? explainWay(reason, where, target) ?? explainServer(reason, where, target)
  );
}

function explainAccess(reason: string, where: string, { kind, password }: RedisTarget): Explanation | undefined {
  switch (reason) {
    case 'WRONGPASS':
      return {
        says: `${where} refuses the user or the password in REDIS_URL`,
        fix: 'Compare both with those of Redis (ACL LIST, requirepass); special characters are written as %XX.',
      };
    case 'NOAUTH':
      if (kind === 'sentinel' && password !== undefined)
        return {
          says: `${where} wants a password of its own`,
          fix: 'Let the Sentinels answer without one: the password in REDIS_URL is for the server that they name.',
        };
      return {
        says: `${where} wants a password, and REDIS_URL has none`,
        fix: 'Put it before the host: :password@host, or user:password@host.',
      };
    case 'NOPERM':
      return {
        says: `${where} does not let the user in REDIS_URL do what the service needs`,
        fix: 'Give the user the rights that docs/operations.md, "Redis", lists.',
      };
    case NO_DATABASE:
      return {
        says: `${where} has no database of the number in REDIS_URL, or does not let its user select it`,
        fix: 'Take a number below "databases" in redis.conf (16 by default: 0 to 15), or a Redis of its own.',
      };
    default:
      return undefined;
  }
}

function explainWay(reason: string, where: string, { tls }: RedisTarget): Explanation | undefined {
  if (ABSENT.includes(reason))
    return {
      says: `the name of ${where} is not known (${reason})`,
      fix: 'Correct the host in REDIS_URL, or the DNS of this machine.',
    };
  if (reason === 'ECONNREFUSED')
    return {
      says: `nothing listens at ${where}`,
      fix: 'Start Redis there, let it listen on that address (bind), or correct host and port in REDIS_URL.',
    };
  if (tls && NO_TRUST.test(reason))
    return {
      says: `the certificate of ${where} is not trusted (${reason})`,
      fix: 'Name the file of its authority in REDIS_TLS_CA_FILE; the host in REDIS_URL must stand in the certificate.',
    };
  if (tls && (reason === NO_TLS || CUT_OFF.includes(reason) || /^(?:ERR_SSL|EPROTO)/.test(reason)))
    return {
      says: `${where} does not speak TLS`,
      fix: 'Name the port for TLS, or begin REDIS_URL with redis instead of rediss.',
    };
  if (CUT_OFF.includes(reason))
    return {
      says: `${where} ends the connection without an answer`,
      fix: 'It probably wants TLS: begin REDIS_URL with rediss instead of redis. Else look at a proxy in between.',
    };
  if (SILENT.includes(reason))
    return {
      says: `${where} does not answer (${reason})`,
      fix: 'Look at the network and the firewall between this machine and there, and at host and port in REDIS_URL.',
    };
  return undefined;
}

function explainServer(reason: string, where: string, { kind }: RedisTarget): Explanation | undefined {
  if (FULL.includes(reason))
    return {
      says: `${where} takes no write (${reason})`,
      fix: 'Look at its memory, its disk and its replicas; docs/runbook.md says more.',
    };
  if (reason === 'DENIED')
    return {
      says: `${where} answers nobody from another machine while it has no password (protected mode)`,
      fix: 'Give Redis a user with a password: docs/operations.md, "Redis", has one.',
    };
  if (reason === 'MOVED' || reason === 'CLUSTERDOWN')
    return kind === 'cluster'
      ? { says: `the Cluster of ${where} does not serve all slots`, fix: 'Look at CLUSTER INFO, and at its masters.' }
      : { says: `${where} is a node of a Cluster`, fix: 'Begin REDIS_URL with redis+cluster or rediss+cluster.' };
  if (kind === 'cluster' && reason === 'ERR')
    return { says: `${where} is not a node of a Cluster`, fix: 'Begin REDIS_URL with redis or rediss alone.' };
  if (kind === 'sentinel' && reason === 'ERR')
    return { says: `${where} is not a Sentinel`, fix: 'Name the ports of the Sentinels, 26379 by default.' };
  if (kind === 'sentinel' && reason === 'connection failed')
    return {
      says: `${where} names no master that can be reached`,
      fix: 'Compare the name in REDIS_URL with "sentinel monitor", and look whether the master is up.',
    };
  return undefined;
}
