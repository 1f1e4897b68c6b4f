import { isRecord } from '../../../playground/teams/cards.js';
import type { RecordedStage } from './recorded-stage.js';
import type { Exchange } from './recorder.js';

/** A value that must not be found, with a name for the report. */
export interface Canary {
  readonly name: string;
  readonly value: string;
}

/** Shorter ones are found by chance. */
const SHORTEST = 8;

/** What may be known to nobody but the service, the platform and the app that it belongs to. */
export function secretsOf(stage: RecordedStage): readonly Canary[] {
  const { botLogin, crm, files, service } = stage.recorders;
  return canaries([
    ...settings(stage.world.serviceEnv),
    ...[crm, files].flatMap((app) => app.exchanges.flatMap(oauthSecrets)),
    ...botLogin.exchanges.flatMap(({ answer }) => fields(answer, ['access_token'])),
    ...service.exchanges.flatMap(({ answerHeaders, headers, path }) => [
      ...cookies(answerHeaders['set-cookie']),
      ...query(path, ['code', 'state']),
      ...(headers['authorization'] === undefined ? [] : [named('authorization', headers['authorization'])]),
    ]),
  ]);
}

/** What the person holds and nobody else: links, codes to paste, buttons, addresses to answer to. */
export function personalTokensOf(stage: RecordedStage): readonly Canary[] {
  const { exchanges } = stage.recorders.service;
  return canaries([
    ...exchanges.flatMap(({ path }) => matches('login link', path, /^\/login\/([^/?]+)/g)),
    ...exchanges.flatMap(({ answer }) => matches('login code', answer, /data-login-code="([^"]+)"/g)),
    ...stage.world.slack.calls.flatMap(({ args }) =>
      matches('button', JSON.stringify(args), /\\?"value\\?":\\?"([\w-]{22})\\?"/g),
    ),
    ...stage.world.teams.requests.flatMap(({ body }) =>
      matches('button', JSON.stringify(body) ?? '', /"behalfToken":"([^"]+)"/g),
    ),
    ...stage.world.slack.requests.flatMap(({ body }) =>
      matches('response URL', decodeURIComponent(body), /"response_url":"([^"]+)"/g),
    ),
  ]);
}

function settings(env: Readonly<Record<string, string>>): readonly Canary[] {
  const secret = /SECRET|TOKEN$|KEY|Password/;
  return Object.entries(env)
    .filter(([name]) => secret.test(name))
    .map(([name, value]) => named(name, name === 'ENCRYPTION_KEYS' ? value.replace(/^k1:/, '') : value));
}

/** Of a call to an app, and of its answer. */
function oauthSecrets(exchange: Exchange): readonly Canary[] {
  const { answer, answerHeaders, body, headers, path } = exchange;
  const { authorization } = headers;
  if (path === '/oauth/token' || path === '/oauth/revoke') {
    return [
      ...fields(answer, ['access_token', 'refresh_token', 'id_token']),
      ...query(`?${body}`, ['code', 'code_verifier', 'refresh_token', 'token']),
      ...(authorization === undefined ? [] : [named('client authorization', authorization)]),
    ];
  }
  return query(answerHeaders['location'] ?? '', ['code', 'state']);
}

function fields(json: string, names: readonly string[]): readonly Canary[] {
  const value: unknown = json.startsWith('{') ? JSON.parse(json) : {};
  return names.flatMap((name) => {
    const field = isRecord(value) ? value[name] : undefined;
    return typeof field === 'string' ? [named(name, field)] : [];
  });
}

function query(url: string, names: readonly string[]): readonly Canary[] {
  const parameters = new URLSearchParams(url.slice(url.indexOf('?') + 1));
  return names.flatMap((name) => parameters.getAll(name).map((value) => named(name, value)));
}

function cookies(header: string | undefined): readonly Canary[] {
  return matches('cookie', header ?? '', /^[\w-]+=([^;]+)/g).flatMap(({ name, value }) =>
    value.split('.').map((part) => named(name, part)),
  );
}

function matches(name: string, text: string, pattern: RegExp): readonly Canary[] {
  return [...text.matchAll(pattern)].map(([, value = '']) => named(name, value));
}

function named(name: string, value: string): Canary {
  return { name, value: value.replace(/^(?:Basic|Bearer) /, '') };
}

function canaries(found: readonly Canary[]): readonly Canary[] {
  const long = found.filter(({ value }) => value.length >= SHORTEST);
  return [...new Map(long.map((canary) => [canary.value, canary])).values()];
}

/** The names of the canaries that stand in a text or in bytes, in any usual spelling. */
export function findIn(haystack: string | Buffer, looked: readonly Canary[]): readonly string[] {
  const bytes = Buffer.from(haystack);
  const spellings = (value: string): readonly string[] => [
    value,
    encodeURIComponent(value),
    Buffer.from(value).toString('base64').replace(/=+$/, ''),
    Buffer.from(value).toString('base64url'),
    Buffer.from(value).toString('hex'),
  ];
  const found = looked.filter(({ value }) => spellings(value).some((spelling) => bytes.includes(spelling)));
  return [...new Set(found.map(({ name }) => name))];
}
