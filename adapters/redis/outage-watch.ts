import type { Cluster, Redis } from 'ioredis';
import type { Clock } from '../../src/kernel/clock.port.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import { reasonOf } from './reason.js';

/** What is known of the connection to Redis, for errors of commands that never left, and for whoever must wait. */
export interface OutageWatch {
  /** Why Redis cannot be reached: a kind of error; no address and no secret. */
  lastReason(): string;
  /**
   * For how long Redis has been there again after an outage, in ms; infinite where there was none, and during one. In a
   * Cluster only the loss of all its nodes counts.
   */
  sinceOutageMs(): number;
  stop(): void;
}

/** Logs an outage and its end, and in between why Redis cannot be reached, once for each reason. */
export function watchOutages(client: Redis | Cluster, clock: Clock, logger: Logger): OutageWatch {
  // Kept until Redis is ready: that the connection was closed after an error says nothing more.
  let reason: string | undefined;
  let told: string | undefined;
  let isUp = false;
  let wasLost = false;
  let backAt = 0;
  let isStopped = false;
  const tell = (): void => {
    if (isUp || isStopped || reason === told) return;
    told = reason;
    logger.warn({ reason }, 'Redis cannot be reached; trying on');
  };
  client.on('error', (error) => {
    const kind = reasonOf(error);
    // One that has no name of its own follows from the one before it.
    if (kind !== undefined) reason = kind;
    else reason ??= 'connection failed';
    tell();
  });
  client.on('close', () => {
    reason ??= 'connection lost';
    if (isUp && !isStopped) {
      told = reason;
      logger.warn({ reason }, 'Lost the connection to Redis; trying on');
    }
    wasLost ||= isUp;
    isUp = false;
    tell();
  });
  client.on('ready', () => {
    isUp = true;
    backAt = clock.now();
    reason = undefined;
    told = undefined;
    logger.info({}, 'Connected to Redis');
  });
  return {
    lastReason: () => reason ?? 'not connected',
    sinceOutageMs() {
      return wasLost && isUp ? clock.now() - backAt : Number.POSITIVE_INFINITY;
    },
    stop: () => {
      isStopped = true;
    },
  };
}
