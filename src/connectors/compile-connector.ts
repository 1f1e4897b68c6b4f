import { ANY, parseShape } from '../language/data-shape.js';
import type { Datapill } from '../language/datapill.js';
import { didYouMean } from '../language/did-you-mean.js';
import type { Problem } from '../language/problem.js';
import { checkShape } from '../language/shape.js';
import { type CompileContext, compileTemplate, datapillsOf, type Template } from '../language/template.js';
import { parseYaml, type YamlDocument, type YamlPath } from '../language/yaml-document.js';
import type {
  AuthMethods,
  Connector,
  ConnectorAction,
  ErrorRule,
  IdentityCall,
  InputField,
  RequestTemplate,
} from './connector.js';
import { ConnectorFile } from './connector-file.js';

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

/** Headers that the service itself sets, or that would change whom the request is for. */
const OWN_HEADERS = new Set([
  'authorization',
  'connection',
  'content-length',
  'content-type',
  'cookie',
  'host',
  'proxy-authorization',
  'transfer-encoding',
]);

const SAFE_METHODS = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);

type ActionFile = ConnectorFile['actions'][string];
type RequestFile = ActionFile['request'];

class ConnectorCompiler implements CompileContext {
  readonly document: YamlDocument;
  readonly problems: Problem[] = [];
  readonly #file: ConnectorFile;
  readonly #settings: ReadonlySet<string>;

  constructor(document: YamlDocument, file: ConnectorFile) {
    this.document = document;
    this.#file = file;
    this.#settings = new Set(file.settings.map((setting) => setting.name));
  }

  compile(): Connector {
    const { name, title, secondary, settings, base_url, hosts, errors, error_message, actions } = this.#file;
    const identity = this.#identity();
    return {
      name,
      title,
      secondary,
      file: this.document.file,
      settings: settings.map(({ default: standard, ...setting }) => {
        return standard === undefined ? setting : { ...setting, default: standard };
      }),
      baseUrl: this.#settingsText(base_url, ['base_url']),
      hosts: hosts.map((host, index) => this.#settingsText(host, ['hosts', index])),
      auth: this.#auth(),
      ...(identity ? { identity } : {}),
      errors: errors.map((rule, index) => this.#rule(rule, ['errors', index])),
      ...(error_message === undefined ? {} : { errorMessage: this.#pill(error_message, ['error_message'], ANSWER) }),
      actions: new Map(Object.entries(actions).map(([key, action]) => [key, this.#action(key, action)])),
    };
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
    };
  }

  #identity(): IdentityCall | undefined {
    const { identity } = this.#file;
    if (!identity) {
      if (this.#file.auth.oauth2) this.#report(['auth', 'oauth2'], 'logins need an identity call', 'add "identity"');
      return undefined;
    }
    const { email, email_verified } = identity;
    return {
      request: this.#request(identity.request, ['identity', 'request'], new Set()),
      id: this.#pill(identity.id, ['identity', 'id'], ANSWER),
      label: this.#pill(identity.label, ['identity', 'label'], ANSWER),
      ...(email === undefined ? {} : { email: this.#pill(email, ['identity', 'email'], ANSWER) }),
      ...(email_verified === undefined
        ? {}
        : { emailVerified: this.#pill(email_verified, ['identity', 'email_verified'], ANSWER) }),
    };
  }

  #rule(rule: ConnectorFile['errors'][number], path: YamlPath): ErrorRule {
    const { status, when } = rule;
    if (status === undefined && when === undefined) this.#report(path, 'a rule needs status, when, or both');
    return {
      statuses: status === undefined ? [] : [status].flat(),
      ...(when === undefined ? {} : { when: this.#pill(when, [...path, 'when'], ANSWER) }),
      class: rule.class,
    };
  }

  #action(name: string, action: ActionFile): ConnectorAction {
    const path = ['actions', name];
    const input = new Map(Object.entries(action.input).map(([key, field]) => [key, toInputField(key, field)]));
    const { description, output, output_schema: schema, idempotency_key_header: header } = action;
    return {
      name,
      title: action.title,
      ...(description === undefined ? {} : { description }),
      request: this.#request(action.request, [...path, 'request'], new Set(input.keys())),
      input,
      outputSchema: schema === undefined ? ANY : parseShape(schema, [...path, 'output_schema'], this),
      ...(output === undefined ? {} : { output: this.#value(output, [...path, 'output'], OUTPUT) }),
      isSafeToRepeat: action.idempotent ?? SAFE_METHODS.has(action.request.method),
      ...(header === undefined ? {} : { idempotencyKeyHeader: header }),
      ...this.document.positionOfKey(path),
    };
  }

  #request(file: RequestFile, path: YamlPath, inputs: ReadonlySet<string>): RequestTemplate {
    const names = (key: string) => this.#scope(key, inputs);
    const entries = (key: 'query' | 'headers') =>
      Object.entries(file[key]).map(([name, value]) => {
        return [name, this.#value(value, [...path, key, name], names)] as const;
      });
    for (const name of Object.keys(file.headers)) {
      if (OWN_HEADERS.has(name.toLowerCase()))
        this.#report([...path, 'headers', name], `the header ${name} cannot be set here`);
    }
    if (file.json !== undefined && file.form !== undefined) this.#report(path, 'a request has json or form, not both');
    const hasBody = file.json !== undefined || file.form !== undefined;
    if (hasBody && ['GET', 'HEAD'].includes(file.method)) this.#report(path, `a ${file.method} request has no body`);
    return {
      method: file.method,
      ...(file.base_url === undefined ? {} : { baseUrl: this.#settingsText(file.base_url, [...path, 'base_url']) }),
      path: this.#value(file.path, [...path, 'path'], names),
      query: entries('query'),
      headers: entries('headers'),
      ...(file.json === undefined
        ? {}
        : { body: { kind: 'json', value: this.#value(file.json, [...path, 'json'], names) } }),
      ...(file.form === undefined
        ? {}
        : { body: { kind: 'form', value: this.#value(file.form, [...path, 'form'], names) } }),
    };
  }

  /** A text that only settings may fill in: addresses. */
  #settingsText(text: string, path: YamlPath): Template {
    return this.#value(text, path, (key) => this.#scope(key, new Set(), ['settings']));
  }

  #value(value: unknown, path: YamlPath, names: Names): Template {
    const template = compileTemplate(value, path, this);
    for (const pill of datapillsOf(template)) this.#checkReferences(pill, names);
    return template;
  }

  #pill(text: string, path: YamlPath, names: Names): Datapill {
    const template = this.#value(text, path, names);
    if (template.kind === 'pill') return template.pill;
    this.#report(path, 'must be one datapill', 'write it as "{{ … }}"');
    return {
      source: text,
      file: this.document.file,
      position: { line: 1, column: 1 },
      references: [],
      evaluate: () => undefined,
    };
  }

  #checkReferences(pill: Datapill, names: Names): void {
    for (const [root = '', name] of pill.references) {
      const scope = names(root);
      if (scope.kind === 'none') {
        this.#reportPill(pill, `there is no "${root}" here`, didYouMean(root, scope.roots));
      } else if (scope.kind === 'names' && name !== undefined && !scope.names.has(name)) {
        this.#reportPill(pill, `"${root}.${name}" is not declared`, didYouMean(name, scope.names));
      }
    }
  }

  #scope(root: string, inputs: ReadonlySet<string>, roots: readonly string[] = ['input', 'settings']): Scope {
    if (!roots.includes(root)) return { kind: 'none', roots };
    return { kind: 'names', names: root === 'settings' ? this.#settings : inputs };
  }

  #reportPill(pill: Datapill, message: string, hint: string | undefined): void {
    const { file } = this.document;
    this.problems.push({ file, ...pill.position, severity: 'error', message, ...(hint === undefined ? {} : { hint }) });
  }

  #report(path: YamlPath, message: string, hint?: string): void {
    const position = this.document.positionOf(path);
    const { file } = this.document;
    this.problems.push({ file, ...position, severity: 'error', message, ...(hint === undefined ? {} : { hint }) });
  }
}

/** What the first name of a datapill may be, and which names it has; `any`: they are the app's. */
type Scope =
  | { readonly kind: 'names'; readonly names: ReadonlySet<string> }
  | { readonly kind: 'any' }
  | { readonly kind: 'none'; readonly roots: readonly string[] };

type Names = (root: string) => Scope;

const ANSWER: Names = anyOf('body', 'status', 'headers');
const OUTPUT: Names = anyOf('body', 'status', 'headers', 'input', 'settings');

function anyOf(...roots: readonly string[]): Names {
  return (root) => (roots.includes(root) ? { kind: 'any' } : { kind: 'none', roots });
}

function toInputField(name: string, field: ActionFile['input'][string]): InputField {
  const { type, required, title, description } = field;
  return { name, type, required, title: title ?? name, ...(description === undefined ? {} : { description }) };
}
