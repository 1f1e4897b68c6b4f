import type { ApiJobs, OpenCallable, StartOutcome } from '../../jobs/api-jobs.js';
import type { Job } from '../../jobs/job-record.js';
import { isFinal } from '../../jobs/job-record.js';
import type { OverLimit } from '../../jobs/jobs.js';
import type { ApiKey, ApiRole } from '../../kernel/api-key.js';
import type { Clock } from '../../kernel/clock.port.js';
import { asBehalfError } from '../../kernel/errors.js';
import type { HttpRequest, HttpResponse, HttpRoute } from '../../kernel/http.js';
import { inSpan, type Observers } from '../../kernel/observers.js';
import type { RateLimiter } from '../../kernel/rate-limiter.port.js';
import type { SpanStart } from '../../kernel/tracing.port.js';
import { ApiAccess } from './api-access.js';
import { json, problem, refusal, retryAfter } from './api-problem.js';
import { jobJson, jobPath } from './job-json.js';
import { readJobRequest } from './job-request.js';
import { type JsonSchema, openApi } from './open-api.js';
import { RECIPE_PATHS, recipeOf, recipePath } from './recipe-paths.js';

/** Bytes of a request; inputs are values, not files. */
const MAX_BODY_BYTES = 256 * 1024;
/** When to look again at a job, and when to try again where the store is away or a recipe has stopped itself. */
const POLL_MS = 1_000;
const AWAY_MS = 5_000;
const STOPPED_MS = 60_000;
/** When to try again while as many jobs are under way as one key may have. */
const FULL_MS = 10_000;

export interface ApiRoutesDeps extends Pick<Observers, 'logger' | 'metrics' | 'tracing'> {
  readonly keys: readonly ApiKey[];
  readonly jobs: ApiJobs;
  /** What a callable recipe takes and gives. */
  readonly schemasOf: (recipe: OpenCallable['recipe']) => { readonly inputs: JsonSchema; readonly outputs: JsonSchema };
  /** What is wrong with the configuration, and which recipes are started. */
  readonly problems: () => JsonSchema;
  /** No trailing slash. */
  readonly publicUrl: string;
  readonly limiter: Pick<RateLimiter, 'take'>;
  readonly clock: Clock;
}

type Handler = (deps: ApiRoutesDeps, request: HttpRequest, key: ApiKey) => Promise<HttpResponse> | HttpResponse;

interface Endpoint {
  readonly method: HttpRoute['method'];
  readonly path: string;
  /** In metrics. */
  readonly name: string;
  readonly handle: Handler;
  readonly role?: ApiRole;
}

const ENDPOINTS: readonly Endpoint[] = [
  ...RECIPE_PATHS.map((path) => ({ method: 'POST' as const, path, name: 'start', handle: startJob })),
  { method: 'GET', path: '/api/jobs/:id', name: 'job', handle: showJob },
  { method: 'DELETE', path: '/api/jobs/:id', name: 'cancel', handle: cancelJob },
  { method: 'GET', path: '/api/recipes', name: 'recipes', handle: listRecipes },
  { method: 'GET', path: '/api/openapi.json', name: 'openapi', handle: showOpenApi },
  { method: 'GET', path: '/api/problems', name: 'problems', handle: showProblems, role: 'admin' },
];

/** What programs with a key may call: recipes that are open to them, and their jobs. No key: there is no such address. */
export function apiRoutes(deps: ApiRoutesDeps): readonly HttpRoute[] {
  if (deps.keys.length === 0) return [];
  const access = new ApiAccess(deps);
  return ENDPOINTS.map((endpoint) => toRoute(deps, access, endpoint));
}

function toRoute(deps: ApiRoutesDeps, access: ApiAccess, endpoint: Endpoint): HttpRoute {
  const { method, name, path, role = 'run' } = endpoint;
  return {
    method,
    path,
    maxBodyBytes: MAX_BODY_BYTES,
    refusal,
    async handle(request) {
      const admitted = await access.admit(request, role);
      const response =
        admitted.kind === 'refused' ? admitted.response : await tracedAnswer(deps, endpoint, request, admitted.key);
      const key = admitted.kind === 'admitted' ? admitted.key.name : '';
      deps.metrics.count('api_requests', { endpoint: name, key, status: String(response.status) });
      return response;
    },
  };
}

function tracedAnswer(
  deps: ApiRoutesDeps,
  endpoint: Endpoint,
  request: HttpRequest,
  key: ApiKey,
): Promise<HttpResponse> {
  return inSpan(deps.tracing, spanOf(endpoint, request), async () => {
    const response = await answer(deps, request, () => endpoint.handle(deps, request, key));
    deps.tracing?.note({ 'http.response.status_code': response.status });
    return response;
  });
}

/** Whoever has a key may say which trace of theirs the request belongs to (W3C Trace Context). */
function spanOf({ method, name }: Endpoint, { headers }: HttpRequest): SpanStart {
  const facts = { 'behalf.api.endpoint': name, 'http.request.method': method };
  return { name: `api ${name}`, kind: 'server', parent: headers['traceparent'], facts };
}

async function answer(
  { logger, tracing }: ApiRoutesDeps,
  request: HttpRequest,
  handle: () => Promise<HttpResponse> | HttpResponse,
): Promise<HttpResponse> {
  try {
    return await handle();
  } catch (error) {
    const err = asBehalfError(error);
    tracing?.fail(err);
    logger.error({ requestId: request.id, err }, 'a request of a program failed');
    const isAway = err.code === 'store.unavailable';
    const detail = isAway ? 'The store cannot be reached right now. Send the same request again later.' : err.userText;
    const headers = isAway ? retryAfter(AWAY_MS) : {};
    return problem({ status: isAway ? 503 : 500, code: err.code, detail, ref: err.ref, headers });
  }
}

async function startJob(deps: ApiRoutesDeps, request: HttpRequest, key: ApiKey): Promise<HttpResponse> {
  const recipe = recipeOf(request.params);
  if (recipe === undefined) return unknownRecipe();
  const read = readJobRequest(request, recipe);
  if (read.kind === 'refused') return read.response;
  const { inputs, repeat } = read;
  const started = await deps.jobs.start(key.name, { recipe, inputs, ...(repeat ? { repeat } : {}) });
  if (started.kind !== 'accepted') return notStarted(started);
  const { job } = started;
  deps.logger.info({ requestId: request.id, jobId: job.id, recipe, key: key.name }, 'a program has started a job');
  return json(202, { job: jobJson(job, deps.publicUrl) }, { location: jobPath(job.id), ...retryAfter(POLL_MS) });
}

function notStarted(outcome: Exclude<StartOutcome, { kind: 'accepted' }>): HttpResponse {
  switch (outcome.kind) {
    case 'unknown_recipe':
      return unknownRecipe();
    case 'recipe_stopped': {
      const detail =
        'The recipe has failed time and again and has stopped itself. Whoever looks after it has to mend it.';
      return problem({ status: 409, code: 'recipe_stopped', detail, headers: retryAfter(STOPPED_MS) });
    }
    case 'bad_inputs':
      return problem({
        status: 422,
        code: 'bad_inputs',
        detail: 'The inputs are not as the recipe wants them.',
        errors: outcome.mistakes,
      });
    case 'over_limit':
      return overLimit(outcome.refusal);
    case 'key_reused': {
      const detail = 'Another request had this Idempotency-Key in the last 24 hours. Use a new one for a new request.';
      return problem({ status: 422, code: 'idempotency_key_reused', detail });
    }
  }
}

function overLimit(refusal: OverLimit): HttpResponse {
  if (refusal.limit === 'open') {
    const detail =
      'As many jobs of this key are under way as one key may have. Nothing was started: send the same request again when some have ended.';
    return problem({ status: 429, code: 'too_many_open_jobs', detail, headers: retryAfter(FULL_MS) });
  }
  const detail =
    'This key starts jobs faster than one key may. Nothing was started: send the same request again after Retry-After.';
  return problem({ status: 429, code: 'too_many_jobs', detail, headers: retryAfter(refusal.retryAfterMs) });
}

function unknownRecipe(): HttpResponse {
  const detail =
    'There is no started recipe of this name that is open to this key. GET /api/recipes lists those that are.';
  return problem({ status: 404, code: 'unknown_recipe', detail });
}

async function showJob(deps: ApiRoutesDeps, request: HttpRequest, key: ApiKey): Promise<HttpResponse> {
  const job = await deps.jobs.find(key.name, request.params['id'] ?? '');
  return job ? shown(deps, job, 200) : unknownJob();
}

async function cancelJob(deps: ApiRoutesDeps, request: HttpRequest, key: ApiKey): Promise<HttpResponse> {
  const outcome = await deps.jobs.cancel(key.name, request.params['id'] ?? '');
  if (outcome.kind === 'unknown_job') return unknownJob();
  if (outcome.kind === 'asked') return shown(deps, outcome.job, 202);
  return problem({ status: 409, code: 'job_ended', detail: `The job has ended already: ${outcome.job.status}.` });
}

function shown({ publicUrl }: ApiRoutesDeps, job: Job, status: number): HttpResponse {
  return json(status, { job: jobJson(job, publicUrl) }, isFinal(job.status) ? {} : retryAfter(POLL_MS));
}

function unknownJob(): HttpResponse {
  const detail = 'There is no such job that was started with this key, or it is older than what is kept.';
  return problem({ status: 404, code: 'unknown_job', detail });
}

function listRecipes(deps: ApiRoutesDeps, _request: HttpRequest, key: ApiKey): HttpResponse {
  const recipes = deps.jobs.callables(key.name).map(({ isStopped, recipe }) => ({
    ...described(deps, recipe),
    url: `${deps.publicUrl}${recipePath(recipe.id)}`,
    state: isStopped ? 'stopped' : 'started',
  }));
  return json(200, { recipes });
}

function described({ schemasOf }: ApiRoutesDeps, recipe: OpenCallable['recipe']) {
  const { description, id, name } = recipe;
  return { id, name, description, ...schemasOf(recipe) };
}

function showOpenApi(deps: ApiRoutesDeps, _request: HttpRequest, key: ApiKey): HttpResponse {
  const callables = deps.jobs.callables(key.name).map(({ recipe }) => described(deps, recipe));
  return json(200, openApi(deps.publicUrl, callables));
}

function showProblems(deps: ApiRoutesDeps): HttpResponse {
  return json(200, deps.problems());
}
