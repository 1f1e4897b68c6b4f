import { readFile } from 'node:fs/promises';
import { BehalfError } from '../../src/kernel/errors.js';
import type { OutgoingRequest } from '../../src/kernel/http-client.port.js';
import type { Secret } from '../../src/kernel/secret.js';
import { certificateAssertion, readCertificate } from './client-assertion.js';

/** Answers on every virtual machine of Azure, and nowhere else. */
const IMDS_URL = 'http://169.254.169.254/metadata/identity/oauth2/token';

/** How the bot proves to Microsoft who it is. */
export type BotCredential =
  | { readonly kind: 'secret'; readonly password: Secret }
  /** PEM files, read anew for each token, so that a renewed certificate needs no restart. */
  | { readonly kind: 'certificate'; readonly certificateFile: string; readonly keyFile: string }
  /** Managed identity. With `endpoint` and `header` that of App Service and Container Apps, else that of a virtual machine. */
  | { readonly kind: 'managed-identity'; readonly endpoint?: string; readonly header?: Secret }
  /** Managed identity in Kubernetes (workload identity): the file holds a token of the cluster. */
  | { readonly kind: 'workload-identity'; readonly tokenFile: string };

/** Those of an app registration. */
export type ClientCredential = Exclude<BotCredential, { readonly kind: 'managed-identity' }>;

interface TokenNeeds {
  readonly appId: string;
  readonly tokenUrl: string;
  /** Whom the token is for. */
  readonly audience: string;
  /** ms since the epoch. */
  readonly now: number;
}

type TokenRequest = Omit<OutgoingRequest, 'maxBytes'>;

/**
 * The request that gives an access token for the bot.
 * @throws BehalfError `config.invalid` when a file cannot be used
 */
export async function tokenRequest(credential: BotCredential, needs: TokenNeeds): Promise<TokenRequest> {
  return credential.kind === 'managed-identity'
    ? managedIdentity(credential, needs)
    : clientCredentials(needs, await clientProof(credential, needs));
}

/**
 * The fields of a form by which the app registration proves itself to the token endpoint.
 * @throws BehalfError `config.invalid` when a file cannot be used
 */
export async function clientProof(
  credential: ClientCredential,
  needs: Pick<TokenNeeds, 'appId' | 'tokenUrl' | 'now'>,
): Promise<Readonly<Record<string, string>>> {
  switch (credential.kind) {
    case 'secret':
      return { client_secret: credential.password.reveal() };
    case 'certificate':
      return asserted(certificateAssertion(await readCertificate(credential), needs));
    case 'workload-identity':
      return asserted((await readToken(credential.tokenFile)).trim());
  }
}

/** RFC 6749 section 4.4. */
function clientCredentials(needs: TokenNeeds, proof: Readonly<Record<string, string>>): TokenRequest {
  const { appId, audience, tokenUrl } = needs;
  const form = { grant_type: 'client_credentials', client_id: appId, scope: `${audience}/.default`, ...proof };
  return {
    method: 'POST',
    url: tokenUrl,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams(form).toString(),
  };
}

/** RFC 7523 section 2.2. */
function asserted(assertion: string): Readonly<Record<string, string>> {
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  };
}

/**
 * https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token,
 * https://learn.microsoft.com/azure/app-service/overview-managed-identity
 */
function managedIdentity(
  { endpoint, header }: Extract<BotCredential, { kind: 'managed-identity' }>,
  { appId, audience }: TokenNeeds,
): TokenRequest {
  const url = new URL(endpoint ?? IMDS_URL);
  url.searchParams.set('api-version', header ? '2019-08-01' : '2018-02-01');
  url.searchParams.set('resource', audience);
  url.searchParams.set('client_id', appId);
  const proof: Record<string, string> = header ? { 'x-identity-header': header.reveal() } : { metadata: 'true' };
  return { method: 'GET', url: url.href, headers: { ...proof, accept: 'application/json' } };
}

async function readToken(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw new BehalfError('config.invalid', `The file ${file} with the token of the cluster cannot be read.`);
  }
}
