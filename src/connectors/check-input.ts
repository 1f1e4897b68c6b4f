import { BehalfError } from '../kernel/errors.js';
import { toText } from '../language/template.js';
import type { ConnectorAction, InputField } from './connector.js';

/**
 * Holds input against what the action declares. Numbers in texts become numbers where numbers are declared, and the other
 * way round; absent values are left out. Fails with `app.bad_input`, whose text names the field.
 */
export function checkInput(
  action: Pick<ConnectorAction, 'name' | 'input'>,
  input: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const checked: [string, unknown][] = [];
  for (const field of action.input.values()) {
    const value = Object.hasOwn(input, field.name) ? input[field.name] : undefined;
    if (value === undefined || value === null || value === '') {
      if (field.required) throw badInput(action.name, `${field.title} is missing.`);
      continue;
    }
    checked.push([field.name, convert(value, field, action.name)]);
  }
  return Object.fromEntries(checked);
}

function convert(value: unknown, field: InputField, action: string): unknown {
  switch (field.type) {
    case 'any':
      return value;
    case 'string':
      return toText(value);
    case 'number':
    case 'integer': {
      const number = typeof value === 'string' && /^\s*[+-]?\d/u.test(value) ? Number(value) : value;
      const isRight = field.type === 'integer' ? Number.isSafeInteger(number) : Number.isFinite(number);
      if (!isRight)
        throw badInput(action, `${field.title} must be a ${field.type === 'integer' ? 'whole ' : ''}number.`);
      return number;
    }
    case 'boolean':
      if (typeof value === 'boolean') return value;
      if (value === 'true' || value === 'false') return value === 'true';
      throw badInput(action, `${field.title} must be yes or no.`);
    case 'array':
      return Array.isArray(value) ? value : [value];
    case 'object':
      if (typeof value === 'object' && !Array.isArray(value)) return value;
      throw badInput(action, `${field.title} is not in the right form.`);
  }
}

function badInput(action: string, userText: string): BehalfError {
  return new BehalfError('app.bad_input', `The input of ${action} is not what it declares`, {
    userText,
    details: { action },
  });
}
