import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepAlivePolicyOf } from '../../../src/connections/parent-connection.js';
import { compileConnector } from '../../../src/connectors/compile-connector.js';
import { loadConnections } from '../../../src/connectors/load-connections.js';
import { formatProblem } from '../../../src/language/problem.js';
import { CONNECTOR, connector } from './parts.js';

const DAY = 86_400_000;
const KEEPS = CONNECTOR.replace('  oauth2:\n', '  oauth2:\n    keep_alive: { idle_days: 60 }\n');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'behalf-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function load(keepAlive: string, text = CONNECTOR) {
  const path = join(folder, 'connections.yaml');
  writeFileSync(
    path,
    `connections:
  acme:
    connector: acme_crm
    settings: { url: "https://acme.example", region: eu }
    auth:
      method: oauth2
      client_id: us
      client_secret: "\${ACME_SECRET}"
${keepAlive}`,
  );
  const { parents, problems } = await loadConnections({
    path,
    environment: { ACME_SECRET: 'canary-secret' },
    connectors: new Map([['acme_crm', connector(text)]]),
    publicUrl: 'https://behalf.example/',
    egressAllow: [],
  });
  return { policy: keepAlivePolicyOf(parents.get('acme')), problems: problems.map(formatProblem) };
}

describe('keep_alive', () => {
  it('is off unless somebody says so', async () => {
    expect(await load('')).toEqual({ policy: undefined, problems: [] });
  });

  it('of a connector counts for its connections, for a year without use', async () => {
    expect(await load('', KEEPS)).toEqual({ policy: { idleMs: 60 * DAY, maxUnusedMs: 365 * DAY }, problems: [] });
  });

  it('of a connection counts in place of that', async () => {
    const { policy } = await load('      keep_alive: { idle_days: 7, max_unused_days: 30 }\n', KEEPS);
    expect(policy).toEqual({ idleMs: 7 * DAY, maxUnusedMs: 30 * DAY });
  });

  it('is switched off by a connection', async () => {
    expect(await load('      keep_alive: false\n', KEEPS)).toEqual({ policy: undefined, problems: [] });
  });

  it.each([
    ['{ idle_days: 90, max_unused_days: 30 }', /connections\.yaml:9.*nothing would be kept alive/s],
    ['{ idle_days: 0 }', /connections\.yaml:9.*"idle_days" must be at least 1/],
    ['{ idle_days: 1.5 }', /connections\.yaml:9.*"idle_days" must be a whole number/],
    ['{ max_unused_days: 30 }', /connections\.yaml:9.*needs one of: idle_days/],
    ['{ idle_day: 30 }', /connections\.yaml:9.*did you mean "idle_days"/],
    ['true', /connections\.yaml:9/],
  ])('%s of a connection is a mistake, said where it stands', async (text, said) => {
    const { policy, problems } = await load(`      keep_alive: ${text}\n`);
    expect(policy).toBeUndefined();
    expect(problems).toEqual([expect.stringMatching(said)]);
  });

  it('of a connector that would keep nothing alive is a mistake, said where it stands', () => {
    const text = KEEPS.replace('idle_days: 60', 'idle_days: 60, max_unused_days: 59');
    const result = compileConnector({ file: 'connectors/acme_crm.yaml', text });
    const problems = result.kind === 'broken' ? result.problems.map(formatProblem) : [];
    expect(problems).toEqual([
      expect.stringMatching(/acme_crm\.yaml:\d+.*max_unused_days \(59\) is less than idle_days \(60\)/s),
    ]);
  });
});
