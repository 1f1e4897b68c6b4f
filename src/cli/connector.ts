import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { openImportTools } from '../compose/tools.js';
import { compileConnector } from '../connectors/compile-connector.js';
import type { OpenApiDocumentCheck } from '../connectors/openapi/document-check.port.js';
import { importOpenApi } from '../connectors/openapi/import-openapi.js';
import { printConnector } from '../connectors/openapi/print-connector.js';
import { BehalfError, isBehalfError } from '../kernel/errors.js';
import type { HttpClient } from '../kernel/http-client.port.js';
import { formatProblem } from '../language/problem.js';
import type { Environment } from './environment.js';

export interface ImportOptions {
  /** Path or https address of the OpenAPI document. */
  readonly source: string;
  readonly operations: readonly string[];
  readonly name?: string;
  /** File to write; absent: standard output. */
  readonly out?: string;
  readonly http: HttpClient;
  readonly documentCheck: OpenApiDocumentCheck;
}

export interface ImportResult {
  /** 0: a connector was made. 2: it was not. */
  readonly exitCode: 0 | 2;
  /** The connector, where it was not written to a file. */
  readonly output: string;
  /** What a person has to know, for standard error. */
  readonly messages: readonly string[];
}

/** Largest document, in bytes: those of large vendors have 15 MB. */
const MAX_BYTES = 32 * 1024 * 1024;
const TIMEOUT_MS = 60_000;

/** `behalf connector`: connectors out of what others have written. */
export function addConnectorCommand(program: Command, environment: Environment): void {
  const connector = program.command('connector').description('files that describe apps');
  connector
    .command('import')
    .description('make a connector of operations of an OpenAPI 3.0 or 3.1 document')
    .argument('<document>', 'file or https address of the document')
    .requiredOption('--operations <ids>', 'ids of operations, separated by commas; or "GET /path"')
    .option('--name <name>', 'name of the connector')
    .option('--out <file>', 'file to write, such as connectors/app.yaml; it must not be there yet')
    .action(async (source: string, options: { operations: string; name?: string; out?: string }) => {
      const allowed = (environment['EGRESS_ALLOW'] ?? '').split(',').filter((entry) => entry.trim() !== '');
      const tools = await openImportTools(allowed);
      try {
        const operations = options.operations.split(',').map((id) => id.trim());
        const result = await runImport({ ...options, ...tools, source, operations: operations.filter(Boolean) });
        for (const message of result.messages) process.stderr.write(`${message}\n`);
        process.stdout.write(result.output);
        process.exitCode = result.exitCode;
      } finally {
        await tools.http.close();
      }
    });
}

/** Makes a connector and says what is left to do. Nothing is written that `behalf check` would refuse. */
export async function runImport(options: ImportOptions): Promise<ImportResult> {
  try {
    return await importFrom(options);
  } catch (error) {
    if (!isBehalfError(error, 'connector.invalid', 'app.unavailable', 'app.unexpected_answer', 'egress.refused'))
      throw error;
    return { exitCode: 2, output: '', messages: [error.message] };
  }
}

async function importFrom(options: ImportOptions): Promise<ImportResult> {
  const { documentCheck, name, operations, out, source } = options;
  const document = parseDocument(await readDocument(source, options.http), source);
  const draft = importOpenApi({ document, source, operations, ...(name === undefined ? {} : { name }) });
  const text = printConnector(draft, source);
  const compiled = compileConnector({ file: out ?? 'connector.yaml', text });
  if (compiled.kind === 'broken') {
    return { exitCode: 2, output: text, messages: compiled.problems.map(formatProblem) };
  }
  const mistakes = (await documentCheck.check(document ?? {})).slice(0, MAX_MISTAKES);
  const notes = draft.notes.map(({ path, text: note }) => `${path.length === 0 ? '' : `${path.join('.')}: `}${note}`);
  const messages = [...mistakes.map((mistake) => `the document has a mistake: ${mistake}`), ...notes];
  if (out === undefined) return { exitCode: 0, output: text, messages };
  await writeNew(out, text);
  return { exitCode: 0, output: '', messages: [...messages, `wrote ${out}`] };
}

/** Most mistakes of a document that are told. */
const MAX_MISTAKES = 5;

async function readDocument(source: string, http: HttpClient): Promise<string> {
  if (!/^https?:\/\//iu.test(source)) {
    return readFile(source, 'utf8').catch(() => {
      throw invalid(`${source} cannot be read`);
    });
  }
  const { body, headers, status } = await http.request({
    method: 'GET',
    url: source,
    maxBytes: MAX_BYTES,
    timeoutMs: TIMEOUT_MS,
  });
  if (status >= 300 && status < 400) throw invalid(`${source} has moved to ${headers['location'] ?? 'another place'}`);
  if (status !== 200) throw invalid(`${source} was answered ${status}`);
  return body.toString('utf8');
}

function parseDocument(text: string, source: string): unknown {
  try {
    return /^\s*\{/u.test(text) ? JSON.parse(text) : parse(text, { maxAliasCount: 100 });
  } catch {
    throw invalid(`${source} is neither JSON nor YAML`);
  }
}

/** Never over what somebody has written. */
async function writeNew(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text, { flag: 'wx' }).catch((error: unknown) => {
    const isThere = typeof error === 'object' && error !== null && 'code' in error && error.code === 'EEXIST';
    throw invalid(isThere ? `${path} is there already: remove it, or name another file` : `${path} cannot be written`);
  });
}

function invalid(message: string): BehalfError {
  return new BehalfError('connector.invalid', message);
}
