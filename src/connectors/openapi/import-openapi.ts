import { BehalfError } from '../../kernel/errors.js';
import { didYouMean } from '../../language/did-you-mean.js';
import { convertOperation } from './convert-operation.js';
import { errorWords } from './convert-response.js';
import { convertSecurity } from './convert-security.js';
import { convertServer, ownServer, type ServerDraft, type ServerSetting } from './convert-server.js';
import type { ConnectorDraft, ImportNote } from './draft.js';
import { findOperations, type Operation } from './find-operations.js';
import { isObject, JsonView, line } from './json-view.js';
import { freeName, toName } from './names.js';

export interface ImportRequest {
  /** The document, as JSON data. */
  readonly document: unknown;
  /** Where it came from: a path or an address. */
  readonly source: string;
  /** Ids of operations, or `GET /path`. */
  readonly operations: readonly string[];
  /** Name of the connector; by default made of the document's title. */
  readonly name?: string;
}

/**
 * Makes a connector of operations of an OpenAPI 3.0 or 3.1 document. What the document does not tell, or the format cannot
 * say, is a note, never a guess in silence. Fails with `connector.invalid` when nothing can be made of it.
 */
export function importOpenApi(request: ImportRequest): ConnectorDraft {
  const { document, source } = request;
  if (!isObject(document) || !/^3\.[01](?:\.|$)/.test(versionOf(document['openapi']))) {
    throw invalid(`${source} is no OpenAPI document of version 3.0 or 3.1`);
  }
  const view = new JsonView(document);
  const operations = chosen(request.operations, findOperations(view));
  const info = view.object(document['info']) ?? {};
  const title = line(info['title']) ?? 'App';
  const draft = new Draft(view, source, operations);
  return draft.make(request.name ?? toName(title, 'app'), title);
}

function chosen(wanted: readonly string[], known: ReadonlyMap<string, Operation>): readonly Operation[] {
  return [...new Set(wanted)].map((id) => {
    const found = known.get(id);
    if (found) return found;
    const hint = didYouMean(id, known.keys());
    throw invalid(`the document has no operation "${id}"${hint === undefined ? '' : `; ${hint}`}`);
  });
}

class Draft {
  readonly #view: JsonView;
  readonly #source: string;
  readonly #operations: readonly Operation[];
  readonly #notes: ImportNote[] = [];
  readonly #settings = new Map<string, ServerSetting>();
  readonly #hosts = new Set<string>();

  constructor(view: JsonView, source: string, operations: readonly Operation[]) {
    this.#view = view;
    this.#source = source;
    this.#operations = operations;
  }

  make(name: string, title: string): ConnectorDraft {
    const { auth, notes, scopes } = convertSecurity(this.#operations, this.#view);
    this.#note(['auth'], ...notes);
    const baseUrl = this.#baseUrl();
    const actions = this.#actions(scopes);
    const words = errorWords(
      this.#operations.map(({ operation }) => operation),
      this.#view,
    );
    for (const reference of this.#view.foreign)
      this.#note([], `${reference} is in another document, which was not read`);
    const connector = {
      name,
      title,
      ...(this.#settings.size === 0 ? {} : { settings: [...this.#settings.values()] }),
      base_url: baseUrl,
      ...(this.#hosts.size === 0 ? {} : { hosts: [...this.#hosts] }),
      auth,
      ...('oauth2' in auth ? { identity: this.#identity() } : {}),
      ...(words === undefined ? {} : { error_message: words }),
      actions,
    };
    return { connector, notes: this.#notes };
  }

  #baseUrl(): string {
    const server = convertServer(this.#view.root, this.#view, this.#source);
    if (server) return this.#use(server, ['base_url']);
    const first = this.#operations.map(ownServer).find((owner) => owner !== undefined);
    const own = first && convertServer(first, this.#view, this.#source);
    if (own) return this.#use(own, ['base_url']);
    this.#note(['base_url'], 'the document does not say where the app is');
    return this.#use(
      { baseUrl: '{{ settings.url }}', settings: [{ name: 'url', title: 'Address of the app' }], notes: [] },
      [],
    );
  }

  #actions(scopes: ReadonlyMap<string, readonly string[]>): Readonly<Record<string, unknown>> {
    const actions = new Map<string, unknown>();
    for (const each of this.#operations) {
      const name = freeName(toName(each.id, 'action'), actions);
      const baseUrl = this.#ownBaseUrl(each);
      const made = convertOperation(each, this.#view, {
        ...(baseUrl === undefined ? {} : { baseUrl }),
        scopes: scopes.get(each.id) ?? [],
      });
      if (made.kind === 'unsupported') {
        this.#note(['actions'], `${each.id} is left out: ${made.why}`);
        continue;
      }
      actions.set(name, made.action);
      this.#note(['actions', name], ...made.notes);
    }
    if (actions.size === 0) throw invalid(this.#notes.map(({ text }) => text).join('; '));
    return Object.fromEntries(actions);
  }

  #ownBaseUrl(each: Operation): string | undefined {
    const owner = ownServer(each);
    const server = owner && convertServer(owner, this.#view, this.#source);
    if (!server) return undefined;
    const host = /^https:\/\/([^/]+)/i.exec(server.baseUrl)?.[1];
    if (host !== undefined) this.#hosts.add(host);
    return this.#use(server, []);
  }

  #use({ baseUrl, notes, settings }: ServerDraft, path: ImportNote['path']): string {
    for (const setting of settings) this.#settings.set(setting.name, setting);
    this.#note(path, ...notes);
    return baseUrl;
  }

  /** Whose token it is cannot be read out of a document for certain. */
  #identity() {
    const paths = [...findOperations(this.#view).values()].filter(({ method }) => method === 'GET');
    const found = paths.find(
      ({ path }) => /\/(?:me|user|userinfo|users\/me|profile)$/i.test(path) && !path.includes('{'),
    );
    this.#note(
      ['identity'],
      found
        ? `${found.path} looks like the call that tells whose token it is; check it, and what is read of it`
        : 'complete this: the call that tells whose token it is',
    );
    return { request: { path: found?.path ?? '/me' }, id: '{{ body.id }}', label: '{{ body.email }}' };
  }

  #note(path: ImportNote['path'], ...texts: readonly string[]): void {
    for (const text of texts) this.#notes.push({ path, text });
  }
}

function invalid(message: string): BehalfError {
  return new BehalfError('connector.invalid', message);
}

/** YAML reads `3.1` as a number. */
function versionOf(written: unknown): string {
  return typeof written === 'string' || typeof written === 'number' ? String(written) : '';
}
