import type { Operation } from './find-operations.js';
import { isObject, type JsonObject, type JsonView, line } from './json-view.js';
import { toName, toTitle } from './names.js';

export interface ServerSetting {
  readonly name: string;
  readonly title: string;
  readonly default?: string;
}

/** Where an API is, as `base_url`, with the settings that fill it in. */
export interface ServerDraft {
  readonly baseUrl: string;
  readonly settings: readonly ServerSetting[];
  readonly notes: readonly string[];
}

/** The server of the document, or of an operation that has one of its own. `source` is where the document came from. */
export function convertServer(owner: JsonObject, view: JsonView, source: string): ServerDraft | undefined {
  const [server, ...others] = view.objects(owner['servers']);
  if (!server) return undefined;
  const written = typeof server['url'] === 'string' ? server['url'] : '/';
  const notes = others.length === 0 ? [] : [`the document has ${others.length} more servers; this is the first`];
  const variables = isObject(server['variables']) ? server['variables'] : {};
  const { text, settings } = fillVariables(written, variables, view);
  const base = withoutEnd(text);
  if (/^https:\/\//i.test(base)) return { baseUrl: base, settings, notes };
  if (/^http:\/\//i.test(base)) {
    return {
      baseUrl: base.replace(/^http:/i, 'https:'),
      settings,
      notes: [...notes, 'the document says http; requests are made with https only'],
    };
  }
  if (/^https:\/\//i.test(source) && settings.length === 0 && URL.canParse(text, source)) {
    return { baseUrl: withoutEnd(new URL(text, source).href), settings, notes };
  }
  if (/^\{\{/.test(base)) return { baseUrl: base, settings, notes };
  const path = base.startsWith('/') || base === '' ? base : `/${base}`;
  const address = { name: 'url', title: 'Address of the app' };
  return { baseUrl: `{{ settings.url }}${path}`, settings: [address, ...settings], notes };
}

function fillVariables(
  url: string,
  variables: JsonObject,
  view: JsonView,
): { readonly text: string; readonly settings: readonly ServerSetting[] } {
  const settings = new Map<string, ServerSetting>();
  const text = url.replaceAll(/\{([^{}]+)\}/g, (_whole, written: string) => {
    const name = toName(written, 'part');
    const variable = view.object(variables[written]) ?? {};
    const standard = variable['default'];
    const title = line(variable['description']) ?? toTitle(written);
    settings.set(name, { name, title, ...(typeof standard === 'string' ? { default: standard } : {}) });
    return `{{ settings.${name} }}`;
  });
  return { text, settings: [...settings.values()] };
}

function withoutEnd(url: string): string {
  return url.replace(/\/+$/, '');
}

/** The part of the document that tells an operation's server. */
export function ownServer({ operation, shared }: Operation): JsonObject | undefined {
  return [operation, shared].find((owner) => Array.isArray(owner['servers']) && owner['servers'].length > 0);
}
