import type { Clock } from '../kernel/clock.port.js';
import type { Connector } from './connector.js';
import type { Environment } from './fill-environment.js';

/** What `connections.yaml` is read with. */
export interface ConnectionsSource {
  /** Path of `connections.yaml`. */
  readonly path: string;
  readonly environment: Environment;
  readonly connectors: ReadonlyMap<string, Connector>;
  /** Names of connectors that are left out because of mistakes in their files. */
  readonly brokenConnectors?: ReadonlySet<string>;
  /** Where browsers reach the service; redirect URIs are below it. */
  readonly publicUrl: string;
  /** Hosts that may be called although they are private, and without https. */
  readonly egressAllow: readonly string[];
  /** The OAuth client that chat clients give assertions for; absent: none of the chats does. */
  readonly signInClientId?: string;
  /** True: values stand for themselves, no environment is read. */
  readonly isLiteral?: boolean;
  /** What the file is called in problems. */
  readonly label?: string;
  /** For the time stamps of signatures; the system's by default. */
  readonly clock?: Clock;
}
