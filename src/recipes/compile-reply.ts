import type { Datapill } from '../language/datapill.js';
import { didYouMean } from '../language/did-you-mean.js';
import type { Problem } from '../language/problem.js';
import { type CompileContext, compileTemplate, type Template } from '../language/template.js';
import type { YamlPath } from '../language/yaml-document.js';
import type { CompiledStep } from './compiled-recipe.js';
import type { CommandButton, InputValue, ReplyBlock, ReplyButton, ReplyPicklist } from './compiled-reply.js';
import { normalizeCommand } from './parameters.js';
import type { CommandButtonShape, PicklistShape, ReplyButtonShape, ReplyShape, TableShape } from './reply-shape.js';
import { checkAddress, compileReplyText } from './reply-text.js';

const ORDER = ['heading', 'text', 'image', 'fields', 'table', 'picklist', 'buttons'] as const;
const NO_ROWS = 'There is nothing to show.';

/** Compiles what a reply says; mistakes are added to the context's problems. */
export function compileReplyBlocks(reply: ReplyShape, path: YamlPath, context: CompileContext): readonly ReplyBlock[] {
  const compiler = new ReplyCompiler(context);
  const beside = ORDER.find((key) => reply[key] !== undefined);
  if (reply.blocks) {
    if (beside)
      report(context, [...path, beside], `"${beside}" does not go with "blocks"`, 'make it one of the blocks');
    return reply.blocks.flatMap((block, index) => compiler.blocks(block, [...path, 'blocks', index]));
  }
  if (!beside) report(context, path, 'the reply says nothing', 'give it a "text"');
  return compiler.blocks(reply, path);
}

/**
 * Finds replies that replace one which is not there before them, whatever branch that
 * is in: where the earlier reply was not said, the later one is a message of its own.
 */
export function checkUpdates(steps: readonly CompiledStep[], file: string): readonly Problem[] {
  const said = new Set<string>();
  return steps.flatMap((step): readonly Problem[] => {
    if (step.kind !== 'reply') return [];
    const { id, update } = step;
    const isKnown = update === undefined || said.has(update.id);
    const known = [...said];
    if (id !== undefined) said.add(id);
    if (isKnown) return [];
    const hint = didYouMean(update.id, known);
    const { column, line } = update;
    const message = `no reply before this one has the id "${update.id}"`;
    return [{ file, line, column, severity: 'error', message, ...(hint === undefined ? {} : { hint }) }];
  });
}

/** Values by name, each with its position. */
export function compileValues(
  values: Readonly<Record<string, unknown>>,
  path: YamlPath,
  context: CompileContext,
): readonly InputValue[] {
  return Object.entries(values).map(([name, value]) => ({
    name,
    value: compileTemplate(value, [...path, name], context),
    ...context.document.positionOfKey([...path, name]),
  }));
}

/** A value that must be one datapill; undefined, and a problem, when it is none. `what` begins the message. */
export function compileOnePill(
  value: string,
  place: { readonly path: YamlPath; readonly what: string },
  context: CompileContext,
): Datapill | undefined {
  const before = context.problems.length;
  const template = compileTemplate(value, place.path, context);
  if (template.kind === 'pill') return template.pill;
  if (context.problems.length === before)
    report(context, place.path, `${place.what} must be one datapill`, 'write it as "{{ … }}"');
  return undefined;
}

/** The keys of a reply or of one of its blocks. */
type Contents = Omit<ReplyShape, 'blocks' | 'visible_to' | 'thread' | 'update'> & { readonly divider?: true };

class ReplyCompiler {
  readonly #context: CompileContext;

  constructor(context: CompileContext) {
    this.#context = context;
  }

  /** What is there, in the order in which it is shown. */
  blocks(written: Contents, path: YamlPath): readonly ReplyBlock[] {
    const { buttons, divider, fields, heading, image, picklist, table, text } = written;
    return [
      heading === undefined ? [] : [{ kind: 'heading' as const, text: this.#template(heading, [...path, 'heading']) }],
      text === undefined
        ? []
        : [{ kind: 'text' as const, text: compileReplyText(text, [...path, 'text'], this.#context) }],
      image ? [this.#image(image, [...path, 'image'])] : [],
      fields ? [this.#fields(fields, [...path, 'fields'])] : [],
      table ? this.#table(table, [...path, 'table']) : [],
      divider ? [{ kind: 'divider' as const }] : [],
      picklist ? this.#picklist(picklist, [...path, 'picklist']) : [],
      buttons ? [this.#buttons(buttons, [...path, 'buttons'])] : [],
    ].flat();
  }

  #image(image: NonNullable<ReplyShape['image']>, path: YamlPath): ReplyBlock {
    const url = this.#template(image.url, [...path, 'url']);
    const start = url.kind === 'constant' ? url.value : url.kind === 'text' ? url.parts[0] : undefined;
    if (typeof start === 'string' && !start.startsWith('https://'))
      report(this.#context, [...path, 'url'], 'the address of an image must begin with https://');
    return { kind: 'image', url, alt: this.#template(image.alt, [...path, 'alt']) };
  }

  #fields(fields: NonNullable<ReplyShape['fields']>, path: YamlPath): ReplyBlock {
    const compiled = Object.entries(fields).map(([label, value]) => {
      return { label, value: this.#template(value, [...path, label]) };
    });
    return { kind: 'fields', fields: compiled };
  }

  #table(table: TableShape, path: YamlPath): readonly ReplyBlock[] {
    const rows = compileOnePill(table.rows, { path: [...path, 'rows'], what: 'the rows' }, this.#context);
    const columns = table.columns.map(({ align = 'left', title, value }, index) => ({
      title: this.#template(title, [...path, 'columns', index, 'title']),
      value: this.#template(value, [...path, 'columns', index, 'value']),
      align,
    }));
    const empty = this.#template(table.empty ?? NO_ROWS, [...path, 'empty']);
    return rows ? [{ kind: 'table', rows, columns, max: table.max, empty }] : [];
  }

  #picklist(picklist: PicklistShape, path: YamlPath): readonly ReplyBlock[] {
    const button = this.#commandButton(picklist.button, [...path, 'button']);
    if (picklist.name in picklist.button.parameters)
      report(this.#context, [...path, 'name'], `the button gives the parameter "${picklist.name}" already`);
    const label = this.#template(picklist.label, [...path, 'label']);
    const options = this.#options(picklist.options, [...path, 'options']);
    const parameter = { name: picklist.name, ...this.#context.document.positionOf([...path, 'name']) };
    return options ? [{ kind: 'picklist', label, parameter, options, button }] : [];
  }

  #options(options: PicklistShape['options'], path: YamlPath): ReplyPicklist['options'] | undefined {
    if ('from' in options) {
      const list = compileOnePill(options.from, { path: [...path, 'from'], what: 'the list' }, this.#context);
      const label = this.#template(options.label, [...path, 'label']);
      const value = this.#template(options.value, [...path, 'value']);
      return list && { kind: 'from', list, label, value };
    }
    const items = options.map((option, index) => {
      const whole = this.#template(option, [...path, index]);
      if (typeof option !== 'object') return { label: whole, value: whole };
      return {
        label: this.#template(option.label, [...path, index, 'label']),
        value: this.#template(option.value, [...path, index, 'value']),
      };
    });
    return { kind: 'fixed', items };
  }

  #buttons(buttons: readonly ReplyButtonShape[], path: YamlPath): ReplyBlock {
    return { kind: 'buttons', buttons: buttons.map((button, index) => this.#button(button, [...path, index])) };
  }

  #button(button: ReplyButtonShape, path: YamlPath): ReplyButton {
    if (!('url' in button)) return this.#commandButton(button, path);
    const label = this.#template(button.text, [...path, 'text']);
    const url = this.#template(button.url, [...path, 'url']);
    checkAddress(url, [...path, 'url'], this.#context);
    return { kind: 'link', label, url, ...this.#context.document.positionOf([...path, 'url']) };
  }

  #commandButton(button: CommandButtonShape, path: YamlPath): CommandButton {
    const { command, confirm, parameters, style, text } = button;
    return {
      kind: 'command',
      label: this.#template(text, [...path, 'text']),
      command: normalizeCommand(command),
      parameters: compileValues(parameters, [...path, 'parameters'], this.#context),
      ...(style === undefined ? {} : { style }),
      ...(confirm === undefined ? {} : { confirm: this.#confirm(confirm, [...path, 'confirm']) }),
      ...this.#context.document.positionOf([...path, 'command']),
    };
  }

  #confirm(confirm: NonNullable<CommandButtonShape['confirm']>, path: YamlPath): NonNullable<CommandButton['confirm']> {
    if (typeof confirm === 'string') return { text: this.#template(confirm, path) };
    return {
      ...(confirm.title === undefined ? {} : { title: this.#template(confirm.title, [...path, 'title']) }),
      text: this.#template(confirm.text, [...path, 'text']),
      ...(confirm.yes === undefined ? {} : { yes: confirm.yes }),
      ...(confirm.no === undefined ? {} : { no: confirm.no }),
    };
  }

  #template(value: unknown, path: YamlPath): Template {
    return compileTemplate(value, path, this.#context);
  }
}

function report({ document, problems }: CompileContext, path: YamlPath, message: string, hint?: string): void {
  const position = document.positionOf(path);
  problems.push({
    file: document.file,
    ...position,
    severity: 'error',
    message,
    ...(hint === undefined ? {} : { hint }),
  });
}
