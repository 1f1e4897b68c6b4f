import type { Problem } from '../language/problem.js';
import { checkShape } from '../language/shape.js';
import type { Template } from '../language/template.js';
import { parseYaml, type YamlDocument, type YamlPath } from '../language/yaml-document.js';

import type { RequestTemplate } from './action.js';
import type { AuthMethods } from './auth-methods.js';
import { toCallLimit } from './call-limit-file.js';
import { compileAction } from './compile-action.js';
import { compileAuth } from './compile-auth.js';
import { compileRequest } from './compile-request.js';
import type { Connector, ErrorRule, IdentityCall, RetryAfterRule } from './connector.js';

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
    const test = this.#test();
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

  #errors(): Pick<Connector, 'errors' | 'errorMessage' | 'retryAfter' | 'rateLimit' | 'callLimit'> {
    const { errors, error_message, retry_after } = this.#file;
    return {
      errors: errors.map((rule, index) => this.#rule(rule, ['errors', index])),
      ...(error_message === undefined
        ? {}
        : { errorMessage: this.#templates.pill(error_message, ['error_message'], ANSWER) }),
      ...(retry_after === undefined ? {} : { retryAfter: this.#retryAfter(retry_after) }),
      ...this.#rateLimit(),
    };
  }

  /** What the app tells of its limit, and what we hold to. Both have two keys, of which one says nothing. */
  #rateLimit(): Pick<Connector, 'rateLimit' | 'callLimit'> {
    const { per, remaining_header: remaining, requests, reset_header: reset, scope } = this.#file.rate_limit ?? {};
    const report = (key: string, needs: string) =>
      this.#report(
        ['rate_limit', key],
        `"${key}" says nothing without "${needs}"`,
        `add ${needs}, or leave ${key} out`,
      );
    if (requests !== undefined && per === undefined) report('requests', 'per');
    if (per !== undefined && requests === undefined) report('per', 'requests');
    if (scope !== undefined && requests === undefined) report('scope', 'requests');
    if (remaining !== undefined && reset === undefined) report('remaining_header', 'reset_header');
    if (reset !== undefined && remaining === undefined) report('reset_header', 'remaining_header');
    return {
      ...(remaining === undefined || reset === undefined
        ? {}
        : { rateLimit: { remainingHeader: remaining.toLowerCase(), resetHeader: reset.toLowerCase() } }),
      ...(requests === undefined || per === undefined ? {} : { callLimit: toCallLimit({ requests, per, scope }) }),
    };
  }

  #retryAfter(text: string): RetryAfterRule {
    if (/^[\w-]+$/u.test(text)) return { kind: 'header', name: text.toLowerCase() };
    return { kind: 'pill', pill: this.#templates.pill(text, ['retry_after'], ANSWER) };
  }

  #auth(): AuthMethods {
    return compileAuth(this.#file.auth, {
      settingsText: (text, path) => this.#settingsText(text, path),
      clientText: (text, path) => this.#templates.clientText(text, path),
      fieldsText: (text, path, fields) =>
        this.#templates.value(text, path, (root) =>
          root === 'fields' ? { kind: 'names', names: fields } : { kind: 'none', roots: ['fields'] },
        ),
      report: (path, message, hint) => this.#report(path, message, hint),
    });
  }

  #test(): RequestTemplate | undefined {
    const { auth, test } = this.#file;
    if (test) return compileRequest(test.request, ['test', 'request'], this.#templates);
    return auth.test && compileRequest(auth.test.request, ['auth', 'test', 'request'], this.#templates);
  }

  #identity(): IdentityCall | undefined {
    const { identity } = this.#file;
    if (!identity) {
      if (this.#file.auth.oauth2) this.#report(['auth', 'oauth2'], 'logins need an identity call', 'add "identity"');
      return undefined;
    }
    const { email, email_verified, more, organization } = identity;
    const pill = (text: string, key: string) => this.#templates.pill(text, ['identity', key], IDENTITY);
    return {
      request: compileRequest(identity.request, ['identity', 'request'], this.#templates),
      ...(more ? { more: compileRequest(more.request, ['identity', 'more', 'request'], this.#templates) } : {}),
      moreIsOptional: more?.optional ?? false,
      id: pill(identity.id, 'id'),
      label: pill(identity.label, 'label'),
      ...(email === undefined ? {} : { email: pill(email, 'email') }),
      ...(email_verified === undefined ? {} : { emailVerified: pill(email_verified, 'email_verified') }),
      ...(organization === undefined ? {} : { organization: pill(organization, 'organization') }),
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
