import type { Config, StoreConfig } from '../config.js';
import { BehalfError } from '../kernel/errors.js';
import type { KeyWrapping } from '../kernel/key-wrapping.port.js';
import type { Logger } from '../kernel/logger.port.js';
import { systemClock } from '../kernel/system-clock.js';
import { createVault, type Vault } from '../kernel/vault.js';
import { loadKeyring, type OpenKeyWrapping } from '../keyring.js';

/**
 * The vault with the keys of the configuration; those that a KMS has wrapped are unwrapped now and never again.
 * @throws BehalfError `config.invalid`, `keys.unavailable`
 */
export async function openVault(config: StoreConfig, logger: Logger): Promise<Vault> {
  return createVault(await loadKeyring(config, logger, keyServices(config)));
}

/** The KMS by their names; only the driver that is asked for is loaded. */
export function keyServices({ vault }: Pick<Config, 'vault'>): OpenKeyWrapping {
  return async (service): Promise<KeyWrapping> => {
    if (service === 'aws-kms') return (await import('../../adapters/aws-kms/index.js')).createAwsKms();
    if (service === 'azure-key-vault')
      return (await import('../../adapters/azure-key-vault/index.js')).createAzureKeyVault();
    if (!vault)
      throw new BehalfError(
        'config.invalid',
        'VAULT_ADDR is not set, or does not begin with https://: it is the address of Vault.',
      );
    return (await import('../../adapters/vault-transit/index.js')).createVaultTransit(vault, systemClock);
  };
}
