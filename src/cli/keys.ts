import type { Command } from 'commander';
import { keyServices } from '../compose/open-vault.js';
import { openRotation } from '../compose/rotate-keys.js';
import { parseKeyServices, parseStoreConfig, type StoreConfig } from '../config.js';
import { API_KEY_NAME, apiKeyEntry, generateApiKey } from '../kernel/api-key.js';
import { BehalfError } from '../kernel/errors.js';
import type { KeyService } from '../kernel/key-entries.js';
import { systemClock } from '../kernel/system-clock.js';
import { KEY_ID } from '../kernel/vault.js';
import type { KeyUse } from '../key-uses.js';
import { generateKey, generateWrappedKey } from '../keyring.js';
import type { Environment } from './environment.js';
import { addRotateCommand } from './rotate-keys.js';

/** `behalf keys`: make keys, and seal everything with the first key of the keyring. */
export function addKeysCommand(program: Command, environment: Environment): void {
  const keys = program.command('keys').description('keys that encrypt what is stored, and keys of programs');
  keys
    .command('generate')
    .description('print a new entry for ENCRYPTION_KEYS')
    .argument(
      '[id]',
      'name of the key',
      `k${new Date(systemClock.now()).toISOString().slice(0, 10).replaceAll('-', '')}`,
    )
    .option(
      '--kms <key>',
      'wrap it: aws:<key ARN>, azure:<key URL> or vault:<transit key>; only that KMS can unwrap it when the service starts',
    )
    .action(async (id: string, { kms }: { readonly kms?: string }) => {
      if (!KEY_ID.test(id))
        throw new BehalfError('config.invalid', 'The id of a key is 1 to 32 letters, digits, "_", "." or "-"');
      const entry = kms === undefined ? generateKey(id) : await wrapped(environment, id, kms);
      process.stdout.write(`${entry}\n`);
    });
  keys
    .command('list')
    .description('list the keys of the configuration: the first one encrypts, all decrypt; nothing of a key is shown')
    .option('--count', 'count what each key still opens, as `rotate --check` does')
    .option('--json', 'print them as JSON')
    .action((options: ListOptions) => list(environment, options));
  keys
    .command('api')
    .description('print a new key for a program, this once, and its entry for API_KEYS')
    .argument('<name>', 'name of the program: lower-case letters, digits, _ and -')
    .option('--admin', 'the key may also read what is wrong with the configuration')
    .option('--json', 'print both as JSON')
    .action((name: string, options: { readonly admin?: boolean; readonly json?: boolean }) => {
      process.stdout.write(newApiKey(name, options));
    });
  addRotateCommand(keys, environment);
}

const SERVICES: Readonly<Record<string, KeyService>> = {
  aws: 'aws-kms',
  azure: 'azure-key-vault',
  vault: 'vault-transit',
};

async function wrapped(environment: Environment, id: string, kms: string): Promise<string> {
  const colon = kms.indexOf(':');
  const service = SERVICES[kms.slice(0, colon)];
  if (!service || colon < 0)
    throw new BehalfError('config.invalid', '--kms must be aws:<key ARN>, azure:<key URL> or vault:<transit key>');
  const wrapping = await keyServices(parseKeyServices(environment))(service);
  return generateWrappedKey(id, service, { by: kms.slice(colon + 1), wrapping });
}

interface ListOptions {
  readonly count?: boolean;
  readonly json?: boolean;
}

async function list(environment: Environment, { count, json }: ListOptions): Promise<void> {
  const config = parseStoreConfig(environment);
  const { entries = [], source = 'development key' } = config.encryptionKeys ?? {};
  const uses = count ? await countUses(config) : [];
  const found = entries.map((entry) => ({
    id: entry.id,
    source,
    ...(entry.kind === 'wrapped' ? { wrappedBy: entry.service, with: entry.by } : {}),
    ...uses.find(({ id }) => id === entry.id),
  }));
  const lines = found.map(({ id, source, wrappedBy, with: by, lasting, shortLived }, index) => {
    const wrapping = wrappedBy === undefined ? '' : `, wrapped by ${wrappedBy} ${by}`;
    const counts = lasting === undefined ? '' : `, opens ${lasting} records and ${shortLived} short-lived ones`;
    return `${id}: ${index === 0 ? 'encrypts' : 'decrypts'}, from the ${source}${wrapping}${counts}\n`;
  });
  const none = 'There are no keys in the configuration: a development key is kept beside the data.\n';
  process.stdout.write(json ? `${JSON.stringify(found)}\n` : lines.join('') || none);
}

async function countUses(config: StoreConfig): Promise<readonly KeyUse[]> {
  const rotation = await openRotation(config);
  try {
    return (await rotation.uses()).keys;
  } finally {
    await rotation.close();
  }
}

function newApiKey(name: string, options: { readonly admin?: boolean; readonly json?: boolean }): string {
  if (!API_KEY_NAME.test(name))
    throw new BehalfError('config.invalid', `${name} is no name for a key: use lower-case letters, digits, _ and -`);
  const key = generateApiKey();
  const entry = apiKeyEntry(name, key, options.admin ? 'admin' : 'run');
  if (options.json) return `${JSON.stringify({ name, key, entry })}\n`;
  return `The key, for the program. It is shown this once and kept nowhere:\n${key}\n\nIts entry, to be added to API_KEYS of the service:\n${entry}\n`;
}
