import { readFile } from 'node:fs/promises';
import { Agent } from 'undici';
import type { Clock } from '../../src/kernel/clock.port.js';
import { BehalfError, foreignCode } from '../../src/kernel/errors.js';
import type { KeyWrapping } from '../../src/kernel/key-wrapping.port.js';
import { kmsRefused, kmsUnavailable } from '../../src/kernel/key-wrapping-errors.js';
import { Secret } from '../../src/kernel/secret.js';

const TITLE = 'Vault';
const CONNECT_TIMEOUT_MS = 3_000;
/** For a whole answer: one that comes byte by byte is never late with the next. */
const ANSWER_TIMEOUT_MS = 5_000;
const ATTEMPTS = 3;
const RETRY_MS = 300;
const MOST_BYTES = 64 * 1024;
/** Name of a key, behind the path of its engine where that is not `transit`. */
const KEY = /^(?:(?<mount>\w[\w.-]*(?:\/\w[\w.-]*)*)\/)?(?<name>\w[\w.-]*)$/;

export interface VaultTransitOptions {
  /** Without a slash at its end. */
  readonly address: string;
  readonly token?:
    | { readonly kind: 'value'; readonly value: Secret }
    | { readonly kind: 'file'; readonly file: string };
  readonly namespace?: string;
  readonly caFile?: string;
  /** How long each of the tries may take, in ms. Default 5 000. */
  readonly answerTimeoutMs?: number;
}

/**
 * The transit engine of HashiCorp Vault, and of OpenBao, over HTTPS
 * (https://developer.hashicorp.com/vault/api-docs/secret/transit).
 */
export function createVaultTransit(options: VaultTransitOptions, clock: Clock): KeyWrapping {
  return {
    async wrap(id, key, by) {
      const plaintext = key.reveal().toString('base64');
      const wrapped = await ask(options, clock, {
        id,
        by,
        operation: 'encrypt',
        body: { plaintext },
        field: 'ciphertext',
      });
      return { by, wrapped };
    },
    async unwrap(id, { by, wrapped }) {
      const body = { ciphertext: wrapped };
      const plaintext = await ask(options, clock, { id, by, operation: 'decrypt', body, field: 'plaintext' });
      return new Secret(Buffer.from(plaintext, 'base64'));
    },
  };
}

interface Question {
  readonly id: string;
  readonly by: string;
  readonly operation: 'encrypt' | 'decrypt';
  readonly body: Readonly<Record<string, string>>;
  /** What of the answer is wanted. */
  readonly field: 'ciphertext' | 'plaintext';
}

async function ask(options: VaultTransitOptions, clock: Clock, question: Question): Promise<string> {
  const { id, by, field, operation } = question;
  const { mount = 'transit', name } = KEY.exec(by)?.groups ?? {};
  if (name === undefined)
    throw new BehalfError('config.invalid', `Name the key of ${TITLE} as <key>, or <path of the engine>/<key>`);
  const request = {
    url: new URL(`${options.address}/v1/${mount}/${operation}/${name}`),
    headers: await headersOf(id, options),
    body: JSON.stringify(question.body),
    timeoutMs: options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS,
  };
  const agent = await openAgent(id, options);
  try {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await send(agent, request);
      const found = answer.status === 200 ? fieldOf(answer.text, field) : undefined;
      if (found !== undefined) return found;
      const failure = toBehalfError(id, answer);
      if (failure.code === 'config.invalid' || attempt === ATTEMPTS) throw failure;
      await clock.sleep(RETRY_MS * 2 ** attempt);
    }
  } finally {
    await agent.close();
  }
}

async function openAgent(id: string, { caFile }: VaultTransitOptions): Promise<Agent> {
  const ca = caFile === undefined ? undefined : await readOwnFile(id, 'VAULT_CACERT', caFile);
  return new Agent({ connect: { timeout: CONNECT_TIMEOUT_MS, ...(ca === undefined ? {} : { ca }) } });
}

/** The file is read each time: the agent writes a new token before the old one ends. */
async function headersOf(id: string, { namespace, token }: VaultTransitOptions): Promise<Record<string, string>> {
  const value = token?.kind === 'file' ? await readOwnFile(id, 'VAULT_TOKEN_FILE', token.file) : token?.value.reveal();
  return {
    'content-type': 'application/json',
    // An agent refuses what a page of a browser could have sent.
    'x-vault-request': 'true',
    ...(value === undefined ? {} : { 'x-vault-token': value.trim() }),
    ...(namespace === undefined ? {} : { 'x-vault-namespace': namespace }),
  };
}

async function readOwnFile(id: string, setting: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new BehalfError(
      'config.invalid',
      `Encryption key "${id}": ${setting} cannot be read (${foreignCode(error)}). It must be a file that this process may read.`,
    );
  }
}

/** Status 0: there was no answer. */
interface Answer {
  readonly status: number;
  readonly text: string;
}

interface Request {
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly timeoutMs: number;
}

async function send(agent: Agent, { body, headers, timeoutMs, url }: Request): Promise<Answer> {
  try {
    const answer = await agent.request({
      origin: url.origin,
      path: url.pathname,
      method: 'POST',
      headers,
      body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    let text = '';
    for await (const chunk of answer.body) {
      text += String(chunk);
      if (text.length > MOST_BYTES) return { status: 0, text: 'its answer is too large' };
    }
    return { status: answer.statusCode, text };
  } catch (error) {
    return { status: 0, text: foreignCode(error) };
  }
}

function fieldOf(text: string, field: Question['field']): string | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    const data = typeof answer === 'object' && answer !== null && 'data' in answer ? answer.data : undefined;
    if (typeof data !== 'object' || data === null) return undefined;
    const value: unknown = Reflect.get(data, field);
    return typeof value === 'string' && value !== '' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** https://developer.hashicorp.com/vault/api-docs#http-status-codes */
const ADVICE: Readonly<Record<number, string>> = {
  400: 'There is no such key, or it was wrapped by another one, or it is not whole: look at the name, and paste the entry again.',
  403: 'The token is missing, has ended or may not: set VAULT_TOKEN or VAULT_TOKEN_FILE; its policy needs "update" on decrypt, and on encrypt to make one.',
  404: 'There is no transit engine at that path: look at the name of the key, at VAULT_ADDR and VAULT_NAMESPACE.',
};

/** Vault's word for a version below `min_decryption_version`. */
const TOO_OLD = /disallowed by policy \(too old\)/;
const LOWER =
  'The key was rotated there since this entry was made: lower its min_decryption_version to the number behind "vault:v" in the entry, until another key has taken the place of this one.';

function toBehalfError(id: string, { status, text }: Answer): BehalfError {
  const advice = status === 400 && TOO_OLD.test(text) ? LOWER : ADVICE[status];
  if (advice !== undefined) return kmsRefused(id, TITLE, `status ${status}`, advice);
  if (status >= 300 && status < 400)
    return kmsRefused(
      id,
      TITLE,
      `status ${status}`,
      'VAULT_ADDR must be the address that answers, not one that leads on.',
    );
  if (status === 200) return kmsUnavailable(id, TITLE, 'its answer is none of a transit engine');
  return kmsUnavailable(id, TITLE, status === 0 ? text : `status ${status}${status === 503 ? ', it is sealed' : ''}`);
}
