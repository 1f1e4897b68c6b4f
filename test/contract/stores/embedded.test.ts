import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmbeddedStores } from '../../../adapters/embedded/index.js';
import { noMetrics } from '../../../src/kernel/metrics.port.js';
import { createManualClock } from '../../support/clocks.js';
import { describeStores } from './all.contract.js';
import { quietLogger } from './stores.js';

describe('embedded store', () => {
  describeStores(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'behalf-embedded-'));
    const clock = createManualClock();
    const open = () =>
      createEmbeddedStores({ directory, clock, logger: quietLogger, metrics: noMetrics, backoffMs: 20 });
    let stores = await open();
    return {
      stores,
      pass: (ms) => clock.advance(ms),
      async reopen() {
        await stores.health.close();
        stores = await open();
        return stores;
      },
      async close() {
        await stores.health.close();
        rmSync(directory, { recursive: true });
      },
    };
  });
});
