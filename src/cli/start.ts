import { startService } from '../compose.js';
import { parseConfig } from '../config.js';
import { describeForeignError } from '../kernel/errors.js';
import { endOnCrash } from './crashes.js';

/** Runs the service until the process is asked to end. A second signal ends it at once. */
export async function runService(environment: Readonly<Record<string, string | undefined>>): Promise<void> {
  const service = await startService(parseConfig(environment), environment);
  const { logger } = service;
  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) process.exit(1);
    stopping = true;
    logger.info({ signal }, 'stopping');
    await service.stop();
    logger.info({}, 'stopped');
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      stop(signal).catch((error: unknown) => {
        logger.error({ err: error }, 'stopping failed');
        process.exit(1);
      });
    });
  }
  process.on('SIGHUP', () => {
    logger.info({ signal: 'SIGHUP' }, 'reading the configuration again');
    void service.reload();
  });
  // The state is unknown, a fresh process is safer.
  endOnCrash((error, what) => {
    logger.error({ reason: describeForeignError(error) }, what);
    process.exit(1);
  });
}
