import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { createEmbeddedStores, type EmbeddedStores } from '../../adapters/embedded/index.js';
import { createOAuth1Client, createOAuthClient } from '../../adapters/oauth/index.js';
import { createHttpClient } from '../../adapters/undici/index.js';
import { PEOPLE, TEAMS_APP_ID } from '../../playground/people.js';
import { TEAM } from '../../playground/teams/chats.js';
import type { SeenMessage } from '../../playground/teams/types.js';
import { type Assembly, assemble } from '../../src/assemble.js';
import { loadCatalogue } from '../../src/catalogue.js';
import type { Clock } from '../../src/kernel/clock.port.js';
import type { HttpClient } from '../../src/kernel/http-client.port.js';
import { noMetrics } from '../../src/kernel/metrics.port.js';
import { Secret } from '../../src/kernel/secret.js';
import { systemClock } from '../../src/kernel/system-clock.js';
import { createVault } from '../../src/kernel/vault.js';
import { formatProblem } from '../../src/language/problem.js';
import { startTeamsBench, type TeamsBench, teamsUser } from '../contract/chat/teams-driver.js';
import { EntraId, SIGN_IN_RESOURCE } from '../support/entra-id.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { ScriptedApp } from '../support/scripted-app.js';
import { recipe, serviceEnvironment, writeServiceFiles } from '../support/service-files.js';
import { eventually } from '../support/service-kit.js';

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const Question = z.object({
  attachments: z.tuple([
    z.object({
      contentType: z.literal('application/vnd.microsoft.card.oauth'),
      content: z.object({ connectionName: z.string(), tokenExchangeResource: z.object({ id: z.string() }) }),
    }),
  ]),
});
const RECIPES = {
  note: recipe({
    command: 'note',
    connections: 'crm: { use: crm-signed-on, verify_user_access: true }',
    steps: `  - { id: made, action: crm.create, input: { name: Thing } }
  - reply: { text: "Noted as {{ steps.made.by }}" }`,
  }),
  two: recipe({
    command: 'two notes',
    connections: 'crm: { use: crm-signed-on, verify_user_access: true }',
    steps: `  - { id: first, action: crm.create, input: { name: One } }
  - reply: { text: "First as {{ steps.first.by }}" }
  - { id: second, action: crm.create, input: { name: Two } }
  - reply: { text: "Second as {{ steps.second.by }}" }`,
  }),
  pick: recipe({
    command: 'pick',
    connections: 'crm: { use: crm-signed-on, verify_user_access: true }',
    parameters: `
    - name: thing
      type: select
      prompt: Which thing?
      options:
        action: crm.search
        input: { words: "{{ query }}" }
        from: "{{ answer.items }}"
        label: "{{ option.name }}"
        value: "{{ option.id }}"`,
    steps: `  - reply: { text: "Picked {{ parameters.thing }}" }`,
  }),
};
const CONNECTION = `  crm-signed-on:
    connector: crm
    settings: { url: "\${CRM_URL}" }
    single_sign_on: true
    auth: { method: oauth2, client_id: "${TEAMS_APP_ID}", client_secret: "\${CLIENT_SECRET}" }
`;

let directory: string;
let entra: EntraId;
let crm: ScriptedApp;
let stores: EmbeddedStores;
let http: HttpClient;
let bench: TeamsBench;
let assembly: Assembly;
let logger: RecordingLogger;

beforeEach(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'behalf-sign-on-'));
  logger = new RecordingLogger();
  [entra, crm] = await Promise.all([EntraId.start(), ScriptedApp.start()]);
  stores = await createEmbeddedStores({
    directory: path.join(directory, 'data'),
    clock: systemClock,
    logger,
    metrics: noMetrics,
  });
  http = createHttpClient({ allowPrivateHosts: ['127.0.0.1'], clock: systemClock, logger });
  bench = await startTeamsBench({
    config: { signInResource: SIGN_IN_RESOURCE, loginUrl: entra.url },
    handler: (event) => assembly.handleEvent(event),
  });
  assembly = await assembleService();
  await assembly.jobs.start();
});

afterEach(async () => {
  await assembly.jobs.stop(1_000);
  await bench.stop();
  await Promise.all([entra.stop(), crm.stop(), http.close(), stores.health.close()]);
  rmSync(directory, { recursive: true, force: true });
});

async function assembleService(clock: Clock = systemClock): Promise<Assembly> {
  const configDir = path.join(directory, 'config');
  writeServiceFiles(configDir, RECIPES);
  const connector = path.join(configDir, 'connectors', 'crm.yaml');
  const text = readFileSync(connector, 'utf8').replace(
    '    scopes: [api]\n',
    '    scopes: [api]\n    reauthorize_errors: [interaction_required]\n    on_behalf_of: {}\n',
  );
  writeFileSync(connector, text);
  appendFileSync(path.join(configDir, 'connections.yaml'), CONNECTION);
  const policy = { configDir, publicUrl: 'https://behalf.example.com', egressAllow: ['127.0.0.1'] };
  const teams = { appId: TEAMS_APP_ID, signInResource: SIGN_IN_RESOURCE };
  const catalogue = await loadCatalogue(
    { ...policy, teams },
    serviceEnvironment({ crm: crm.url, files: 'http://127.0.0.1:1' }),
  );
  expect(catalogue.problems.map(formatProblem)).toEqual([]);
  const limits = {
    loginTimeoutMs: 1_800_000,
    uninstallGraceMs: 1_000,
    historyMs: 86_400_000,
    maxRunningJobs: 50,
    startLimits: { person: {}, program: {} },
  };
  return assemble(
    { ...policy, ...limits, identityCheck: 'auto', jobLeaseMs: 30_000, maxFileBytes: 1_024 },
    () => catalogue,
    {
      stores,
      http,
      oauth: createOAuthClient({ httpClient: http, clock: systemClock }),
      oauth1: createOAuth1Client({ httpClient: http, clock: systemClock }),
      chats: [bench.adapter],
      vault: createVault([{ id: 'k1', key: new Secret(randomBytes(32)) }]),
      clock,
      logger,
      metrics: noMetrics,
    },
  );
}

/** The question that Rita's client is asked, after another one. */
async function question(after?: {
  readonly id: string;
}): Promise<{ readonly id: string; readonly connectionName: string }> {
  const message = await bench.teams.waitForMessage((seen) => {
    const asked = questionIn(seen);
    return asked !== undefined && asked.id !== after?.id;
  });
  const asked = questionIn(message);
  if (!asked) throw new Error('not asked');
  return asked;
}

function questionIn({ activity, author }: SeenMessage) {
  const [card] = Question.safeParse(activity).data?.attachments ?? [];
  if (author !== 'bot' || !card) return undefined;
  const { connectionName, tokenExchangeResource } = card.content;
  return { id: tokenExchangeResource.id, connectionName };
}

/** A client of that person answers. */
async function answer(
  value: { readonly id: string; readonly connectionName: string },
  { token = entra.token(), person = 'rita' }: { readonly token?: string; readonly person?: string } = {},
): Promise<number> {
  const result = await bench.teams.invoke(person, { name: 'signin/tokenExchange', value: { ...value, token } });
  if (result.kind !== 'invoked') throw new Error('no invoke');
  return result.delivery.status;
}

const exchanges = () => crm.grants.filter((grant) => grant === JWT_BEARER).length;
const shows = (text: string) => bench.teams.waitForMessage((seen) => JSON.stringify(seen.activity).includes(text));
const showsPrompt = () => shows('Please connect to');

/** Every word that Rita has read in the chat. */
function everSaid(): string {
  return bench.teams.requests
    .filter(({ direction, method }) => direction === 'from-bot' && method !== 'GET')
    .map(({ body }) => JSON.stringify(body))
    .join('\n');
}

describe('single sign-on in Teams', () => {
  test.each(['in the 1:1 chat', 'in a channel'])(
    'answers a command %s as the person, without a prompt',
    async (where) => {
      await bench.teams.say('rita', 'note', where === 'in a channel' ? { conversation: TEAM.channelId } : {});
      await expect(answer(await question())).resolves.toBe(200);

      await shows('Noted as rita@acme.example');
      await shows('Connected');
      expect(everSaid()).not.toContain('Please connect to');
      expect(crm.callsOf('POST').map(({ account }) => account)).toEqual(['rita@acme.example']);
      // The question is taken away, and nobody is asked the next time.
      await bench.teams.say('rita', 'note');
      await bench.teams.waitForMessage(() => crm.callsOf('POST').length === 2);
      expect(bench.teams.messages().filter((message) => questionIn(message))).toEqual([]);
      expect(exchanges()).toBe(1);
    },
  );

  test('counts once, whichever of the person’s clients answer', async () => {
    await bench.teams.say('rita', 'note');
    const asked = await question();
    const statuses = await Promise.all([answer(asked), answer(asked), answer(asked)]);
    expect(statuses).toEqual([200, 200, 200]);
    await shows('Noted as rita@acme.example');
    await expect(answer(asked)).resolves.toBe(200);
    expect(exchanges()).toBe(1);
    expect(crm.callsOf('POST')).toHaveLength(1);
  });

  test.each(['interaction_required', 'invalid_grant'])('falls back to the Login button on %s', async (error) => {
    crm.assertionError = error;
    await bench.teams.say('rita', 'note');
    await expect(answer(await question())).resolves.toBe(412);

    const prompt = await showsPrompt();
    expect(JSON.stringify(prompt.activity)).toContain('"title":"Login"');
    expect(crm.callsOf('POST')).toEqual([]);
  });

  test('falls back to the Login button when no client answers, and goes on with an answer that comes late', async () => {
    await bench.teams.say('rita', 'note');
    const asked = await question();
    await bench.teams.waitForMessage((seen) => JSON.stringify(seen.activity).includes('Please connect to'), {
      timeoutMs: 25_000,
    });
    expect(exchanges()).toBe(0);
    await expect(answer(asked)).resolves.toBe(200);
    await shows('Noted as rita@acme.example');
    expect(crm.callsOf('POST')).toHaveLength(1);
  });

  test('falls back to the Login button at once when the client says that it cannot', async () => {
    await assembly.jobs.stop(1_000);
    const startedAt = systemClock.now();
    // Time hardly passes, so that nothing ends by itself.
    assembly = await assembleService({
      ...systemClock,
      now: () => startedAt + (systemClock.now() - startedAt) / 1_000,
    });
    await assembly.jobs.start();
    await bench.teams.say('rita', 'note');
    await question();
    await bench.teams.invoke('rita', { name: 'signin/failure', value: { code: 'tokenmissing', message: 'm' } });
    await showsPrompt();
    expect(exchanges()).toBe(0);
  });

  /** The app forgets Rita when she does the second thing. */
  async function forgottenAtSecond(): Promise<{ readonly id: string; readonly connectionName: string }> {
    let isKnown = true;
    crm.answer(({ body }) => {
      if (!isKnown || !JSON.stringify(body ?? {}).includes('Two')) return undefined;
      isKnown = false;
      crm.forgetTokens();
      return { status: 401, body: {} };
    });
    await bench.teams.say('rita', 'two notes');
    const first = await question();
    await answer(first);
    await shows('First as rita@acme.example');
    return question(first);
  }

  const done = () => crm.callsOf('POST').map(({ body }) => body);

  test('does it again at the step at which the app refuses, and goes on there without a prompt', async () => {
    await expect(answer(await forgottenAtSecond())).resolves.toBe(200);
    await shows('Second as rita@acme.example');
    expect(everSaid()).not.toContain('Please connect to');
    expect(done()).toMatchObject([{ name: 'One' }, { name: 'Two' }, { name: 'Two' }]);
    expect(exchanges()).toBe(2);
  });

  test('asks with the Login button at such a step where the server wants a login', async () => {
    const asked = await forgottenAtSecond();
    crm.assertionError = 'interaction_required';
    await expect(answer(asked)).resolves.toBe(412);
    await showsPrompt();
    expect(done()).toMatchObject([{ name: 'One' }, { name: 'Two' }]);
  });

  test('does not go on for ever with an app that refuses every token', async () => {
    await bench.teams.say('rita', 'note');
    crm.answer((call) => (call.method === 'POST' ? { status: 401, body: {} } : undefined));
    let asked = await question();
    await answer(asked);
    for (let round = 1; round <= 2; round += 1) {
      asked = await question(asked);
      await answer(asked);
    }
    await shows('although you have just logged in');
    expect(exchanges()).toBe(3);
    expect(everSaid()).not.toContain('Please connect to');
  });

  test('lets a parameter that is looked for in the app be asked at once, without a prompt', async () => {
    const said = bench.teams.say('rita', 'pick');
    await expect(answer(await question())).resolves.toBe(200);
    await shows('Which thing?');
    await said;
    expect(everSaid()).not.toContain('Please connect to');
  });

  test('asks with the Login button before such a parameter, where the server wants a login', async () => {
    crm.assertionError = 'interaction_required';
    const said = bench.teams.say('rita', 'pick');
    await answer(await question());
    await showsPrompt();
    await said;
    expect(everSaid()).not.toContain('Which thing?');
  });

  test('takes no token of another person, tenant or app, nor an unsigned one; the right one still connects', async () => {
    const [, carl] = PEOPLE;
    await bench.teams.say('rita', 'note');
    const asked = await question();
    const forged = [
      entra.token({ person: carl?.aadObjectId ?? '', claims: { upn: 'carl@acme.example' } }),
      entra.token({ tenant: TEAMS_APP_ID }),
      entra.token({ claims: { aud: 'https://graph.microsoft.com' } }),
      entra.token({ algorithm: 'none' }),
      entra.token({ key: 'stranger' }),
    ];
    for (const token of forged) await expect(answer(asked, { token })).resolves.toBe(412);
    expect(exchanges()).toBe(0);

    await expect(answer(asked)).resolves.toBe(200);
    await shows('Noted as rita@acme.example');
  });

  test('takes no answer of somebody else to the question, be their own token good', async () => {
    const [, carl] = PEOPLE;
    await bench.teams.say('rita', 'note');
    const asked = await question();
    const token = entra.token({ person: carl?.aadObjectId ?? '', claims: { upn: 'carl@acme.example' } });
    await expect(answer(asked, { token, person: 'carl' })).resolves.toBe(412);
    await expect(stores.connections.list(teamsUser('carl'))).resolves.toEqual([]);

    await answer(asked);
    await shows('Noted as rita@acme.example');
  });

  test('takes nothing that was not asked for', async () => {
    await expect(answer({ id: 'made-up', connectionName: 'crm-signed-on' })).resolves.toBe(412);
    expect(exchanges()).toBe(0);
    await expect(stores.connections.list(teamsUser('rita'))).resolves.toEqual([]);
    expect(bench.shownTo('rita')).toEqual([]);
  });

  test.each(['Disconnect', 'Delete'])('asks with the Login button after %s', async (button) => {
    await bench.teams.say('rita', 'note');
    const asked = await question();
    await answer(asked);
    await shows('Noted as rita@acme.example');
    const connected = await shows('Not you, or a mistake?');
    if (button === 'Disconnect') await bench.teams.press('rita', connected.id, { title: button });
    else await deleteConnection();
    const [row] = await stores.connections.list(teamsUser('rita'));
    expect(row === undefined).toBe(button === 'Delete');

    const since = bench.teams.mark();
    await bench.teams.say('rita', 'note');

    await bench.teams.waitForMessage((seen) => JSON.stringify(seen.activity).includes('Please connect to'), { since });
    await eventually(() => !bench.teams.messages().some((message) => questionIn(message)));
    await answer(asked);
    expect(exchanges()).toBe(1);
    expect(crm.callsOf('POST')).toHaveLength(1);
  });
});

async function deleteConnection(): Promise<void> {
  await bench.teams.say('rita', 'personal_connections');
  const list = await shows('Your connections');
  await bench.teams.press('rita', list.id, { title: 'Delete' }, { connection: 'crm-signed-on' });
  const sure = await shows('Delete it');
  await bench.teams.press('rita', sure.id, { title: 'Delete it' });
}
