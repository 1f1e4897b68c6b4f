import type { Drivers } from '../assemble.js';
import type { OpenApiDocumentCheck } from '../connectors/openapi/document-check.port.js';
import type { Clock } from '../kernel/clock.port.js';
import { BehalfError } from '../kernel/errors.js';
import type { HttpClient } from '../kernel/http-client.port.js';
import type { Logger } from '../kernel/logger.port.js';
import type { Metrics } from '../kernel/metrics.port.js';
import { systemClock } from '../kernel/system-clock.js';

/** What an import of a connector needs: the service's own rules of whom to call, and a check of the document. */
export async function openImportTools(egressAllow: readonly string[]): Promise<{
  readonly http: HttpClient;
  readonly documentCheck: OpenApiDocumentCheck;
}> {
  const logger = (await import('../../adapters/pino/index.js')).createLogger({ level: 'silent' });
  const { createHttpClient } = await import('../../adapters/undici/index.js');
  const { createOpenApiDocumentCheck } = await import('../../adapters/openapi/index.js');
  return {
    http: createHttpClient({ allowPrivateHosts: egressAllow, logger, clock: systemClock }),
    documentCheck: createOpenApiDocumentCheck(),
  };
}

/** Drivers for the tests of recipes: stores in a folder that may be thrown away, and nobody at the other end. */
export async function openRehearsal(
  directory: string,
  basics: { readonly clock: Clock; readonly logger: Logger; readonly metrics: Metrics },
): Promise<Pick<Drivers, 'stores' | 'http' | 'oauth' | 'oauth1'>> {
  const stores = await (await import('../../adapters/embedded/index.js')).createEmbeddedStores({
    directory,
    ...basics,
  });
  const http: HttpClient = {
    async request() {
      throw new BehalfError('egress.refused', 'A test of a recipe calls nobody');
    },
    async close() {},
  };
  const { createOAuth1Client, createOAuthClient } = await import('../../adapters/oauth/index.js');
  const client = { httpClient: http, clock: basics.clock };
  return { stores, http, oauth: createOAuthClient(client), oauth1: createOAuth1Client(client) };
}

/** What makes the app package for Teams. */
export async function openTeamsPackager() {
  return (await import('../../adapters/teams/app-package.js')).buildTeamsPackage;
}
