import { DefaultAzureCredential } from '@azure/identity';
import { CryptographyClient, KeyClient } from '@azure/keyvault-keys';
import { BehalfError, foreignCode } from '../../src/kernel/errors.js';
import type { KeyWrapping } from '../../src/kernel/key-wrapping.port.js';
import { kmsRefused, kmsUnavailable } from '../../src/kernel/key-wrapping-errors.js';
import { Secret } from '../../src/kernel/secret.js';

const TITLE = 'Azure Key Vault';
const ALGORITHM = 'RSA-OAEP-256';
const RETRIES = { maxRetries: 2, retryDelayInMs: 300, maxRetryDelayInMs: 2_000 };
/** For a call with its tries, and the way to a token. */
const TIMEOUT_MS = 20_000;
/** A key, or one version of it. */
const KEY_URL = /^(?<origin>https:\/\/[\w.-]+(?::\d+)?)\/keys\/(?<name>[\w-]+)(?:\/(?<version>\w+))?$/;

/**
 * RSA keys of Azure Key Vault and Managed HSM. Credentials are found as `DefaultAzureCredential` finds them: environment,
 * workload identity, managed identity, `az login`. The SDK makes sure that the address is one of Key Vault's before it sends
 * a token there.
 */
export function createAzureKeyVault(): KeyWrapping {
  return {
    async wrap(id, key, by) {
      const version = await versionOf(id, by);
      const { result } = await call(id, (options) => clientOf(version).wrapKey(ALGORITHM, key.reveal(), options));
      return { by: version, wrapped: Buffer.from(result).toString('base64url') };
    },
    async unwrap(id, { by, wrapped }) {
      checkUrl(by);
      const { result } = await call(id, (options) =>
        clientOf(by).unwrapKey(ALGORITHM, Buffer.from(wrapped, 'base64url'), options),
      );
      return new Secret(Buffer.from(result));
    },
  };
}

function clientOf(key: string): CryptographyClient {
  return new CryptographyClient(key, new DefaultAzureCredential(), { retryOptions: RETRIES });
}

/** The key with its version: when it is rotated there, this one still unwraps. */
async function versionOf(id: string, by: string): Promise<string> {
  const { name = '', origin = '', version } = checkUrl(by);
  if (version !== undefined) return by;
  const keys = new KeyClient(origin, new DefaultAzureCredential(), { retryOptions: RETRIES });
  const { id: found } = await call(id, (options) => keys.getKey(name, options), LOOK);
  if (found === undefined) throw kmsUnavailable(id, TITLE, 'its answer is empty');
  return found;
}

function checkUrl(by: string): Readonly<Record<string, string>> {
  const { groups } = KEY_URL.exec(by) ?? {};
  if (groups) return groups;
  throw new BehalfError(
    'config.invalid',
    `Name the key of ${TITLE} by its URL: https://<vault>.vault.azure.net/keys/<name>/<version>`,
  );
}

async function call<T>(
  id: string,
  work: (options: { readonly abortSignal: AbortSignal }) => Promise<T>,
  advice: Readonly<Record<number, string>> = ADVICE,
): Promise<T> {
  try {
    return await work({ abortSignal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    throw toBehalfError(id, error, advice);
  }
}

const ADVICE: Readonly<Record<number, string>> = {
  400: 'It was wrapped by another key or version, or the key is no RSA key: paste the entry again.',
  401: 'Look at the identity of this machine, and at the tenant of the key vault.',
  403: 'The identity of this machine needs "wrap key" and "unwrap key": the role Key Vault Crypto User. Look at the firewall of the key vault, too.',
  404: 'There is no such key, or no such version of it: look at its URL.',
};
/** For a look at the key. */
const LOOK: typeof ADVICE = {
  ...ADVICE,
  403: 'The identity of this machine may not look at the key: allow "get", or name the key with its version.',
};
const SIGN_IN =
  'No identity of Azure is found here, or it is refused: set AZURE_CLIENT_ID and what belongs to it, or give this machine a managed identity.';

function toBehalfError(id: string, error: unknown, advices: Readonly<Record<number, string>>): BehalfError {
  const { name, status } = factsOf(error);
  if (/^(?:CredentialUnavailable|Authentication|AggregateAuthentication)/.test(name))
    return kmsRefused(id, TITLE, name, SIGN_IN);
  const isRefused = status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429;
  if (!isRefused) return kmsUnavailable(id, TITLE, status === undefined ? name : `status ${status}`);
  return kmsRefused(
    id,
    TITLE,
    `status ${status}`,
    advices[status] ?? 'Look at the key and at the identity of this machine.',
  );
}

/** Name or code, and status, of an error of the SDK; its text may hold what was sent. */
function factsOf(error: unknown): { readonly name: string; readonly status?: number } {
  const name = foreignCode(error);
  if (typeof error !== 'object' || error === null) return { name };
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : undefined;
  return { name, ...(status === undefined ? {} : { status }) };
}
