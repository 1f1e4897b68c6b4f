import { type CompileContext, compileTemplate } from '../language/template.js';
import type { YamlPath } from '../language/yaml-document.js';
import { compileOnePill, compileValues } from './compile-reply.js';
import type { OptionSearch } from './compiled-parameter.js';
import type { SearchShape } from './parameter-shape.js';

/** Compiles where the options of a parameter come from; mistakes are added to the context's problems. */
export function compileSearch(written: SearchShape, path: YamlPath, context: CompileContext): OptionSearch | undefined {
  const [slot = '', action = ''] = written.action.split('.');
  const list = compileOnePill(written.from, { path: [...path, 'from'], what: 'the list' }, context);
  const actionPosition = context.document.positionOf([...path, 'action']);
  const rest = {
    slot,
    action,
    actionPosition,
    input: compileValues(written.input, [...path, 'input'], context),
    label: compileTemplate(written.label, [...path, 'label'], context),
    value: compileTemplate(written.value, [...path, 'value'], context),
    minQuery: written.min_query,
  };
  return list && { ...rest, list, ...actionPosition };
}
