import { joinKey, sha256 } from '../kernel/ids.js';
import type { ParentConnection } from './parent-connection.js';

/**
 * What a connection's tokens and secrets were given for: the client, and the hosts that they are sent to. A connection made
 * with another one is not used any more, and nothing of it is sent to the new hosts.
 */
export function clientFingerprint(parent: ParentConnection): string {
  const known = fingerprints.get(parent);
  if (known !== undefined) return known;
  const fingerprint = computed(parent);
  fingerprints.set(parent, fingerprint);
  return fingerprint;
}

/** Asked for with every use of a connection; parents never change, they are made anew. */
const fingerprints = new WeakMap<ParentConnection, string>();

function computed({ auth, host = '' }: ParentConnection): string {
  switch (auth.kind) {
    case 'oauth2':
    case 'client_credentials':
      return sha256(joinKey(auth.kind, auth.app.clientId, new URL(auth.app.tokenUrl).host, host));
    case 'stored':
      return sha256(joinKey(auth.method, auth.login?.signer.consumerKey ?? '', host));
    case 'static':
      return sha256(joinKey(auth.method, host));
  }
}
