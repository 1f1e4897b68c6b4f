import type { YamlPath } from '../language/yaml-document.js';
import type { BodyTemplate, RequestTemplate } from './action.js';
import type { RequestFile } from './action-file.js';
import type { ConnectorTemplates, Names } from './connector-templates.js';
import { inlinedFiles, reportFileUses } from './file-uses.js';

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

const BODIES = ['json', 'form', 'text', 'binary', 'multipart'] as const;

/** What a request may read of its action's input. */
interface RequestInputs {
  readonly inputs: ReadonlySet<string>;
  /** Those of them that are files. */
  readonly files: ReadonlySet<string>;
}

const NO_INPUTS: RequestInputs = { inputs: new Set(), files: new Set() };

/** Turns a request of a connector file into what is filled in and sent. */
export function compileRequest(
  file: RequestFile,
  path: YamlPath,
  templates: ConnectorTemplates,
  { files, inputs }: RequestInputs = NO_INPUTS,
): RequestTemplate {
  const names = templates.requestNames(inputs);
  const entries = (key: 'query' | 'headers', values: Readonly<Record<string, unknown>>) =>
    Object.entries(values).map(([name, value]) => {
      return [name, templates.value(value, [...path, key, name], names)] as const;
    });
  // Apps that take one kind of JSON or XML only know it by its type.
  const isTyped = file.json !== undefined || file.text !== undefined;
  for (const name of Object.keys(file.headers)) {
    const header = name.toLowerCase();
    if (!OWN_HEADERS.has(header) || (isTyped && header === 'content-type')) continue;
    const hint = header === 'content-type' ? 'it can beside json and text' : undefined;
    templates.report([...path, 'headers', name], `the header ${name} cannot be set here`, hint);
  }
  const bodies = BODIES.filter((kind) => file[kind] !== undefined);
  if (bodies.length > 1) templates.report(path, `a request has one body, not ${bodies.join(' and ')}`);
  if (bodies.length > 0 && ['GET', 'HEAD'].includes(file.method))
    templates.report(path, `a ${file.method} request has no body`);
  const body = compileBody(file, path, templates, names);
  const request: RequestTemplate = {
    method: file.method,
    ...(file.base_url === undefined ? {} : { baseUrl: templates.addressText(file.base_url, [...path, 'base_url']) }),
    path: templates.value(file.path, [...path, 'path'], names),
    ...(file.path_segments === undefined
      ? {}
      : { pathSegments: templates.value(file.path_segments, [...path, 'path_segments'], names) }),
    query:
      typeof file.query === 'string'
        ? templates.value(file.query, [...path, 'query'], names)
        : entries('query', file.query),
    headers: entries('headers', file.headers),
    ...(body ? { body: withInlined(body, files) } : {}),
  };
  reportFileUses(request, { files, path, templates });
  return request;
}

function compileBody(
  file: RequestFile,
  path: YamlPath,
  templates: ConnectorTemplates,
  names: Names,
): BodyTemplate | undefined {
  if (file.multipart) return compileMultipart(file.multipart, [...path, 'multipart'], templates, names);
  if (file.binary !== undefined)
    return { kind: 'binary', file: templates.value(file.binary, [...path, 'binary'], names) };
  for (const kind of ['json', 'form', 'text'] as const) {
    if (file[kind] !== undefined) return { kind, value: templates.value(file[kind], [...path, kind], names) };
  }
  return undefined;
}

const ENCODINGS = { content: 'file', base64: 'base64', text: 'utf8' } as const;

function compileMultipart(
  { fields, file }: NonNullable<RequestFile['multipart']>,
  path: YamlPath,
  templates: ConnectorTemplates,
  names: Names,
): BodyTemplate {
  const key = (['content', 'base64', 'text'] as const).filter((one) => file[one] !== undefined);
  const [at = 'text'] = key;
  if (key.length !== 1)
    templates.report([...path, 'file'], 'a file has its content as text or as base64, or is the content of an input');
  if (at !== 'content' && file.name === undefined) templates.report([...path, 'file'], 'the file has no name');
  return {
    kind: 'multipart',
    fields: Object.entries(fields).map(([name, value]) => {
      return [name, templates.value(value, [...path, 'fields', name], names)] as const;
    }),
    file: {
      field: file.field,
      ...(file.name === undefined ? {} : { name: templates.value(file.name, [...path, 'file', 'name'], names) }),
      content: { encoding: ENCODINGS[at], value: templates.value(file[at] ?? '', [...path, 'file', at], names) },
      ...(file.type === undefined ? {} : { type: file.type }),
    },
  };
}

function withInlined(body: BodyTemplate, files: ReadonlySet<string>): BodyTemplate {
  if (body.kind !== 'json') return body;
  const inlined = inlinedFiles(body.value, files);
  return inlined.length === 0 ? body : { ...body, inlined };
}
