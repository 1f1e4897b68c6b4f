import type { Shape } from '../language/data-shape.js';
import type { Datapill } from '../language/datapill.js';
import type { Position } from '../language/problem.js';
import type { Template } from '../language/template.js';

type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

type NamedTemplate = readonly [name: string, value: Template];

/** One HTTP request as data: everything but scheme, host and port may come from input. */
export interface RequestTemplate {
  readonly method: HttpMethod;
  /** In place of the connector's base URL; made of settings and token fields only. */
  readonly baseUrl?: Template;
  /** Below the base URL; each datapill fills one encoded path segment or a part of one. */
  readonly path: Template;
  /** Gives a list of segments behind the path; each entry is encoded. */
  readonly pathSegments?: Template;
  /** By name, or a template that gives them by name. */
  readonly query: readonly NamedTemplate[] | Template;
  readonly headers: readonly NamedTemplate[];
  readonly body?: BodyTemplate;
}

export type BodyTemplate =
  /** `inlined`: names of file inputs whose content stands in it, in base64. */
  | { readonly kind: 'json'; readonly value: Template; readonly inlined?: readonly string[] }
  | { readonly kind: 'form' | 'text'; readonly value: Template }
  /** The content of a file as it is. */
  | { readonly kind: 'binary'; readonly file: Template }
  | { readonly kind: 'multipart'; readonly fields: readonly NamedTemplate[]; readonly file: FileTemplate };

export interface FileTemplate {
  /** Name of the part. */
  readonly field: string;
  /** Absent: as the file itself is called. */
  readonly name?: Template;
  /** `file`: the value is a file that a person sent. */
  readonly content: { readonly encoding: 'utf8' | 'base64' | 'file'; readonly value: Template };
  /** Media type; absent: that of the file itself, or `application/octet-stream`. */
  readonly type?: string;
}

/** What a value must be. */
export interface ValueRule {
  readonly type: 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array' | 'any';
  /** The only values. */
  readonly enum?: readonly (string | number)[];
  /** Most characters of a text, most entries of a list. */
  readonly maxLength?: number;
  /** RFC 3339 `full-date` and `date-time`; an e-mail address; an http(s) address. */
  readonly format?: 'date' | 'date-time' | 'email' | 'uri';
}

export interface InputField extends Omit<ValueRule, 'type'> {
  readonly name: string;
  /** `file`: one that a person sent. */
  readonly type: ValueRule['type'] | 'file';
  readonly title: string;
  readonly required: boolean;
  readonly description?: string;
  readonly default?: unknown;
  /** What the entries of an array are. */
  readonly items?: ValueRule;
}

/** How the pages of a list follow each other; the datapills see `body`, `status`, `headers`. */
export type Pagination = PageList &
  (
    | { readonly kind: 'cursor'; readonly cursor: Datapill; readonly parameter: string }
    /** Absent `next`: the header Link with `rel="next"` (RFC 8288). */
    | { readonly kind: 'link'; readonly next?: Datapill }
    | { readonly kind: 'offset'; readonly parameter: string; readonly total?: Datapill }
    | { readonly kind: 'page'; readonly parameter: string; readonly first: number; readonly total?: Datapill }
  );

interface PageList {
  readonly items: Datapill;
  readonly limitParameter?: string;
  readonly pageSize: number;
  /** Most items in all; sees `input`. */
  readonly maxItems: Template;
}

export interface ConnectorAction extends Position {
  readonly name: string;
  /** What the person reads when it fails: `create opportunities`, as in "may not create opportunities". */
  readonly title: string;
  readonly description?: string;
  readonly request: RequestTemplate;
  readonly input: ReadonlyMap<string, InputField>;
  /** Scopes that it needs besides the connector's own. */
  readonly scopes: readonly string[];
  /** What a good answer is read as; absent: by its content type. */
  readonly response?: 'json' | 'text' | 'none';
  readonly pagination?: Pagination;
  /** What later steps see, where the connector tells it; `any`: unknown. */
  readonly outputSchema: Shape;
  /** What later steps see; absent: the whole answer. Sees `body`, `status`, `headers`, `input`, of lists `items`, `truncated`. */
  readonly output?: Template;
  /** True when a repeat has no second effect: GET, HEAD, PUT, DELETE, or declared `idempotent: true`. */
  readonly isSafeToRepeat: boolean;
  readonly idempotencyKeyHeader?: string;
}
