import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createManualClock } from '../../support/clocks.js';
import { describeStores } from './all.contract.js';
import { openEmbeddedStores } from './embedded-harness.js';

describe('embedded store', () => {
  describeStores(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'behalf-embedded-'));
    const clock = createManualClock();
    const open = () => openEmbeddedStores({ directory, clock });
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
