import { isBehalfError } from '../kernel/errors.js';
import type { HttpResponse, HttpRoute } from '../kernel/http.js';

/** A store that does not answer within this is not ready. */
const CHECK_MS = 2_000;

export interface HealthDeps {
  /** Rejects when the store does not answer. */
  readonly checkStore: (timeoutMs: number) => Promise<void>;
  /** False while starting and stopping: load balancers then send nothing here. */
  readonly isServing: () => boolean;
  readonly metrics: { render(): Promise<string>; readonly contentType: string };
}

/** `/healthz`: the process lives. `/readyz`: it can do its work now. `/metrics`: Prometheus. */
export function healthRoutes(deps: HealthDeps): readonly HttpRoute[] {
  return [
    {
      method: 'GET',
      path: '/healthz',
      isVital: true,
      isReadOnly: true,
      handle: async () => json(200, { status: 'ok' }),
    },
    { method: 'GET', path: '/readyz', isVital: true, isReadOnly: true, handle: () => readiness(deps) },
    {
      method: 'GET',
      path: '/metrics',
      isVital: true,
      handle: async () => ({
        status: 200,
        headers: { 'content-type': deps.metrics.contentType },
        body: await deps.metrics.render(),
      }),
    },
  ];
}

async function readiness(deps: HealthDeps): Promise<HttpResponse> {
  if (!deps.isServing()) return json(503, { status: 'starting or stopping' });
  try {
    await deps.checkStore(CHECK_MS);
    return json(200, { status: 'ok' });
  } catch (error) {
    return json(503, { status: isBehalfError(error, 'store.unavailable') ? 'the store does not answer' : 'not ready' });
  }
}

function json(status: number, body: unknown): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify(body),
  };
}
