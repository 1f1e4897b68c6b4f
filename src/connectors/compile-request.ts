import type { YamlPath } from '../language/yaml-document.js';
import type { BodyTemplate, RequestTemplate } from './action.js';
import type { RequestFile } from './action-file.js';
import type { ConnectorTemplates, Names } from './connector-templates.js';

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

const BODIES = ['json', 'form', 'text', 'multipart'] as const;

/** Turns a request of a connector file into what is filled in and sent. */
export function compileRequest(
  file: RequestFile,
  path: YamlPath,
  templates: ConnectorTemplates,
  inputs: ReadonlySet<string> = new Set(),
): RequestTemplate {
  const names = templates.requestNames(inputs);
  const entries = (key: 'query' | 'headers', values: Readonly<Record<string, unknown>>) =>
    Object.entries(values).map(([name, value]) => {
      return [name, templates.value(value, [...path, key, name], names)] as const;
    });
  for (const name of Object.keys(file.headers)) {
    if (OWN_HEADERS.has(name.toLowerCase()))
      templates.report([...path, 'headers', name], `the header ${name} cannot be set here`);
  }
  const bodies = BODIES.filter((kind) => file[kind] !== undefined);
  if (bodies.length > 1) templates.report(path, `a request has one body, not ${bodies.join(' and ')}`);
  if (bodies.length > 0 && ['GET', 'HEAD'].includes(file.method))
    templates.report(path, `a ${file.method} request has no body`);
  const body = compileBody(file, path, templates, names);
  return {
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
    ...(body ? { body } : {}),
  };
}

function compileBody(
  file: RequestFile,
  path: YamlPath,
  templates: ConnectorTemplates,
  names: Names,
): BodyTemplate | undefined {
  if (file.multipart) return compileMultipart(file.multipart, [...path, 'multipart'], templates, names);
  for (const kind of ['json', 'form', 'text'] as const) {
    if (file[kind] !== undefined) return { kind, value: templates.value(file[kind], [...path, kind], names) };
  }
  return undefined;
}

function compileMultipart(
  { fields, file }: NonNullable<RequestFile['multipart']>,
  path: YamlPath,
  templates: ConnectorTemplates,
  names: Names,
): BodyTemplate {
  if ((file.text === undefined) === (file.base64 === undefined))
    templates.report([...path, 'file'], 'a file has its content as text or as base64');
  const encoding = file.base64 === undefined ? 'utf8' : 'base64';
  const content = file.base64 ?? file.text ?? '';
  const at = [...path, 'file', file.base64 === undefined ? 'text' : 'base64'];
  return {
    kind: 'multipart',
    fields: Object.entries(fields).map(([name, value]) => {
      return [name, templates.value(value, [...path, 'fields', name], names)] as const;
    }),
    file: {
      field: file.field,
      name: templates.value(file.name, [...path, 'file', 'name'], names),
      content: { encoding, value: templates.value(content, at, names) },
      type: file.type,
    },
  };
}
