import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SHARED_KEY } from './scripted-app.js';

/** Environment that the connections of {@link writeServiceFiles} read. */
export function serviceEnvironment(apps: Readonly<Record<'crm' | 'files', string>>): Readonly<Record<string, string>> {
  return { CRM_URL: apps.crm, FILES_URL: apps.files, CLIENT_SECRET: 'client-secret-canary', SHARED_KEY };
}

/** Connectors of two apps, `crm` and `files`, their connections, and these recipes by file name. */
export function writeServiceFiles(directory: string, recipes: Readonly<Record<string, string>>): void {
  for (const folder of ['connectors', 'recipes']) mkdirSync(path.join(directory, folder), { recursive: true });
  for (const [name, title] of [
    ['crm', 'Acme CRM'],
    ['files', 'Acme Files'],
  ] as const) {
    writeFileSync(path.join(directory, 'connectors', `${name}.yaml`), connector(name, title));
  }
  const isLimited = Object.values(recipes).some((text) => text.includes('crm-limited'));
  writeFileSync(path.join(directory, 'connections.yaml'), isLimited ? CONNECTIONS + LIMITED : CONNECTIONS);
  for (const [name, text] of Object.entries(recipes)) {
    const file = path.join(directory, 'recipes', `${name}.yaml`);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/** A recipe out of its steps (YAML, indented by two): by default with the switch on for the CRM. */
export function recipe(options: {
  readonly command: string;
  readonly steps: string;
  readonly parameters?: string;
  readonly connections?: string;
  /** More lines of the recipe itself. */
  readonly more?: string;
}): string {
  const {
    command,
    connections = 'crm: { use: crm, verify_user_access: true }',
    more = '',
    parameters = '[]',
    steps,
  } = options;
  const name = `${command.charAt(0).toUpperCase()}${command.slice(1)}`;
  return `name: ${name}
description: For a test
trigger:
  command: ${command}
  parameters: ${parameters}
connections:
  ${connections}
${more}
steps:
${steps}
`;
}

/** A recipe that others call, out of its steps (YAML, indented by two): by default without connections. */
export function callable(options: {
  readonly name: string;
  readonly steps: string;
  readonly inputs?: string;
  readonly outputs?: string;
  readonly connections?: string;
  /** What opens it to programs. */
  readonly http?: string;
  /** More lines of the recipe itself. */
  readonly more?: string;
}): string {
  const { connections = '{}', http = 'false', inputs = '[]', more = '', name, outputs = '{}', steps } = options;
  return `name: ${name}
description: For a test
trigger: { callable: { inputs: ${inputs}, outputs: ${outputs}, http: ${http} } }
connections:
  ${connections}
${more}
steps:
${steps}
`;
}

function connector(name: string, title: string): string {
  return `name: ${name}
title: ${title}
settings:
  - { name: url, title: Address }
base_url: "{{ settings.url }}"
auth:
  oauth2:
    authorization_url: "{{ settings.url }}/oauth/authorize"
    token_url: "{{ settings.url }}/oauth/token"
    revocation_url: "{{ settings.url }}/oauth/revoke"
    scopes: [api]
  api_key: { in: header, name: X-Api-Key }
identity:
  request: { method: GET, path: /api/me }
  id: "{{ body.id }}"
  label: "{{ body.email }}"
  email: "{{ body.email }}"
  email_verified: "{{ body.email_verified }}"
  organization: "{{ body.organization }}"
error_message: "{{ body.message }}"
actions:
  create:
    title: create things
    request: { method: POST, path: /api/things, json: { name: "{{ input.name }}" } }
    input: { name: { type: any } }
    output_schema: { id: any, name: any, by: any }
  create_shaped:
    title: create shaped things
    request: { method: POST, path: /api/shaped, json: {} }
    output: { total: "{{ $number(body.name) }}" }
  create_once:
    title: create things once
    request: { method: POST, path: /api/once, json: { name: "{{ input.name }}" } }
    idempotency_key_header: Idempotency-Key
    input: { name: { type: any } }
    output_schema: { id: any, name: any, by: any }
  export:
    title: export things
    scopes: [export]
    request: { method: GET, path: /api/export }
  upload:
    title: store files
    request: { method: POST, path: /api/files, json: { name: "{{ input.file.name }}", data: "{{ input.file.base64 }}" } }
    input: { file: { type: file, title: File, required: true } }
    output_schema: { id: any, name: any, by: any }
  find:
    title: see things
    request: { method: GET, path: /api/things, query: { name: "{{ input.name }}" } }
    input: { name: { type: any } }
    output_schema: { id: any, name: any, by: any }
  search:
    title: search things
    request: { method: GET, path: "/api/{{ input.kind }}/search", query: { q: "{{ input.words }}" } }
    input: { words: { type: string }, kind: { type: string, default: things } }
    output_schema: { items: [{ id: any, name: string }] }
`;
}

const CONNECTIONS = `connections:
  crm:
    connector: crm
    settings: { url: "\${CRM_URL}" }
    auth:
      method: oauth2
      client_id: behalf-crm
      client_secret: "\${CLIENT_SECRET}"
      keep_alive: { idle_days: 90 }
  crm-shared:
    connector: crm
    settings: { url: "\${CRM_URL}" }
    auth: { method: api_key, key: "\${SHARED_KEY}" }
  crm-eu:
    connector: crm
    title: Acme CRM in Europe
    settings: { url: "\${CRM_URL}" }
    auth: { method: oauth2, client_id: behalf-crm, client_secret: "\${CLIENT_SECRET}" }
  crm-acme:
    connector: crm
    settings: { url: "\${CRM_URL}" }
    accounts: { organization_ids: [org-acme, org-beta] }
    auth: { method: oauth2, client_id: behalf-crm, client_secret: "\${CLIENT_SECRET}" }
  files-acme:
    connector: files
    settings: { url: "\${FILES_URL}" }
    accounts: { email_domains: [acme.example] }
    prompt: select_account
    login_hint: true
    auth: { method: oauth2, client_id: behalf-files, client_secret: "\${CLIENT_SECRET}" }
  files:
    connector: files
    settings: { url: "\${FILES_URL}" }
    auth: { method: oauth2, client_id: behalf-files, client_secret: "\${CLIENT_SECRET}" }
`;

/** Called 4 times a minute at most; there for recipes that use it. */
const LIMITED = `  crm-limited:
    connector: crm
    title: Limited CRM
    settings: { url: "\${CRM_URL}" }
    rate_limit: { requests: 4, per: minute }
    auth: { method: api_key, key: "\${SHARED_KEY}" }
`;
