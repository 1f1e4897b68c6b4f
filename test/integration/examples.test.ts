import { readdirSync } from 'node:fs';
import { runCheck } from '../../src/cli/check.js';
import { environmentOf } from './connectors/support/vendor-kit.js';

describe('the example configuration', () => {
  it.each(readdirSync('examples'))('for %s can start as it is once the client is registered', async (name) => {
    const result = await runCheck({ configDir: `examples/${name}`, environment: environmentOf(name) });

    expect(result).toEqual({ exitCode: 0, output: '1 recipe can start, 1 connection, 0 problems\n' });
  });
});
