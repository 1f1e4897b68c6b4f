import { runCheck } from '../../src/cli/check.js';

describe('the example configuration', () => {
  it('for GitHub can start as it is once the client is registered', async () => {
    const environment = { GITHUB_CLIENT_ID: 'id', GITHUB_CLIENT_SECRET: 'secret' };

    const result = await runCheck({ configDir: 'examples/github', environment });

    expect(result).toEqual({ exitCode: 0, output: '1 recipe can start, 1 connection, 0 problems\n' });
  });
});
