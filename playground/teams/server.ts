import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { parseJson, readBody, sendJson } from '../http.js';
import { type BotLoginOptions, giveManagedToken, giveToken } from './bot-login.js';
import type { Connector } from './connector.js';
import type { TeamsFiles } from './files.js';
import type { OneDrive } from './one-drive.js';
import { CHANNEL_ISSUER, publishedKeys } from './tokens.js';
import type { LoggedRequest } from './types.js';

const BODY_LIMIT = 1024 * 1024;

interface ChannelServerOptions extends BotLoginOptions {
  readonly connector: Connector;
  readonly files: TeamsFiles;
  readonly oneDrive: OneDrive;
  readonly log: (entry: LoggedRequest) => void;
}

/** The HTTP side: OpenID metadata and keys, the bot's token endpoint, and the Connector under `/teams/v3/`. */
export function channelServer(options: ChannelServerOptions) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    answer(options, request, response).catch(() => response.destroy());
  };
}

async function answer(
  options: ChannelServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`);
  if (url.pathname === '/v1/.well-known/openidconfiguration') return sendJson(response, 200, { body: metadata(url) });
  if (url.pathname === '/v1/.well-known/keys') return sendJson(response, 200, { body: publishedKeys() });
  if (url.pathname.endsWith('/oauth2/v2.0/token')) return giveToken(options, request, response);
  if (url.pathname === '/onedrive/uploadSession') return options.oneDrive.upload(url, request, response);
  if (url.pathname.startsWith('/onedrive/')) return options.files.download(url, request, response);
  if (/^\/teams\/v3\/attachments\//.test(url.pathname))
    return options.files.view(url, { response, isAllowed: options.tokens.accepts(request.headers.authorization) });
  if (url.pathname === '/msi/token') return giveManagedToken(options, { request, response, url });
  if (url.pathname.startsWith('/teams/v3/')) return callConnector(options, { request, response, url });
  sendJson(response, 404);
}

function metadata(url: URL): object {
  return {
    issuer: CHANNEL_ISSUER,
    authorization_endpoint: 'https://invalid.botframework.com',
    jwks_uri: `${url.origin}/v1/.well-known/keys`,
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
  };
}

async function callConnector(
  options: ChannelServerOptions,
  call: { readonly request: IncomingMessage; readonly response: ServerResponse; readonly url: URL },
): Promise<void> {
  const { request, response, url } = call;
  const { connector, faults, log, tokens } = options;
  const text = (await readBody(request, BODY_LIMIT))?.toString('utf8') ?? '';
  if (faults.delayMs > 0) await wait(faults.delayMs);
  await faults.passage();
  const trouble = faults.next();
  if (trouble?.kind === 'refuse') return void response.destroy();
  const method = request.method ?? 'GET';
  const body = parseJson(text);
  const entry = { direction: 'from-bot', at: Date.now(), method, path: `${url.pathname}${url.search}`, body } as const;
  const reply = (status: number, answerBody?: unknown, headers: Readonly<Record<string, string>> = {}): void => {
    log({ ...entry, status, response: answerBody });
    sendJson(response, status, { ...(answerBody === undefined ? {} : { body: answerBody }), headers });
  };
  if (trouble) {
    const wait = trouble.retryAfterSeconds;
    return reply(
      trouble.error.status,
      errorBody(trouble.error),
      wait === undefined ? {} : { 'retry-after': `${wait}` },
    );
  }
  if (!tokens.accepts(request.headers.authorization)) {
    return reply(401, { message: 'Authorization has been denied for this request.' });
  }
  if (text !== '' && body === undefined) return reply(400, errorBody({ code: 'BadSyntax', message: 'Bad JSON' }));
  const segments = url.pathname.slice('/teams/v3/'.length).split('/').map(decodeURIComponent);
  const targeted = url.searchParams.get('isTargetedActivity') === 'true';
  const answered = connector.answer({ method, segments, body, targeted });
  if (answered.kind === 'error') return reply(answered.error.status, errorBody(answered.error));
  reply(answered.status, answered.body);
}

function errorBody({ code, message }: { readonly code: string; readonly message: string }): object {
  return { error: { code, message } };
}
