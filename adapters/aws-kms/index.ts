import { DecryptCommand, EncryptCommand, KMSClient, type KMSClientConfig } from '@aws-sdk/client-kms';
import { BehalfError, foreignCode } from '../../src/kernel/errors.js';
import type { KeyWrapping } from '../../src/kernel/key-wrapping.port.js';
import { kmsRefused, kmsUnavailable } from '../../src/kernel/key-wrapping-errors.js';
import { Secret } from '../../src/kernel/secret.js';

const TITLE = 'AWS KMS';
const CONNECT_TIMEOUT_MS = 3_000;
const ANSWER_TIMEOUT_MS = 5_000;
const ATTEMPTS = 3;
/** ARN of a key or of an alias: its region is where it is asked for. */
const ARN = /^arn:aws[a-z-]*:kms:([a-z0-9-]+):\d{12}:(?:key|alias)\/[\w/-]+$/;

/**
 * Symmetric keys of AWS KMS. Credentials and endpoint are found as AWS's own tools find them: environment, profile, role of the
 * machine, the container or the service account. The id of our key is in the encryption context, which KMS binds to what it
 * wraps and writes into CloudTrail.
 */
export function createAwsKms({ answerTimeoutMs = ANSWER_TIMEOUT_MS } = {}): KeyWrapping {
  return {
    async wrap(id, key, by) {
      const { CiphertextBlob: wrapped, KeyId: arn } = await call(id, by, answerTimeoutMs, (kms, options) =>
        kms.send(new EncryptCommand({ KeyId: by, Plaintext: key.reveal(), EncryptionContext: contextOf(id) }), options),
      );
      if (!wrapped || arn === undefined) throw kmsUnavailable(id, TITLE, 'its answer is empty');
      // An alias may lead to another key one day.
      return { by: arn, wrapped: Buffer.from(wrapped).toString('base64') };
    },
    async unwrap(id, { by, wrapped }) {
      const { Plaintext: key } = await call(id, by, answerTimeoutMs, (kms, options) =>
        kms.send(
          new DecryptCommand({
            KeyId: by,
            CiphertextBlob: Buffer.from(wrapped, 'base64'),
            EncryptionContext: contextOf(id),
          }),
          options,
        ),
      );
      if (!key) throw kmsUnavailable(id, TITLE, 'its answer is empty');
      return new Secret(Buffer.from(key));
    },
  };
}

function contextOf(id: string): Record<string, string> {
  return { 'behalf:key-id': id };
}

async function call<T>(
  id: string,
  by: string,
  answerTimeoutMs: number,
  work: (kms: KMSClient, options: { readonly abortSignal: AbortSignal }) => Promise<T>,
): Promise<T> {
  const region = ARN.exec(by)?.[1];
  if (region === undefined)
    throw new BehalfError(
      'config.invalid',
      `Name the key of ${TITLE} by its ARN: arn:aws:kms:<region>:<account>:key/<id>`,
    );
  const kms = new KMSClient({ ...patience(answerTimeoutMs), region });
  try {
    // What comes byte by byte is never late with the next.
    return await work(kms, { abortSignal: AbortSignal.timeout(ATTEMPTS * answerTimeoutMs) });
  } catch (error) {
    throw toBehalfError(id, error);
  } finally {
    kms.destroy();
  }
}

function patience(answerTimeoutMs: number): KMSClientConfig {
  return {
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      // Until an answer begins; from then on the other one counts.
      requestTimeout: answerTimeoutMs,
      socketTimeout: answerTimeoutMs,
      throwOnRequestTimeout: true,
    },
  };
}

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html#API_Decrypt_Errors and the common errors. */
const ADVICE: Readonly<Record<string, string>> = {
  CredentialsProviderError:
    'No credentials of AWS are found here: set AWS_ACCESS_KEY_ID, AWS_PROFILE, or give this machine a role.',
  AccessDeniedException: 'The role of this machine needs kms:Decrypt for the key, and kms:Encrypt to make one.',
  NotFoundException: 'There is no such key: look at the ARN, its region and its account.',
  InvalidCiphertextException:
    'It was wrapped by another key or for another id, or is not whole: paste the entry again.',
  IncorrectKeyException: 'It was wrapped by another key: paste the entry again.',
  DisabledException: 'The key is disabled: enable it.',
  KMSInvalidStateException: 'The key cannot be used now: look whether it is disabled or about to be deleted.',
  InvalidKeyUsageException: 'The key must be symmetric, for encryption and decryption.',
};
const ELSE = 'Look at the credentials of AWS that this machine has, and at the policy of the key.';

function toBehalfError(id: string, error: unknown): BehalfError {
  const { name, status } = factsOf(error);
  const isRefused = status !== undefined && status >= 400 && status < 500 && !/Throttl|TooManyRequests/.test(name);
  const advice = ADVICE[name];
  if (isRefused || advice !== undefined) return kmsRefused(id, TITLE, name, advice ?? ELSE);
  return kmsUnavailable(id, TITLE, name);
}

/** Name and status of an error of the SDK; its text may hold what was sent. */
function factsOf(error: unknown): { readonly name: string; readonly status?: number } {
  const name = foreignCode(error);
  if (typeof error !== 'object' || error === null) return { name };
  const metadata = '$metadata' in error ? error.$metadata : undefined;
  const hasStatus = typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata;
  const status = hasStatus && typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
  return { name, ...(status === undefined ? {} : { status }) };
}
