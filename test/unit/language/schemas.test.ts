import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { isCurrent, schemaFiles } from '../../../scripts/schemas.js';

const CONFIG = join(__dirname, '../../../playground/config');

const files = readdirSync(CONFIG, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));

test('the JSON schemas are those of the code', () => {
  expect(schemaFiles().filter((file) => !isCurrent(file))).toEqual([]);
});

test.each(files)('%s names its JSON schema in its first line and fits it', (name) => {
  const path = join(CONFIG, name);
  const text = readFileSync(path, 'utf8');
  const schemaPath = /^# yaml-language-server: \$schema=(\S+)\n/u.exec(text)?.[1] ?? '';
  const schema: unknown = JSON.parse(readFileSync(resolve(dirname(path), schemaPath), 'utf8'));
  const validate = new Ajv({ strict: false, unicodeRegExp: true }).compile(Object(schema));

  validate(parse(text));

  expect(validate.errors).toBeNull();
});

test('the schema of recipes refuses an unknown key', () => {
  const recipe = schemaFiles().find((file) => file.path.endsWith('recipe.schema.json'));
  const validate = new Ajv({ strict: false, unicodeRegExp: true }).compile(JSON.parse(recipe?.text ?? '{}'));
  const text = readFileSync(join(CONFIG, 'recipes/log-note.yaml'), 'utf8');

  expect(validate(parse(text))).toBe(true);
  expect(validate(parse(`${text}\nextra: 1\n`))).toBe(false);
});
