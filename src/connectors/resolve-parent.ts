import type { ParentAuth, ParentConnection } from '../connections/parent-connection.js';
import { isBehalfError } from '../kernel/errors.js';
import { systemClock } from '../kernel/system-clock.js';
import { didYouMean } from '../language/did-you-mean.js';
import { hasErrors, type Position, type Problem } from '../language/problem.js';
import { evaluateText, type Template } from '../language/template.js';
import type { YamlDocument, YamlPath } from '../language/yaml-document.js';
import { isBaseUrl } from './app-address.js';
import { toCallLimit } from './call-limit-file.js';
import type { ConnectionEntry } from './connections-file.js';
import type { ConnectionsSource } from './connections-source.js';
import type { Connector } from './connector.js';
import type { EntryReader } from './entry-reader.js';
import { fillEnvironment } from './fill-environment.js';
import { readsToken } from './host-rules.js';
import { resolveAuth } from './resolve-auth.js';
import { resolveSingleSignOn } from './resolve-single-sign-on.js';
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
    const isBroken = source.brokenConnectors?.has(entry.connector) === true;
    const hint = isBroken ? 'mend its file' : didYouMean(entry.connector, source.connectors.keys());
    const position = document.positionOf([...path, 'connector']);
    const message = isBroken
      ? `the connector "${entry.connector}" has mistakes`
      : `there is no connector "${entry.connector}"`;
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
    const { name, entry, document, source } = this.#given;
    const settings = this.#settings();
    // An address out of the login is known, and judged, when there is a login.
    const address = readsToken(this.#connector.baseUrl)
      ? ''
      : await this.#address(this.#connector.baseUrl, settings, 'base_url');
    const auth = await resolveAuth(entry.auth, this.#reader(settings));
    const parent: ParentConnection = {
      name,
      connector: this.#connector.name,
      title: entry.title ?? this.#connector.title,
      settings,
      ...(source.isLiteral ? { origin: 'store' as const } : {}),
      ...(URL.canParse(address) ? { host: new URL(address).host } : {}),
      ...this.#policy(),
      ...(entry.rate_limit ? { callLimit: toCallLimit(entry.rate_limit) } : {}),
      ...(this.#hasSingleSignOn(auth) ? { singleSignOn: true } : {}),
      auth,
    };
    if (auth.kind !== 'oauth2') return { parent };
    const place = document.positionOf([...this.#path, 'auth', 'client_id']);
    return { parent, clientPlace: { file: document.file, ...place } };
  }

  #reader(settings: Readonly<Record<string, string>>): EntryReader {
    const { name, source } = this.#given;
    return {
      connection: name,
      connector: this.#connector,
      redirectUri: `${source.publicUrl.replace(/\/+$/u, '')}/oauth/callback/${name}`,
      now: () => (source.clock ?? systemClock).now(),
      fill: (value, path) => this.#fill(value, path),
      secret: (value, path) => this.#secret(value, path),
      address: (template, what, clientId) => this.#address(template, settings, what, clientId),
      text: (template, clientId) => this.#text(template, settings, clientId),
      report: (path, message, hint) => this.#report(path, message, { hint }),
    };
  }

  #hasSingleSignOn(auth: ParentAuth): boolean {
    const { entry, source } = this.#given;
    const report: Parameters<typeof resolveSingleSignOn>[0]['report'] = (...said) => this.#report(...said);
    return resolveSingleSignOn({ entry, connector: this.#connector, auth, source, report });
  }

  /** What the entry says about logins; only logins of persons can be held to it. */
  #policy(): Pick<ParentConnection, 'accounts' | 'prompt' | 'loginHint'> {
    const { accounts, auth, login_hint: loginHint, prompt } = this.#given.entry;
    if (auth.method !== 'oauth2') {
      const given = { accounts, prompt, login_hint: loginHint || undefined };
      for (const [key, value] of Object.entries(given)) {
        if (value !== undefined) this.#report([key], `"${key}" is about logins, which ${auth.method} does not have`);
      }
    }
    const { email_domains: domains, organization_ids: organizationIds } = accounts ?? {};
    if (domains && !this.#connector.identity?.email) {
      this.#report(['accounts', 'email_domains'], `${this.#connector.title} tells no e-mail address of an account`);
    }
    if (organizationIds && !this.#connector.identity?.organization) {
      this.#report(['accounts', 'organization_ids'], `${this.#connector.title} tells no organisation of an account`);
    }
    return {
      ...(domains || organizationIds
        ? {
            accounts: {
              ...(domains ? { emailDomains: domains.map((domain) => domain.toLowerCase()) } : {}),
              ...(organizationIds ? { organizationIds } : {}),
            },
          }
        : {}),
      ...(prompt === undefined ? {} : { prompt }),
      ...(loginHint ? { loginHint } : {}),
    };
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

  /** A secret that stands in the file itself is used, with a warning. */
  #secret(value: string, path: YamlPath): string {
    if (!this.#given.source.isLiteral && fillEnvironment(value, {}).references === 0) {
      const hint = 'put it into an environment variable and name that here, in braces after a $';
      this.#report(path, `"${path.at(-1)}" is a secret and stands in the file`, { hint, severity: 'warning' });
    }
    return this.#fill(value, path);
  }

  #fill(value: string, path: YamlPath): string {
    const { document, source } = this.#given;
    if (source.isLiteral) return value.trim();
    const filled = fillEnvironment(value, source.environment);
    for (const { name, index } of filled.missing) {
      const position = document.positionInside([...this.#path, ...path], '${', index);
      const message = `the environment variable ${name} is not set`;
      this.problems.push({ file: document.file, ...position, severity: 'error', message });
    }
    return filled.text.trim();
  }

  /** Fills an address in and checks it; what is wrong with it is reported without its text, which may hold a secret. */
  async #address(
    template: Template,
    settings: Readonly<Record<string, string>>,
    what: string,
    clientId = '',
  ): Promise<string> {
    const text = await this.#text(template, settings, clientId);
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

  async #text(template: Template, settings: Readonly<Record<string, string>>, clientId = ''): Promise<string> {
    try {
      return await evaluateText(template, { settings, client: { id: encodeURIComponent(clientId) } });
    } catch (error) {
      if (!isBehalfError(error, 'datapill.failed')) throw error;
      return '';
    }
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
