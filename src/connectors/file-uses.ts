import type { Datapill } from '../language/datapill.js';
import { datapillsOf, type Template } from '../language/template.js';
import type { YamlPath } from '../language/yaml-document.js';
import type { BodyTemplate, RequestTemplate } from './action.js';
import type { ConnectorTemplates } from './connector-templates.js';

/** What of a file may stand in a text. */
const KNOWN = ['name', 'type', 'size'];
const CONTENT = 'base64';

/** The file inputs whose content a template reads in base64. */
export function inlinedFiles(template: Template, files: ReadonlySet<string>): readonly string[] {
  const read = datapillsOf(template).flatMap(({ references }) =>
    references.flatMap(([root, name = '', member]) =>
      root === 'input' && files.has(name) && member === CONTENT ? [name] : [],
    ),
  );
  return [...new Set(read)];
}

interface FilesOfAction {
  readonly files: ReadonlySet<string>;
  /** Of the request. */
  readonly path: YamlPath;
  readonly templates: ConnectorTemplates;
}

/** A template of a request, and what a file may be in it: its content, or a part of a text. */
interface Place {
  readonly at: YamlPath;
  readonly template: Template;
  readonly takes: 'file' | 'json' | 'text';
}

/** Finds files where no file can be sent, and something else where one is to be sent. `base64` stands in JSON bodies only. */
export function reportFileUses(request: RequestTemplate, { files, path, templates }: FilesOfAction): void {
  for (const { at, takes, template } of placesOf(request)) {
    const where = [...path, ...at];
    if (takes !== 'file') {
      const known = takes === 'json' ? [...KNOWN, CONTENT] : KNOWN;
      for (const pill of datapillsOf(template)) reportPill(pill, where, { files, templates, known });
    } else if (template.kind !== 'pill' || !isFile(template.pill, files))
      templates.report(where, 'must be an input of the type file', 'write it as "{{ input.<name> }}"');
  }
}

function placesOf({ body, headers, path, pathSegments, query }: RequestTemplate): readonly Place[] {
  const text = (template: Template, ...at: YamlPath): Place => ({ at, template, takes: 'text' });
  return [
    text(path, 'path'),
    ...(pathSegments ? [text(pathSegments, 'path_segments')] : []),
    ...('kind' in query ? [text(query, 'query')] : query.map(([name, value]) => text(value, 'query', name))),
    ...headers.map(([name, value]) => text(value, 'headers', name)),
    ...(body ? placesOfBody(body) : []),
  ];
}

function placesOfBody(body: BodyTemplate): readonly Place[] {
  switch (body.kind) {
    case 'json':
      return [{ at: ['json'], template: body.value, takes: 'json' }];
    case 'form':
    case 'text':
      return [{ at: [body.kind], template: body.value, takes: 'text' }];
    case 'binary':
      return [{ at: ['binary'], template: body.file, takes: 'file' }];
    case 'multipart': {
      const { content, name } = body.file;
      const inFile = (key: string): YamlPath => ['multipart', 'file', key];
      const key = { file: 'content', base64: 'base64', utf8: 'text' }[content.encoding];
      return [
        ...body.fields.map(
          ([field, template]): Place => ({ at: ['multipart', 'fields', field], template, takes: 'text' }),
        ),
        ...(name ? [{ at: inFile('name'), template: name, takes: 'text' as const }] : []),
        { at: inFile(key), template: content.value, takes: content.encoding === 'file' ? 'file' : 'text' },
      ];
    }
  }
}

function isFile({ references }: Datapill, files: ReadonlySet<string>): boolean {
  const [first, ...others] = references;
  const [root, name = '', member] = first ?? [];
  return others.length === 0 && root === 'input' && files.has(name) && member === undefined;
}

function reportPill(
  { references }: Datapill,
  at: YamlPath,
  { files, known, templates }: Pick<FilesOfAction, 'files' | 'templates'> & { readonly known: readonly string[] },
): void {
  for (const [root, name = '', member] of references) {
    if (root !== 'input' || !files.has(name)) continue;
    if (member !== undefined && known.includes(member)) continue;
    const message =
      member === undefined ? `"input.${name}" is a file, which cannot stand here` : `a file has no "${member}" here`;
    templates.report(at, message, 'send it with `binary` or `multipart`, or `{{ input.<name>.base64 }}` inside `json`');
  }
}
