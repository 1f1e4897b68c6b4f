import type { Problem } from '../language/problem.js';
import { readYamlFolder } from '../language/yaml-folder.js';
import { compileConnector } from './compile-connector.js';
import type { Connector } from './connector.js';

export interface LoadedConnectors {
  /** By name; without those that have mistakes. */
  readonly connectors: ReadonlyMap<string, Connector>;
  /** Names of those that have mistakes, as far as their files tell. */
  readonly broken: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

/** Reads every connector below a folder. A broken one is left out and reported; of two with one name neither is used. */
export async function loadConnectors(directory: string, label = 'connectors'): Promise<LoadedConnectors> {
  const problems: Problem[] = [];
  const found: Connector[] = [];
  const broken = new Set<string>();
  for (const source of await readYamlFolder(directory, label)) {
    const result = compileConnector(source);
    if (result.kind === 'ok') found.push(result.connector);
    else {
      problems.push(...result.problems);
      broken.add(/^name:\s*["']?(\w+)/mu.exec(source.text)?.[1] ?? source.id);
    }
  }
  const byName = new Map<string, Connector[]>();
  for (const connector of found) byName.set(connector.name, [...(byName.get(connector.name) ?? []), connector]);
  const connectors = takeUnique(byName, problems);
  for (const name of byName.keys()) if (!connectors.has(name)) broken.add(name);
  return { connectors, broken, problems };
}

function takeUnique(byName: ReadonlyMap<string, readonly Connector[]>, problems: Problem[]) {
  const connectors = new Map<string, Connector>();
  for (const [name, same] of byName) {
    const [first, ...others] = same;
    if (first && others.length === 0) connectors.set(name, first);
    else problems.push(...same.map(({ file }) => doubled(file, name, same)));
  }
  return connectors;
}

function doubled(file: string, name: string, same: readonly Connector[]): Problem {
  const others = same.map((connector) => connector.file).filter((other) => other !== file);
  const message = `the connector "${name}" is also in ${others.join(', ')}`;
  return { file, line: 1, column: 1, severity: 'error', message, hint: 'rename one of them' };
}
