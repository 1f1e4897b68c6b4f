import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { listBuiltInConnectors, withBuiltInConnectors } from '../../../src/connectors/built-in-connectors.js';
import type { Connector } from '../../../src/connectors/connector.js';
import { connector } from './parts.js';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'behalf-built-in-'));
  file = path.join(folder, 'connections.yaml');
});
afterEach(() => rm(folder, { recursive: true }));

function own(...connectors: readonly Connector[]) {
  return { connectors: new Map(connectors.map((one) => [one.name, one])), broken: new Set<string>(), problems: [] };
}

describe('the connectors that come with the service', () => {
  it('are read when a connection names them, and the others are not', async () => {
    await writeFile(file, 'connections: { work: { connector: github, auth: { method: oauth2 } } }');

    const { connectors, problems } = await withBuiltInConnectors(own(), file);

    expect([...connectors.keys()]).toEqual(['github']);
    expect(problems).toEqual([]);
  });

  it('cost nothing without connections', async () => {
    const mine = own(connector());

    expect(await withBuiltInConnectors(mine, file)).toBe(mine);
  });

  it('give way to a connector of the same name, which is told', async () => {
    await writeFile(file, 'connections: { work: { connector: github } }');
    const mine = { ...connector(), name: 'github', file: 'connectors/own.yaml' };

    const { connectors, problems } = await withBuiltInConnectors(own(mine), file);

    expect(connectors.get('github')).toBe(mine);
    expect(problems).toMatchObject([{ file: 'connectors/own.yaml', severity: 'warning' }]);
  });

  it('do not step in for one of the same name that is broken', async () => {
    await writeFile(file, 'connections: { work: { connector: github } }');

    const { connectors } = await withBuiltInConnectors({ ...own(), broken: new Set(['github']) }, file);

    expect(connectors.has('github')).toBe(false);
  });

  it('are all there to be suggested when a connection names one that there is not', async () => {
    await writeFile(file, 'connections: { work: { connector: gihub } }');

    const { connectors } = await withBuiltInConnectors(own(), file);

    expect([...connectors.keys()]).toEqual([...(await listBuiltInConnectors()).keys()]);
    expect(connectors.size).toBeGreaterThan(1);
  });

  it('are left to the reading of connections.yaml when that is broken', async () => {
    await writeFile(file, 'connections: [');

    expect((await withBuiltInConnectors(own(), file)).problems).toEqual([]);
  });
});
