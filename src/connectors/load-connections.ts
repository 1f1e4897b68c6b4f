import type { ParentConnection } from '../connections/parent-connection.js';
import type { MadeEntries } from '../connections/shared-states.js';
import type { Problem } from '../language/problem.js';
import { checkShape } from '../language/shape.js';
import { parseYaml } from '../language/yaml-document.js';
import { readTextFile } from '../language/yaml-folder.js';
import { ConnectionsFile } from './connections-file.js';
import type { ConnectionsSource } from './connections-source.js';
import { type ResolvedParent, resolveParent } from './resolve-parent.js';

export interface LoadedConnections {
  /** By name; without those that have mistakes. */
  readonly parents: ReadonlyMap<string, ParentConnection>;
  readonly problems: readonly Problem[];
}

/**
 * Reads `connections.yaml`, and entries that were made at run time. A connection with a mistake is left out and reported. No
 * file: no connections of it. A name in both is a mistake; the file's is used.
 */
export async function loadConnections(
  source: ConnectionsSource,
  made: MadeEntries = new Map(),
): Promise<LoadedConnections> {
  const text = await readTextFile(source.path);
  const read =
    text === undefined
      ? { names: new Set<string>(), resolved: [], problems: [] }
      : await readEntries(source.label ?? 'connections.yaml', text, source, new Set(made.keys()));
  const { problems, resolved } = read;
  for (const [name, entry] of made) {
    if (read.names.has(name)) continue;
    const json = `{"connections":{${JSON.stringify(name)}:${entry.reveal()}}}`;
    const one = await readEntries(`made at run time, ${name}`, json, { ...source, isLiteral: true });
    problems.push(...one.problems);
    resolved.push(...one.resolved);
  }
  const usable = withoutSharedClients(resolved, problems);
  return { parents: new Map(usable.map(({ parent }) => [parent.name, parent])), problems };
}

interface ReadEntries {
  readonly names: ReadonlySet<string>;
  readonly resolved: ResolvedParent[];
  readonly problems: Problem[];
}

async function readEntries(
  label: string,
  text: string,
  source: ConnectionsSource,
  made: ReadonlySet<string> = new Set(),
): Promise<ReadEntries> {
  const broken = (problems: readonly Problem[]) => ({
    names: new Set<string>(),
    resolved: [],
    problems: [...problems],
  });
  const yaml = parseYaml(label, text);
  if (yaml.kind === 'broken') return broken(yaml.problems);
  const { document } = yaml;
  const shape = checkShape(document, ConnectionsFile);
  if (shape.kind === 'broken') return broken(shape.problems);
  const entries = Object.entries(shape.value.connections);
  const resolved: ResolvedParent[] = [];
  const problems: Problem[] = [];
  for (const [name, entry] of entries) {
    if (made.has(name)) {
      const message = `"${name}" was made at run time, too: this one is used`;
      const hint = `take it out here, or run behalf connections delete ${name}`;
      problems.push({
        file: label,
        ...document.positionOfKey(['connections', name]),
        severity: 'error',
        message,
        hint,
      });
    }
    const result = await resolveParent({ name, entry, document, source });
    problems.push(...result.problems);
    if (result.parent) resolved.push(result.parent);
  }
  return { names: new Set(entries.map(([name]) => name)), resolved, problems };
}

/**
 * One client at two servers would let one server's codes be tried at the other (RFC 9700 section 4.4); it is a copying
 * mistake in practice.
 */
function withoutSharedClients(resolved: readonly ResolvedParent[], problems: Problem[]): readonly ResolvedParent[] {
  const hosts = new Map<string, Set<string>>();
  for (const { parent } of resolved) {
    if (parent.auth.kind !== 'oauth2') continue;
    const { clientId, tokenUrl } = parent.auth.app;
    hosts.set(clientId, (hosts.get(clientId) ?? new Set()).add(new URL(tokenUrl).host));
  }
  return resolved.filter(({ parent, clientPlace }) => {
    const isShared = parent.auth.kind === 'oauth2' && (hosts.get(parent.auth.app.clientId)?.size ?? 0) > 1;
    if (isShared && clientPlace) {
      const message = `the client id of "${parent.name}" is used at another server, too`;
      problems.push({ ...clientPlace, severity: 'error', message, hint: 'register a client at each server' });
    }
    return !isShared;
  });
}
