import { type CompileContext, compileTemplate, type Template } from '../language/template.js';
import type { YamlPath } from '../language/yaml-document.js';
import type { AskShape, FieldShape } from './ask-shape.js';
import { compileOptions, isMoving, titleOf } from './compile-parameters.js';
import { compileValues } from './compile-reply.js';
import type { AskAnswer, AskButton, AskField, AskStep } from './compiled-recipe.js';
import { parseParameterValue, writtenForMachines } from './parameter-values.js';
import { normalizeCommand } from './parameters.js';
import { checkAddress, compileReplyText } from './reply-text.js';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** Buttons live as long; see `chat/clicks`. */
const LONGEST_MS = 7 * 86_400_000;
/** The field of a question whose answer is typed in the chat. */
const TYPED = 'value';

/** Compiles a question, without its steps; mistakes are added to the context's problems. */
export function compileAsk(
  ask: AskShape,
  path: YamlPath,
  context: CompileContext,
): Pick<AskStep, 'text' | 'answer' | 'who' | 'visibleTo' | 'timeoutMs'> {
  const compiler = new AskCompiler(path, context);
  return compiler.compile(ask);
}

class AskCompiler {
  readonly #path: YamlPath;
  readonly #context: CompileContext;

  constructor(path: YamlPath, context: CompileContext) {
    this.#path = path;
    this.#context = context;
  }

  compile(ask: AskShape): ReturnType<typeof compileAsk> {
    const who = this.#who(ask.who);
    if (who.kind !== 'asker' && ask.visible_to === 'user')
      this.#report(['visible_to'], 'others cannot answer what only the person who asked sees', 'say channel');
    const timeoutMs = this.#timeout(ask.timeout);
    return {
      text: compileReplyText(ask.text, [...this.#path, 'text'], this.#context),
      answer: this.#answer(ask),
      who,
      visibleTo: ask.visible_to ?? (who.kind === 'asker' ? 'user' : 'channel'),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    };
  }

  #answer(ask: AskShape): AskAnswer {
    const { buttons, form, input, picklist } = ask;
    const given = Object.entries({ buttons, picklist, input, form }).filter(([, value]) => value !== undefined);
    if (given.length !== 1)
      this.#report([], `a question needs ${given.length === 0 ? 'one' : 'only one'} of buttons, picklist, input, form`);
    if (buttons) return this.#buttons(buttons);
    if (picklist) {
      const options = this.#template(picklist.options, ['picklist', 'options']);
      if (options.kind !== 'list' && options.kind !== 'pill')
        this.#report(['picklist', 'options'], 'the options must be a list or one datapill', 'write it as "{{ … }}"');
      return { kind: 'picklist', label: this.#template(picklist.label, ['picklist', 'label']), options };
    }
    if (form) return { kind: 'fields', title: form.title, fields: this.#fields(form.fields) };
    const typed = { name: TYPED, optional: false, type: 'string' as const, ...input };
    return { kind: 'fields', fields: [this.#field(typed, ['input'])] };
  }

  #buttons(buttons: NonNullable<AskShape['buttons']>): AskAnswer {
    const compiled = buttons.map((button, index) => this.#button(button, ['buttons', index]));
    if (!compiled.some(({ kind }) => kind === 'answer'))
      this.#report(['buttons'], 'none of the buttons answers the question', 'leave out command and url of one');
    return { kind: 'buttons', buttons: compiled };
  }

  #button(button: NonNullable<AskShape['buttons']>[number], path: YamlPath): AskButton {
    const label = this.#template(button.text, [...path, 'text']);
    if ('url' in button) {
      const url = this.#template(button.url, [...path, 'url']);
      checkAddress(url, [...this.#path, ...path, 'url'], this.#context);
      return { kind: 'link', label, url, ...this.#at([...path, 'url']) };
    }
    if ('command' in button) {
      const parameters = compileValues(button.parameters, [...this.#path, ...path, 'parameters'], this.#context);
      const command = normalizeCommand(button.command);
      return { kind: 'command', label, command, parameters, ...this.#at([...path, 'command']) };
    }
    const value = button.value === undefined ? label : this.#template(button.value, [...path, 'value']);
    return { kind: 'answer', label, value, ...(button.style === undefined ? {} : { style: button.style }) };
  }

  #fields(fields: readonly FieldShape[]): readonly AskField[] {
    const seen = new Set<string>();
    return fields.map((field, index) => {
      const path = ['form', 'fields', index];
      if (seen.has(field.name)) this.#report([...path, 'name'], `the field "${field.name}" is there twice`);
      seen.add(field.name);
      return this.#field(field, path);
    });
  }

  #field({ default: written, example, hint, options, prompt, ...rest }: FieldShape, path: YamlPath): AskField {
    const { name, type } = rest;
    if ((type === 'select') !== (options !== undefined))
      this.#report(path, type === 'select' ? 'a select needs options' : `a ${type} has no options`);
    const field: AskField = {
      ...rest,
      hidden: false,
      prompt: prompt ?? (name === TYPED ? '' : `${titleOf(name)}?`),
      ...(hint === undefined ? {} : { hint }),
      ...(example === undefined ? {} : { example: String(example) }),
      ...(options === undefined ? {} : { options: this.#options(options, [...path, 'options']) }),
      ...this.#at(path),
    };
    if (written === undefined) return field;
    const standard = this.#template(written, [...path, 'default']);
    const text = standard.kind === 'constant' ? String(standard.value) : undefined;
    const { default: _, ...expected } = field;
    if (
      text !== undefined &&
      (parseParameterValue(expected, text, writtenForMachines()).kind !== 'ok' || isMoving(field, text))
    )
      this.#report([...path, 'default'], `the default of "${name}" is no ${type}`);
    return { ...field, default: standard };
  }

  #options(options: NonNullable<FieldShape['options']>, path: YamlPath) {
    return compileOptions(options, path, { report: (at, message, hint) => this.#report(at, message, hint) });
  }

  #who(who: AskShape['who']): AskStep['who'] {
    if (typeof who === 'string') return { kind: who };
    return { kind: 'users', users: this.#template(who.users, ['who', 'users']) };
  }

  #timeout(written: string | undefined): number | undefined {
    if (written === undefined) return undefined;
    const ms = Number(written.slice(0, -1)) * (UNIT_MS[written.slice(-1)] ?? 0);
    if (ms > LONGEST_MS) this.#report(['timeout'], 'an answer is waited for 7d at most');
    return ms;
  }

  #template(value: unknown, path: YamlPath): Template {
    return compileTemplate(value, [...this.#path, ...path], this.#context);
  }

  #at(path: YamlPath) {
    return this.#context.document.positionOf([...this.#path, ...path]);
  }

  #report(path: YamlPath, message: string, hint?: string): void {
    const place = { file: this.#context.document.file, ...this.#at(path) };
    this.#context.problems.push({ ...place, severity: 'error', message, ...(hint === undefined ? {} : { hint }) });
  }
}
