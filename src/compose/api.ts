import type { Assembly } from '../assemble.js';
import type { Catalogue } from '../catalogue.js';
import { reportOf } from '../catalogue-report.js';
import { callableSchema } from '../checks/callable-schema.js';
import type { Config } from '../config.js';
import type { Clock } from '../kernel/clock.port.js';
import type { HttpRoute } from '../kernel/http.js';
import type { Observers } from '../kernel/observers.js';
import type { RateLimiter } from '../kernel/rate-limiter.port.js';
import { apiRoutes } from '../web/api/api-routes.js';

interface Basics extends Pick<Observers, 'logger' | 'metrics' | 'tracing'> {
  readonly limiter: Pick<RateLimiter, 'take'>;
  readonly clock: Clock;
}

/** The routes for programs; none where no key is configured. */
export function openApiRoutes(
  { apiKeys, publicUrl }: Pick<Config, 'apiKeys' | 'publicUrl'>,
  catalogue: () => Catalogue,
  { apiJobs, hasStoppedItself, shared }: Pick<Assembly, 'apiJobs' | 'hasStoppedItself' | 'shared'>,
  basics: Basics,
): readonly HttpRoute[] {
  return apiRoutes({
    keys: apiKeys,
    jobs: apiJobs,
    publicUrl,
    problems: () => ({ ...reportOf(catalogue(), { states: shared.states(), hasStoppedItself }) }),
    schemasOf: (recipe) => {
      const { connectors, parents, recipes } = catalogue();
      return callableSchema(recipe, {
        recipes: recipes.started(),
        connectors: new Map(connectors.map((connector) => [connector.name, connector])),
        parents: new Map(parents.map((parent) => [parent.name, parent])),
      });
    },
    ...basics,
  });
}
