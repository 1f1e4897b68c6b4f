import { z } from 'zod';
import type { OAuthApp } from '../connections/parent-connection.js';
import { isBehalfError } from '../kernel/errors.js';
import type { HttpClient } from '../kernel/http-client.port.js';

const TIMEOUT_MS = 10_000;
const MOST_BYTES = 256 * 1024;

const Metadata = z.object({
  issuer: z.string(),
  authorization_endpoint: z.string().optional(),
  token_endpoint: z.string().optional(),
  code_challenge_methods_supported: z.array(z.string()).optional(),
});

/** What an authorization server says of itself (RFC 8414 section 2, OpenID Connect Discovery 1.0 section 3). */
export type ServerMetadata = z.infer<typeof Metadata>;

/** The metadata that was read; `none`: there is none; `away`: the server could not be asked. */
export type MetadataLook =
  | { readonly kind: 'known'; readonly metadata: ServerMetadata }
  | { readonly kind: 'none' | 'away' };

/**
 * Reads the metadata of the app's issuer, or where it names none of the server at the token URL's origin, if that is the
 * metadata of this very client's endpoints. Sends nothing but the request.
 */
export async function readServerMetadata(app: OAuthApp, http: HttpClient): Promise<MetadataLook> {
  let isAway = false;
  for (const url of placesOf(app.issuer ?? new URL(app.tokenUrl).origin)) {
    const look = await read(url, http);
    if (look.kind === 'away') isAway = true;
    if (look.kind === 'known' && (app.issuer !== undefined || isOf(app, look.metadata))) return look;
  }
  return { kind: isAway ? 'away' : 'none' };
}

/** Whether two endpoints are the same, apart from their query. */
export function isSameEndpoint(one: string, other: string | undefined): boolean {
  if (other === undefined || !URL.canParse(one) || !URL.canParse(other)) return false;
  const [a, b] = [new URL(one), new URL(other)];
  return a.origin === b.origin && a.pathname.replace(/\/$/, '') === b.pathname.replace(/\/$/, '');
}

/** One origin may hold several servers, e.g. Slack's for its API beside that for its OpenID sign-in. */
function isOf({ authorizationUrl, tokenUrl }: OAuthApp, metadata: ServerMetadata): boolean {
  return (
    isSameEndpoint(tokenUrl, metadata.token_endpoint) ||
    isSameEndpoint(authorizationUrl, metadata.authorization_endpoint)
  );
}

/** RFC 8414 section 3.1 puts the well-known part before the path of the issuer, OpenID Connect behind it. */
function placesOf(issuer: string): readonly string[] {
  if (!URL.canParse(issuer)) return [];
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ];
}

async function read(url: string, http: HttpClient): Promise<MetadataLook> {
  try {
    const headers = { accept: 'application/json' };
    const answer = await http.request({ method: 'GET', url, headers, timeoutMs: TIMEOUT_MS, maxBytes: MOST_BYTES });
    if (answer.status >= 500) return { kind: 'away' };
    if (answer.status !== 200) return { kind: 'none' };
    const { data } = Metadata.safeParse(parse(answer.body.toString('utf8')));
    return data ? { kind: 'known', metadata: data } : { kind: 'none' };
  } catch (error) {
    if (!isBehalfError(error)) throw error;
    return { kind: error.code === 'app.unavailable' ? 'away' : 'none' };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
