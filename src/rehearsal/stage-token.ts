import type { ActionCall } from '../connectors/action-call.js';
import { datapillsOf, evaluateText } from '../language/template.js';

type Parts = Pick<ActionCall, 'connector' | 'credential' | 'parent'>;

/** With what an app tells at the login, where its address is made of that: the first of the hosts that it may tell. */
export async function withTokenFields({ connector, credential, parent }: Parts): Promise<Parts['credential']> {
  const { baseUrl, hosts } = connector;
  const references = datapillsOf(baseUrl).flatMap((pill) => pill.references);
  const names = references.flatMap(([root, name]) => (root === 'token' && name !== undefined ? [name] : []));
  const [host] = hosts;
  if (credential.kind !== 'bearer' || !host || names.length === 0) return credential;
  const told = (await evaluateText(host, { settings: parent.settings })).replace(/^\*/u, 'test');
  const value = baseUrl.kind === 'pill' ? `https://${told}` : told;
  return { ...credential, fields: Object.fromEntries(names.map((name) => [name, value])) };
}
