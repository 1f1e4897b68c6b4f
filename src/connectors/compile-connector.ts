import type { Problem } from '../language/problem.js';
import { checkShape } from '../language/shape.js';
import type { Template } from '../language/template.js';
import { parseYaml, type YamlDocument, type YamlPath } from '../language/yaml-document.js';
import { compileAction } from './compile-action.js';
import { compileRequest } from './compile-request.js';
import type { AuthMethods, Connector, ErrorRule, IdentityCall, RetryAfterRule } from './connector.js';
import { ConnectorFile } from './connector-file.js';
import { ANSWER, ConnectorTemplates, IDENTITY } from './connector-templates.js';
import { checkHosts } from './host-rules.js';

export type ConnectorResult =
  | { readonly kind: 'ok'; readonly connector: Connector }
  | { readonly kind: 'broken'; readonly problems: readonly Problem[] };

/** Turns a connector file into what runs. Every mistake that the file alone shows is a problem. */
export function compileConnector(source: { readonly file: string; readonly text: string }): ConnectorResult {
  const yaml = parseYaml(source.file, source.text);
  if (yaml.kind === 'broken') return yaml;
  const shape = checkShape(yaml.document, ConnectorFile);
  if (shape.kind === 'broken') return shape;
  const compiler = new ConnectorCompiler(yaml.document, shape.value);
  const connector = compiler.compile();
  return compiler.problems.length > 0 ? { kind: 'broken', problems: compiler.problems } : { kind: 'ok', connector };
}

class ConnectorCompiler {
  readonly problems: readonly Problem[];
  readonly #file: ConnectorFile;
  readonly #document: YamlDocument;
  readonly #templates: ConnectorTemplates;

  constructor(document: YamlDocument, file: ConnectorFile) {
    this.#document = document;
    this.#file = file;
    const settings = new Set(file.settings.map((setting) => setting.name));
    this.#templates = new ConnectorTemplates(document, { settings, token: tokenFields(file) });
    this.problems = this.#templates.problems;
  }

  compile(): Connector {
    const { name, title, secondary, settings, base_url, hosts, actions } = this.#file;
    const identity = this.#identity();
    const test = this.#file.test && compileRequest(this.#file.test.request, ['test', 'request'], this.#templates);
    const baseUrl = this.#templates.addressText(base_url, ['base_url']);
    const hostTexts = hosts.map((host, index) => this.#settingsText(host, ['hosts', index]));
    checkHosts({ baseUrl, hosts: hostTexts }, this.#templates);
    return {
      name,
      title,
      secondary,
      file: this.#document.file,
      settings: settings.map(({ default: standard, ...setting }) => {
        return standard === undefined ? setting : { ...setting, default: standard };
      }),
      baseUrl,
      hosts: hostTexts,
      auth: this.#auth(),
      ...(identity ? { identity } : {}),
      ...(test ? { test } : {}),
      ...this.#errors(),
      actions: new Map(
        Object.entries(actions).map(([key, action]) => [key, compileAction(key, action, this.#templates)]),
      ),
    };
  }

  #errors(): Pick<Connector, 'errors' | 'errorMessage' | 'retryAfter' | 'rateLimit'> {
    const { errors, error_message, retry_after, rate_limit } = this.#file;
    return {
      errors: errors.map((rule, index) => this.#rule(rule, ['errors', index])),
      ...(error_message === undefined
        ? {}
        : { errorMessage: this.#templates.pill(error_message, ['error_message'], ANSWER) }),
      ...(retry_after === undefined ? {} : { retryAfter: this.#retryAfter(retry_after) }),
      ...(rate_limit === undefined
        ? {}
        : {
            rateLimit: {
              remainingHeader: rate_limit.remaining_header.toLowerCase(),
              resetHeader: rate_limit.reset_header.toLowerCase(),
            },
          }),
    };
  }

  #retryAfter(text: string): RetryAfterRule {
    if (/^[\w-]+$/u.test(text)) return { kind: 'header', name: text.toLowerCase() };
    return { kind: 'pill', pill: this.#templates.pill(text, ['retry_after'], ANSWER) };
  }

  #auth(): AuthMethods {
    const { oauth2, api_key, basic } = this.#file.auth;
    if (!oauth2 && !api_key && !basic) this.#report(['auth'], 'needs one of: oauth2, api_key, basic');
    return {
      ...(oauth2 ? { oauth2: this.#oauth2(oauth2) } : {}),
      ...(api_key ? { api_key } : {}),
      ...(basic ? { basic: {} } : {}),
    };
  }

  #oauth2(file: NonNullable<ConnectorFile['auth']['oauth2']>): NonNullable<AuthMethods['oauth2']> {
    const text = (key: 'authorization_url' | 'token_url') => this.#settingsText(file[key], ['auth', 'oauth2', key]);
    const optional = (key: 'revocation_url' | 'issuer') => {
      const value = file[key];
      return value === undefined ? undefined : this.#settingsText(value, ['auth', 'oauth2', key]);
    };
    const [revocationUrl, issuer] = [optional('revocation_url'), optional('issuer')];
    return {
      authorizationUrl: text('authorization_url'),
      tokenUrl: text('token_url'),
      ...(revocationUrl ? { revocationUrl } : {}),
      ...(issuer ? { issuer } : {}),
      issuerRequired: file.issuer_required,
      scopes: file.scopes,
      scopeSeparator: file.scope_separator,
      clientAuthentication: file.client_authentication,
      pkce: file.pkce,
      authorizationParameters: file.authorization_parameters,
      tokenParameters: file.token_parameters,
      ...(file.default_expires_in === undefined ? {} : { defaultExpiresInSeconds: file.default_expires_in }),
      codeLifetimeSeconds: file.code_lifetime,
      revocationEnds: file.revocation_ends,
      reauthorizeErrors: file.reauthorize_errors,
      ...(file.token_fields.length === 0 ? {} : { tokenFields: file.token_fields }),
    };
  }

  #identity(): IdentityCall | undefined {
    const { identity } = this.#file;
    if (!identity) {
      if (this.#file.auth.oauth2) this.#report(['auth', 'oauth2'], 'logins need an identity call', 'add "identity"');
      return undefined;
    }
    const { email, email_verified, more } = identity;
    const pill = (text: string, key: string) => this.#templates.pill(text, ['identity', key], IDENTITY);
    return {
      request: compileRequest(identity.request, ['identity', 'request'], this.#templates),
      ...(more ? { more: compileRequest(more.request, ['identity', 'more', 'request'], this.#templates) } : {}),
      id: pill(identity.id, 'id'),
      label: pill(identity.label, 'label'),
      ...(email === undefined ? {} : { email: pill(email, 'email') }),
      ...(email_verified === undefined ? {} : { emailVerified: pill(email_verified, 'email_verified') }),
    };
  }

  #rule(rule: ConnectorFile['errors'][number], path: YamlPath): ErrorRule {
    const { status, when, words } = rule;
    if (status === undefined && when === undefined) this.#report(path, 'a rule needs status, when, or both');
    return {
      statuses: status === undefined ? [] : [status].flat(),
      ...(when === undefined ? {} : { when: this.#templates.pill(when, [...path, 'when'], ANSWER) }),
      class: rule.class,
      ...(words === undefined ? {} : { words: this.#templates.pill(words, [...path, 'words'], ANSWER) }),
    };
  }

  #settingsText(text: string, path: YamlPath): Template {
    return this.#templates.settingsText(text, path);
  }

  #report(path: YamlPath, message: string, hint?: string): void {
    this.#templates.report(path, message, hint);
  }
}

/** Names under `token`: the fields that any of the methods keeps. */
function tokenFields({ auth }: ConnectorFile): ReadonlySet<string> {
  return new Set(
    Object.values(auth).flatMap((method) => (method && 'token_fields' in method ? method.token_fields : [])),
  );
}
