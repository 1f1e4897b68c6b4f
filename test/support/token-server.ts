import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** A form that an OAuth endpoint received. */
export interface TokenCall {
  readonly path: string;
  readonly form: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

/** What the endpoint does with it. `hangUp` closes the connection instead, after `body` if there is one. */
export interface TokenAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: string | object;
  readonly delayMs?: number;
  readonly hangUp?: boolean;
}

export type TokenScript = (call: TokenCall) => TokenAnswer | Promise<TokenAnswer>;

export interface TokenServer {
  readonly url: string;
  readonly calls: TokenCall[];
  /** Calls with this grant type, or to `/revoke`. */
  callsOf(kind: string): readonly TokenCall[];
  script(script: TokenScript): void;
  stop(): Promise<void>;
}

/** An OAuth server at `/token` and `/revoke` whose every answer the test writes. */
export async function startTokenServer(first: TokenScript = () => ({ status: 500 })): Promise<TokenServer> {
  const calls: TokenCall[] = [];
  let current = first;
  const server = createServer((request, response) => {
    const answerCall = async (): Promise<void> => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const form = new URLSearchParams(Buffer.concat(chunks).toString());
      const call = { path: request.url ?? '', form, headers: request.headers };
      calls.push(call);
      const { status = 200, headers = {}, body = '', delayMs = 0, hangUp = false } = await current(call);
      await sleep(delayMs);
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const type = typeof body === 'string' ? 'text/html' : 'application/json';
      if (hangUp) {
        if (text !== '') {
          response.writeHead(status, { 'content-type': type, 'content-length': text.length + 100 });
          response.write(text);
          await sleep(20);
        }
        response.destroy();
        return;
      }
      response.writeHead(status, { 'content-type': type, ...headers });
      response.end(text);
    };
    answerCall().catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    callsOf: (kind) => calls.filter(({ path, form }) => form.get('grant_type') === kind || path === `/${kind}`),
    script: (script) => {
      current = script;
    },
    stop: async () => {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}
