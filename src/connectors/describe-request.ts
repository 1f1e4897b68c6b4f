import type { Template } from '../language/template.js';
import type { ActionCall } from './action-call.js';
import { resolveAppAddress, resolveBase } from './app-address.js';

/** A request as the connector's file has it: where it goes, and its path with the datapills not filled in. */
export interface RequestDescription {
  readonly method: string;
  readonly host: string;
  readonly path: string;
}

/** What an action asks of which host, without anything of its input. Fails with `connection.invalid` as the call itself. */
export async function describeRequest(
  call: Pick<ActionCall, 'action' | 'connector' | 'credential' | 'parent'>,
): Promise<RequestDescription> {
  const { action, connector, credential, parent } = call;
  const { baseUrl, method, path, pathSegments } = action.request;
  const base = baseUrl
    ? await resolveBase(baseUrl, parent, credential)
    : (await resolveAppAddress(connector, parent, credential)).base;
  const more = pathSegments ? [written(pathSegments)] : [];
  return { method, host: base.host, path: [written(path), ...more].join('/') };
}

/** A template as it was written. */
function written(template: Template): string {
  switch (template.kind) {
    case 'constant':
      return String(template.value);
    case 'pill':
      return pill(template.pill.source);
    case 'text':
      return template.parts.map((part) => (typeof part === 'string' ? part : pill(part.source))).join('');
    case 'list':
      return template.items.map(written).join('/');
    case 'map':
      return pill('…');
  }
}

function pill(source: string): string {
  return `{{ ${source.trim()} }}`;
}
