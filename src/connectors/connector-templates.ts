import type { Datapill } from '../language/datapill.js';
import { didYouMean } from '../language/did-you-mean.js';
import type { Problem } from '../language/problem.js';
import { type CompileContext, compileTemplate, datapillsOf, type Template } from '../language/template.js';
import type { YamlDocument, YamlPath } from '../language/yaml-document.js';

/** Names that datapills of a connector may read, where it declares them. */
export interface DeclaredNames {
  readonly settings: ReadonlySet<string>;
  /** Fields that are kept of the token answer. */
  readonly token: ReadonlySet<string>;
}

/** What the first name of a datapill may be, and which names it has; `any`: they are the app's. */
type Scope =
  | { readonly kind: 'names'; readonly names: ReadonlySet<string> }
  | { readonly kind: 'any' }
  | { readonly kind: 'none'; readonly roots: readonly string[] };

export type Names = (root: string) => Scope;

/** Datapills that read an answer. */
export const ANSWER: Names = anyOf('body', 'status', 'headers');
export const IDENTITY: Names = anyOf('body', 'status', 'headers', 'more', 'settings');
export const OUTPUT: Names = anyOf('body', 'status', 'headers', 'input', 'settings', 'token');
export const LIST_OUTPUT: Names = anyOf(
  ...['items', 'truncated', 'body', 'status', 'headers', 'input', 'settings', 'token'],
);

function anyOf(...roots: readonly string[]): Names {
  return (root) => (roots.includes(root) ? { kind: 'any' } : { kind: 'none', roots });
}

/** Compiles the templates of one connector file and holds their datapills against what there is to read. */
export class ConnectorTemplates implements CompileContext {
  readonly document: YamlDocument;
  readonly problems: Problem[] = [];
  readonly #declared: DeclaredNames;

  constructor(document: YamlDocument, declared: DeclaredNames) {
    this.document = document;
    this.#declared = declared;
  }

  value(value: unknown, path: YamlPath, names: Names): Template {
    const template = compileTemplate(value, path, this);
    for (const pill of datapillsOf(template)) this.#checkReferences(pill, names);
    return template;
  }

  /** A text that only settings may fill in: addresses of logins, hosts. */
  settingsText(text: string, path: YamlPath): Template {
    return this.value(text, path, this.#namesOf({ settings: this.#declared.settings }));
  }

  /** The same with the id of the client. */
  clientText(text: string, path: YamlPath): Template {
    return this.value(text, path, this.#namesOf({ settings: this.#declared.settings, client: new Set(['id']) }));
  }

  /** A text that settings and the fields of the token answer may fill in: the address of the app. */
  addressText(text: string, path: YamlPath): Template {
    return this.value(text, path, this.#namesOf({ ...this.#declared }));
  }

  /** What requests may read. */
  requestNames(inputs: ReadonlySet<string>): Names {
    return this.#namesOf({ input: inputs, ...this.#declared });
  }

  /** A text that is one datapill. */
  pill(text: string, path: YamlPath, names: Names): Datapill {
    const template = this.value(text, path, names);
    if (template.kind === 'pill') return template.pill;
    this.report(path, 'must be one datapill', 'write it as "{{ … }}"');
    const position = { line: 1, column: 1 };
    return { source: text, file: this.document.file, position, references: [], evaluate: () => undefined };
  }

  report(path: YamlPath, message: string, hint?: string): void {
    const { file } = this.document;
    const position = this.document.positionOf(path);
    this.problems.push({ file, ...position, severity: 'error', message, ...(hint === undefined ? {} : { hint }) });
  }

  #namesOf(known: Readonly<Record<string, ReadonlySet<string>>>): Names {
    return (root) => {
      const names = Object.hasOwn(known, root) ? known[root] : undefined;
      return names ? { kind: 'names', names } : { kind: 'none', roots: Object.keys(known) };
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

  #reportPill(pill: Datapill, message: string, hint: string | undefined): void {
    const { file } = this.document;
    this.problems.push({ file, ...pill.position, severity: 'error', message, ...(hint === undefined ? {} : { hint }) });
  }
}
