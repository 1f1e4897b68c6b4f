import type { OAuthApp, ParentConnection } from '../connections/parent-connection.js';
import { isBehalfError } from '../kernel/errors.js';
import { Secret } from '../kernel/secret.js';
import { didYouMean } from '../language/did-you-mean.js';
import { hasErrors, type Position, type Problem } from '../language/problem.js';
import { evaluateText, type Template } from '../language/template.js';
import type { YamlDocument, YamlPath } from '../language/yaml-document.js';
import { isBaseUrl } from './app-address.js';
import type { ConnectionEntry } from './connections-file.js';
import type { ConnectionsSource } from './connections-source.js';
import type { AuthMethods, Connector, OAuth2Method } from './connector.js';
import { fillEnvironment } from './fill-environment.js';
import { readsToken } from './host-rules.js';
import { isAddressAllowed } from './safe-address.js';

export interface ResolvedParent {
  readonly parent: ParentConnection;
  /** Where its client id stands. */
  readonly clientPlace?: Position & { readonly file: string };
}

export interface ParentResult {
  /** Absent when something is wrong. */
  readonly parent?: ResolvedParent;
  readonly problems: readonly Problem[];
}

interface ParentSource {
  readonly name: string;
  readonly entry: ConnectionEntry;
  readonly document: YamlDocument;
  readonly source: ConnectionsSource;
}

/** Makes a parent connection of one entry of `connections.yaml` and its connector. */
export async function resolveParent(given: ParentSource): Promise<ParentResult> {
  const { name, entry, document, source } = given;
  const connector = source.connectors.get(entry.connector);
  const path = ['connections', name];
  if (!connector) {
    const hint = didYouMean(entry.connector, source.connectors.keys());
    const position = document.positionOf([...path, 'connector']);
    const message = `there is no connector "${entry.connector}"`;
    return { problems: [{ file: document.file, ...position, severity: 'error', message, ...(hint ? { hint } : {}) }] };
  }
  const resolver = new ParentResolver(given, connector, path);
  const parent = await resolver.resolve();
  return hasErrors(resolver.problems) ? { problems: resolver.problems } : { parent, problems: resolver.problems };
}

class ParentResolver {
  readonly problems: Problem[] = [];
  readonly #given: ParentSource;
  readonly #connector: Connector;
  readonly #path: YamlPath;

  constructor(given: ParentSource, connector: Connector, path: YamlPath) {
    this.#given = given;
    this.#connector = connector;
    this.#path = path;
  }

  async resolve(): Promise<ResolvedParent> {
    const { name, entry, document } = this.#given;
    const settings = this.#settings();
    // An address out of the login is known, and judged, when there is a login.
    if (!readsToken(this.#connector.baseUrl)) await this.#address(this.#connector.baseUrl, settings, 'base_url');
    const auth = await this.#auth(settings);
    const parent: ParentConnection = {
      name,
      connector: this.#connector.name,
      title: entry.title ?? this.#connector.title,
      settings,
      auth,
    };
    if (auth.kind !== 'oauth2') return { parent };
    const place = document.positionOf([...this.#path, 'auth', 'client_id']);
    return { parent, clientPlace: { file: document.file, ...place } };
  }

  #settings(): Readonly<Record<string, string>> {
    const { entry } = this.#given;
    const declared = new Map(this.#connector.settings.map((setting) => [setting.name, setting]));
    const filled: [string, string][] = [];
    for (const [name, value] of Object.entries(entry.settings)) {
      if (!declared.has(name)) {
        const hint = didYouMean(name, declared.keys());
        this.#report(['settings', name], `${this.#connector.title} has no setting "${name}"`, { hint, atKey: true });
      }
      filled.push([name, this.#fill(value, ['settings', name])]);
    }
    for (const setting of declared.values()) {
      if (Object.hasOwn(entry.settings, setting.name)) continue;
      if (setting.default !== undefined) filled.push([setting.name, setting.default]);
      else if (setting.required) this.#report([], `the setting "${setting.name}" (${setting.title}) is missing`);
    }
    return Object.fromEntries(filled);
  }

  async #auth(settings: Readonly<Record<string, string>>): Promise<ParentConnection['auth']> {
    const { auth } = this.#given.entry;
    const methods = this.#connector.auth;
    if (!Object.hasOwn(methods, auth.method)) this.#reportMethod(auth.method, methods);
    switch (auth.method) {
      case 'oauth2':
        return { kind: 'oauth2', app: await this.#oauthApp(auth, settings) };
      case 'api_key': {
        const { in: where, name, prefix } = methods.api_key ?? { in: 'header', name: 'x', prefix: '' };
        const key = new Secret(`${prefix}${this.#secret(auth.key, 'key')}`);
        return { kind: 'static', method: 'api_key', credential: { kind: 'api_key', in: where, name, key } };
      }
      case 'basic': {
        const username = this.#fill(auth.username, ['auth', 'username']);
        const password = new Secret(this.#secret(auth.password, 'password'));
        return { kind: 'static', method: 'basic', credential: { kind: 'basic', username, password } };
      }
    }
  }

  async #oauthApp(
    auth: Extract<ConnectionEntry['auth'], { method: 'oauth2' }>,
    settings: Readonly<Record<string, string>>,
  ): Promise<OAuthApp> {
    const method = this.#connector.auth.oauth2 ?? NO_METHOD;
    const { source, name } = this.#given;
    const revocationUrl =
      method.revocationUrl && (await this.#address(method.revocationUrl, settings, 'revocation_url'));
    const issuer = method.issuer && (await this.#text(method.issuer, settings));
    return {
      connection: name,
      authorizationUrl: await this.#address(method.authorizationUrl, settings, 'authorization_url'),
      tokenUrl: await this.#address(method.tokenUrl, settings, 'token_url'),
      ...(revocationUrl === undefined ? {} : { revocationUrl }),
      ...(issuer === undefined ? {} : { issuer }),
      issuerRequired: method.issuerRequired,
      clientId: this.#fill(auth.client_id, ['auth', 'client_id']),
      clientSecret: new Secret(this.#secret(auth.client_secret, 'client_secret')),
      redirectUri: `${source.publicUrl.replace(/\/+$/u, '')}/oauth/callback/${name}`,
      scopes: auth.scopes ?? method.scopes,
      scopeSeparator: method.scopeSeparator,
      clientAuthentication: method.clientAuthentication,
      pkce: method.pkce,
      authorizationParameters: method.authorizationParameters,
      tokenParameters: method.tokenParameters,
      ...(method.defaultExpiresInSeconds === undefined
        ? {}
        : { defaultExpiresInSeconds: method.defaultExpiresInSeconds }),
      codeLifetimeSeconds: method.codeLifetimeSeconds,
      revocationEnds: method.revocationEnds,
      reauthorizeErrors: method.reauthorizeErrors,
    };
  }

  /** A secret that stands in the file itself is used, with a warning. */
  #secret(value: string, key: string): string {
    if (fillEnvironment(value, {}).references === 0) {
      const hint = 'put it into an environment variable and name that here, in braces after a $';
      this.#report(['auth', key], `"${key}" is a secret and stands in the file`, { hint, severity: 'warning' });
    }
    return this.#fill(value, ['auth', key]);
  }

  #fill(value: string, path: YamlPath): string {
    const { document, source } = this.#given;
    const filled = fillEnvironment(value, source.environment);
    for (const { name, index } of filled.missing) {
      const position = document.positionInside([...this.#path, ...path], '${', index);
      const message = `the environment variable ${name} is not set`;
      this.problems.push({ file: document.file, ...position, severity: 'error', message });
    }
    return filled.text.trim();
  }

  /** Fills an address in and checks it; what is wrong with it is reported without its text, which may hold a secret. */
  async #address(template: Template, settings: Readonly<Record<string, string>>, what: string): Promise<string> {
    const text = await this.#text(template, settings);
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (hasErrors(this.problems)) return text;
    if (!url || !isBaseUrl(what === 'base_url' ? url : withoutQuery(url))) {
      this.#report(['settings'], `the settings make no usable address of ${this.#connector.title}'s ${what}`);
    } else if (!isAddressAllowed(url, this.#given.source.egressAllow)) {
      this.#report(['settings'], `the ${what} of ${this.#connector.title} is not https`, {
        hint: `use https, or list ${url.host} in EGRESS_ALLOW`,
      });
    }
    return text;
  }

  async #text(template: Template, settings: Readonly<Record<string, string>>): Promise<string> {
    try {
      return await evaluateText(template, { settings });
    } catch (error) {
      if (!isBehalfError(error, 'datapill.failed')) throw error;
      return '';
    }
  }

  #reportMethod(method: string, methods: AuthMethods): void {
    const known = Object.keys(methods).join(', ');
    this.#report(['auth', 'method'], `${this.#connector.title} cannot be used with ${method}`, {
      hint: `use ${known}`,
    });
  }

  #report(
    path: YamlPath,
    message: string,
    more: {
      readonly hint?: string | undefined;
      readonly severity?: Problem['severity'];
      readonly atKey?: boolean;
    } = {},
  ): void {
    const { document } = this.#given;
    const whole = [...this.#path, ...path];
    const position = more.atKey || path.length === 0 ? document.positionOfKey(whole) : document.positionOf(whole);
    const { hint, severity = 'error' } = more;
    this.problems.push({ file: document.file, ...position, severity, message, ...(hint ? { hint } : {}) });
  }
}

function withoutQuery(url: URL): URL {
  const copy = new URL(url);
  copy.search = '';
  return copy;
}

const NOWHERE: Template = { kind: 'constant', value: '' };

/** Stands in for a method that the connector does not have, which is reported. */
const NO_METHOD: OAuth2Method = {
  authorizationUrl: NOWHERE,
  tokenUrl: NOWHERE,
  issuerRequired: false,
  scopes: [],
  scopeSeparator: ' ',
  clientAuthentication: 'header',
  pkce: 'S256',
  authorizationParameters: {},
  tokenParameters: {},
  codeLifetimeSeconds: 60,
  revocationEnds: 'token',
  reauthorizeErrors: [],
};
