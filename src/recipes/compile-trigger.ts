import type { CompileContext } from '../language/template.js';
import type { YamlPath } from '../language/yaml-document.js';
import { compileParameters } from './compile-parameters.js';
import { compileValues } from './compile-reply.js';
import { compileShortcuts } from './compile-shortcuts.js';
import type { Parameter } from './compiled-parameter.js';
import type { CallableInput, CallableTrigger, CommandTrigger, CompiledRecipe } from './compiled-recipe.js';
import { normalizeCommand } from './parameters.js';
import type { CallableShape, CommandShape, Recipe } from './recipe.js';
import { parametersReadBy } from './search-datapills.js';

/** Words that the service itself answers to. */
export const RESERVED_COMMANDS: readonly string[] = ['help', 'personal_connections', 'connections', 'cancel'];

const CALLABLE: YamlPath = ['trigger', 'callable'];

/** Compiles what calls a recipe, and what it takes; mistakes are added to the context's problems. */
export function compileTrigger(
  written: Recipe['trigger'],
  context: CompileContext,
): Pick<CompiledRecipe, 'trigger' | 'parameters' | 'usesForm'> {
  if ('callable' in written) {
    return { trigger: compileCallable(written.callable, context), parameters: [], usesForm: false };
  }
  if ('help' in written) {
    const place = context.document.positionOf(['trigger', 'help']);
    return { trigger: { kind: 'help', target: written.help, ...place }, parameters: [], usesForm: false };
  }
  const parameters = compileParameters(written.parameters, ['trigger', 'parameters'], {
    document: context.document,
    problems: context.problems,
    positionOf: (path) => context.document.positionOf(path),
    report: (path, message, hint) => report(context, path, message, hint),
  });
  const usesForm = written.form === 'auto' && !parameters.some((one) => dependsOnFields(one, parameters));
  return { trigger: compileCommand(written, parameters, context), parameters, usesForm };
}

/** True for options that need what is filled in above them: platforms do not tell that while a form is open. */
function dependsOnFields({ search }: Parameter, parameters: readonly Parameter[]): boolean {
  return search !== undefined && parametersReadBy(search, parameters).some(({ hidden }) => !hidden);
}

function compileCommand(
  written: CommandShape,
  parameters: readonly Parameter[],
  context: CompileContext,
): CommandTrigger {
  const path = ['trigger', 'command'];
  const command = normalizeCommand(written.command);
  if (RESERVED_COMMANDS.includes(command))
    report(context, path, `"${command}" is a built-in command`, 'choose other words');
  return {
    kind: 'command',
    command,
    ...compileShortcuts(written, parameters, context),
    ...context.document.positionOf(path),
  };
}

function compileCallable({ http, inputs, outputs }: CallableShape, context: CompileContext): CallableTrigger {
  const seen = new Set<string>();
  return {
    kind: 'callable',
    inputs: inputs.map((written, index) => {
      const path = [...CALLABLE, 'inputs', index];
      if (seen.has(written.name)) report(context, [...path, 'name'], `the input "${written.name}" is there twice`);
      seen.add(written.name);
      return compileInput(written, path, context);
    }),
    outputs: compileValues(outputs, [...CALLABLE, 'outputs'], context),
    ...(http === false ? {} : { http: http === true ? {} : { keys: http.keys } }),
    ...context.document.positionOfKey(CALLABLE),
  };
}

function compileInput(
  { default: standard, ...written }: CallableShape['inputs'][number],
  path: YamlPath,
  context: CompileContext,
): CallableInput {
  const input = { ...written, ...context.document.positionOf([...path, 'name']) };
  if (standard === undefined) return input;
  if (input.type !== 'any' && typeof standard !== input.type)
    report(context, [...path, 'default'], `the default of "${input.name}" is no ${input.type}`);
  return { ...input, default: standard };
}

function report({ document, problems }: CompileContext, path: YamlPath, message: string, hint?: string): void {
  const place = { file: document.file, ...document.positionOf(path) };
  problems.push({ ...place, severity: 'error', message, ...(hint === undefined ? {} : { hint }) });
}
