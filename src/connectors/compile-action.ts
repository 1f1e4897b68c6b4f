import { isBehalfError } from '../kernel/errors.js';
import { ANY, parseShape } from '../language/data-shape.js';
import type { YamlPath } from '../language/yaml-document.js';
import type { ConnectorAction, InputField, Pagination } from './action.js';
import type { ActionFile, InputFile, PaginationFile } from './action-file.js';
import { checkValue } from './check-input.js';
import { compileRequest } from './compile-request.js';
import { ANSWER, type ConnectorTemplates, LIST_OUTPUT, OUTPUT } from './connector-templates.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);

/** Turns an action of a connector file into what is carried out. */
export function compileAction(name: string, file: ActionFile, templates: ConnectorTemplates): ConnectorAction {
  const path = ['actions', name];
  const input = new Map(
    Object.entries(file.input).map(([key, field]) => [
      key,
      compileInput(key, field, [...path, 'input', key], templates),
    ]),
  );
  const inputs = new Set(input.keys());
  const files = new Set([...input.values()].filter(({ type }) => type === 'file').map((field) => field.name));
  const { description, output, output_schema: schema, idempotency_key_header: header, response } = file;
  const pagination = file.pagination && compilePagination(file, file.pagination, [...path, 'pagination'], templates);
  return {
    name,
    title: file.title,
    ...(description === undefined ? {} : { description }),
    request: compileRequest(file.request, [...path, 'request'], templates, { inputs, files }),
    input,
    scopes: file.scopes,
    ...(response === undefined ? {} : { response }),
    ...(pagination === undefined ? {} : { pagination }),
    outputSchema: schema === undefined ? ANY : parseShape(schema, [...path, 'output_schema'], templates),
    ...(output === undefined
      ? {}
      : { output: templates.value(output, [...path, 'output'], pagination ? LIST_OUTPUT : OUTPUT) }),
    isSafeToRepeat: file.idempotent ?? SAFE_METHODS.has(file.request.method),
    ...(header === undefined ? {} : { idempotencyKeyHeader: header }),
    ...templates.document.positionOfKey(path),
  };
}

function compilePagination(
  action: ActionFile,
  file: PaginationFile,
  path: YamlPath,
  templates: ConnectorTemplates,
): Pagination {
  if (action.request.method !== 'GET' && action.idempotent !== true) {
    templates.report(path, 'only what can be repeated has pages', 'use GET, or say idempotent: true');
  }
  if (file.kind === 'offset' && file.limit_parameter === undefined) {
    templates.report(path, 'pages by offset need a limit_parameter');
  }
  const { limit_parameter: limitParameter } = file;
  const maxItems = templates.value(
    file.max_items,
    [...path, 'max_items'],
    templates.requestNames(new Set(Object.keys(action.input))),
  );
  const list = {
    items: templates.pill(file.items, [...path, 'items'], ANSWER),
    ...(limitParameter === undefined ? {} : { limitParameter }),
    pageSize: file.page_size,
    maxItems,
  };
  switch (file.kind) {
    case 'cursor':
      return {
        ...list,
        kind: 'cursor',
        cursor: templates.pill(file.cursor, [...path, 'cursor'], ANSWER),
        parameter: file.parameter,
      };
    case 'link':
      return {
        ...list,
        kind: 'link',
        ...(file.next === undefined ? {} : { next: templates.pill(file.next, [...path, 'next'], ANSWER) }),
      };
    case 'offset':
      return { ...list, kind: 'offset', parameter: file.parameter, ...totalOf(file, path, templates) };
    case 'page': {
      const { parameter, first } = file;
      return { ...list, kind: 'page', parameter, first, ...totalOf(file, path, templates) };
    }
  }
}

function totalOf({ total }: { readonly total?: string | undefined }, path: YamlPath, templates: ConnectorTemplates) {
  return total === undefined ? {} : { total: templates.pill(total, [...path, 'total'], ANSWER) };
}

function compileInput(name: string, file: InputFile, path: YamlPath, templates: ConnectorTemplates): InputField {
  const { type, required, title = name, description, default: standard, items } = file;
  const field: InputField = {
    name,
    type,
    required,
    title,
    ...(description === undefined ? {} : { description }),
    ...(standard === undefined ? {} : { default: standard }),
    ...(items ? { items: { type: items.type, ...rulesOf(items) } } : {}),
    ...rulesOf(file),
  };
  if (items && type !== 'array') templates.report([...path, 'items'], 'only an array has items');
  if (file.format !== undefined && type !== 'string')
    templates.report([...path, 'format'], 'only a string has a format');
  if (file.max_length !== undefined && type !== 'string' && type !== 'array')
    templates.report([...path, 'max_length'], 'only a string or an array has a length');
  const isOdd = (value: string | number) => typeof value !== (type === 'integer' ? 'number' : type);
  if (file.enum && type !== 'any' && file.enum.some(isOdd))
    templates.report([...path, 'enum'], `these are not all of the type ${type}`);
  if (standard !== undefined) reportDefault(field, standard, path, templates);
  return field;
}

/** A default is held against its own rules, as what a person gives would be. */
function reportDefault(field: InputField, standard: unknown, path: YamlPath, templates: ConnectorTemplates): void {
  try {
    checkValue(standard, field);
  } catch (error) {
    if (!isBehalfError(error, 'app.bad_input')) throw error;
    templates.report([...path, 'default'], `the default does not fit: ${error.userText}`);
  }
}

function rulesOf(file: Pick<InputFile, 'enum' | 'max_length' | 'format'>) {
  const { enum: values, max_length: maxLength, format } = file;
  return {
    ...(values === undefined ? {} : { enum: values }),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(format === undefined ? {} : { format }),
  };
}
