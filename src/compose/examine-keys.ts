import type { Config } from '../config.js';
import type { Finding } from '../doctor/examination.port.js';
import { asBehalfError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.port.js';
import { openVault } from './open-vault.js';

/** Where the keys come from, and whether each KMS that has wrapped one unwraps it now. */
export async function examineKeys(config: Config, logger: Logger): Promise<readonly Finding[]> {
  const subject = 'keys';
  const { encryptionKeys } = config;
  if (!encryptionKeys)
    return [
      {
        subject,
        state: 'warning',
        says: 'no encryption keys are configured: a development key is kept beside the data',
        fix: 'Make one with behalf keys generate, and set ENCRYPTION_KEYS or ENCRYPTION_KEYS_FILE.',
      },
    ];
  const { entries, openFile, source } = encryptionKeys;
  const open: readonly Finding[] =
    openFile === undefined
      ? []
      : [
          {
            subject,
            state: 'warning',
            says: `every user of this machine can read ${openFile} (ENCRYPTION_KEYS_FILE)`,
            fix: 'chmod 600; of a Kubernetes secret: defaultMode 0400.',
          },
        ];
  try {
    await openVault(config, logger);
  } catch (error) {
    const fix = 'The service does not start without all of its keys.';
    return [...open, { subject, state: 'wrong', says: asBehalfError(error).message, fix }];
  }
  const ids = entries.map((entry) =>
    entry.kind === 'wrapped' ? `${entry.id} (unwrapped by ${entry.service})` : entry.id,
  );
  return [...open, { subject, state: 'ok', says: `from the ${source}: ${ids.join(', ')}; the first one encrypts` }];
}
