import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadCatalogue } from '../../../src/catalogue.js';
import { listBuiltInConnectors } from '../../../src/connectors/built-in-connectors.js';
import { compileConnector } from '../../../src/connectors/compile-connector.js';
import type { Connector } from '../../../src/connectors/connector.js';
import { formatProblem } from '../../../src/language/problem.js';
import { yamlBlocksOf } from '../../architecture/support/markdown.js';
import { variablesOf } from './support/vendor-kit.js';

const NAMES = [
  'box',
  'github',
  'google_sheets',
  'http',
  'jira',
  'microsoft_graph',
  'salesforce',
  'servicenow',
  'slack',
  'zendesk',
];

function load(name: string): Connector {
  const text = readFileSync(`connectors/${name}.yaml`, 'utf8');
  const result = compileConnector({ file: `connectors/${name}.yaml`, text });
  if (result.kind === 'broken') throw new Error(result.problems.map(formatProblem).join('\n'));
  return result.connector;
}

describe('the connectors that come with the service', () => {
  it('are these', async () => {
    expect([...(await listBuiltInConnectors()).keys()]).toEqual(NAMES);
  });

  describe.each(NAMES)('%s', (name) => {
    const page = existsSync(`docs/connectors/${name}.md`) ? readFileSync(`docs/connectors/${name}.md`, 'utf8') : '';

    it('is named as its file', () => {
      expect(load(name).name).toBe(name);
    });

    it('tells of every action what it is for, what goes in and what comes out', () => {
      const actions = [...load(name).actions.values()];

      expect(actions.length).toBeGreaterThanOrEqual(5);
      expect(actions.length).toBeLessThanOrEqual(10);
      // "Your account may not see issues."
      expect(actions.filter(({ title }) => !/^[a-z][a-z -]+$/.test(title))).toEqual([]);
      expect(actions.filter(({ outputSchema }) => outputSchema.kind !== 'object').map((action) => action.name)).toEqual(
        [],
      );
      const fields = actions.flatMap(({ input }) => [...input.values()]);
      expect(fields.filter(({ name: field, title }) => title === field)).toEqual([]);
    });

    it('reads only input that it declares, and declares only what it reads', () => {
      const source = readFileSync(`connectors/${name}.yaml`, 'utf8');
      const read = new Set([...source.matchAll(/\binput\.([a-z_]+)/g)].map(([, field]) => field));
      const declared = new Set([...load(name).actions.values()].flatMap(({ input }) => [...input.keys()]));

      expect([...declared].sort()).toEqual([...read].sort());
    });

    it('has an identity call, as logins need', () => {
      expect(load(name).identity).toBeDefined();
    });

    it('has a page that names redirect URI, scopes, settings, methods and actions', () => {
      const { auth, actions, settings } = load(name);
      const scopes = [
        ...(auth.oauth2?.scopes ?? []),
        ...[...actions.values()].flatMap((action) => action.scopes ?? []),
      ];
      const methods = Object.keys(auth).map((method) => `method: ${method}`);
      const wanted = [
        '<PUBLIC_URL>/oauth/callback/',
        ...[...scopes, ...settings.map((setting) => setting.name), ...actions.keys()].map((word) => `\`${word}\``),
        ...methods,
        `connector: ${name}`,
        `examples/${name}`,
      ];

      expect(wanted.filter((word) => !page.includes(word))).toEqual([]);
      expect(page.split('\n').length).toBeLessThanOrEqual(71);
    });

    it('has connections on its page that can be used as they stand', async () => {
      const configDir = await mkdtemp(path.join(tmpdir(), 'behalf-page-'));
      const text = yamlBlocksOf(page)[0]?.text ?? '';
      await writeFile(path.join(configDir, 'connections.yaml'), text);

      const catalogue = await loadCatalogue(
        { configDir, publicUrl: 'https://behalf.example', egressAllow: [] },
        variablesOf(text),
      );

      await rm(configDir, { recursive: true });
      expect(catalogue.problems).toEqual([]);
      expect(catalogue.parents.length).toBeGreaterThan(0);
    });
  });
});
