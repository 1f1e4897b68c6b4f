import type { ParentConnection } from '../connections/parent-connection.js';
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

/** Reads `connections.yaml`. A connection with a mistake is left out and reported. No file: no connections. */
export async function loadConnections(source: ConnectionsSource): Promise<LoadedConnections> {
  const text = await readTextFile(source.path);
  if (text === undefined) return { parents: new Map(), problems: [] };
  const yaml = parseYaml(source.label ?? 'connections.yaml', text);
  if (yaml.kind === 'broken') return { parents: new Map(), problems: yaml.problems };
  const shape = checkShape(yaml.document, ConnectionsFile);
  if (shape.kind === 'broken') return { parents: new Map(), problems: shape.problems };

  const resolved: ResolvedParent[] = [];
  const problems: Problem[] = [];
  for (const [name, entry] of Object.entries(shape.value.connections)) {
    const result = await resolveParent({ name, entry, document: yaml.document, source });
    problems.push(...result.problems);
    if (result.parent) resolved.push(result.parent);
  }
  const usable = withoutSharedClients(resolved, problems);
  return { parents: new Map(usable.map(({ parent }) => [parent.name, parent])), problems };
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
