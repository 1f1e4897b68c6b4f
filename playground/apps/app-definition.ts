import type { Principal } from './authentication.js';
import type { Reply } from './http.js';
import type { Brand, RecordTable } from './pages.js';

/** One authenticated call of an app's API. */
export interface ApiCall {
  readonly principal: Principal;
  /** Parts of the path that the route names with a colon. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly idempotencyKey: string | undefined;
}

export interface ApiRoute {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** For example `/api/opportunities/:id`. */
  readonly path: string;
  handle(call: ApiCall): Reply;
}

/** What makes one demo app different from another. */
export interface AppDefinition {
  readonly brand: Brand;
  readonly routes: readonly ApiRoute[];
  /** Everything that was created, by kind: for the control interface. */
  records(): Readonly<Record<string, readonly unknown[]>>;
  /** The same for people. */
  tables(): readonly RecordTable[];
  reset(): void;
}
