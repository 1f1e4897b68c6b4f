import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ApiAnswer, type ApiMethod, type ApiWorld, type Args, fail, succeed, textArg } from './api-call.js';

function filesInfo(args: Args, world: ApiWorld): ApiAnswer {
  const file = world.files.find(textArg(args, 'file') ?? '');
  return file ? succeed({ file: world.files.object(file) }) : fail('file_not_found');
}

export const FILE_METHODS: Readonly<Record<string, ApiMethod>> = {
  'files.info': { scopes: ['files:read'], run: filesInfo },
};

const LOGIN_PAGE = '<!DOCTYPE html><html><head><title>Slack</title></head><body>Sign in to Acme</body></html>';

/** A download: without a token that may read files, Slack answers with its login page and 200. */
export function serveFile(
  world: ApiWorld,
  request: {
    readonly path: string;
    readonly incoming: IncomingMessage;
    readonly outgoing: ServerResponse;
    readonly token: string;
  },
): void {
  const { incoming, outgoing, path, token } = request;
  const { authorization } = incoming.headers;
  const trouble = world.files.downloaded(authorization);
  if (trouble) {
    outgoing.writeHead(trouble.status ?? 200, { ...trouble.headers }).end(trouble.body ?? '');
    return;
  }
  const isAllowed = authorization === `Bearer ${token}` && world.scopes.includes('files:read');
  if (!isAllowed) {
    outgoing.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(LOGIN_PAGE);
    return;
  }
  const [, id = ''] = /^\/files-pri\/[^/]*-([^/]+)\//.exec(path) ?? [];
  const file = world.files.find(id);
  if (!file) {
    outgoing.writeHead(404).end();
    return;
  }
  const headers = { 'content-type': file.mimeType, 'content-disposition': 'attachment' };
  outgoing.writeHead(200, headers).end(file.content);
}
