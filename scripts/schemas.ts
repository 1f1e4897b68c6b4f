import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ConnectionsFile } from '../src/connectors/connections-file.js';
import { ConnectorFile } from '../src/connectors/connector-file.js';
import { Recipe } from '../src/recipes/recipe.js';
import { RecipeTests } from '../src/rehearsal/recipe-test.js';

/** Writes the JSON schemas by which editors complete and check YAML files; `--check` only compares. */

const FOLDER = join(__dirname, '..', 'schemas');

const SCHEMAS = { recipe: Recipe, connector: ConnectorFile, connections: ConnectionsFile, 'recipe-test': RecipeTests };

interface SchemaFile {
  readonly path: string;
  readonly text: string;
}

/** The files as they should be. Draft 7 is what the YAML language server knows best. */
export function schemaFiles(): readonly SchemaFile[] {
  return Object.entries(SCHEMAS).map(([name, schema]) => ({
    path: join(FOLDER, `${name}.schema.json`),
    text: `${JSON.stringify(z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }), undefined, 2)}\n`,
  }));
}

export function isCurrent({ path, text }: SchemaFile): boolean {
  try {
    return readFileSync(path, 'utf8') === text;
  } catch {
    return false;
  }
}

function main(): void {
  const stale = schemaFiles().filter((file) => !isCurrent(file));
  if (process.argv.includes('--check')) {
    for (const { path } of stale) console.error(`${path} is not current: run "npm run schemas"`);
    process.exitCode = stale.length === 0 ? 0 : 1;
    return;
  }
  mkdirSync(FOLDER, { recursive: true });
  for (const { path, text } of stale) writeFileSync(path, text);
}

if (require.main === module) main();
