import path from 'node:path';
import { createHttpClient } from '../../adapters/undici/index.js';
import { type Catalogue, loadCatalogue } from '../../src/catalogue.js';
import type { Credential } from '../../src/connections/connection.js';
import type { ParentConnection } from '../../src/connections/parent-connection.js';
import { lookUpAccount } from '../../src/connectors/account-lookup.js';
import { performAction } from '../../src/connectors/perform-action.js';
import { Secret } from '../../src/kernel/secret.js';
import { systemClock } from '../../src/kernel/system-clock.js';
import { type DemoAppsProcess, startDemoAppsProcess } from '../support/demo-apps.js';
import { RecordingLogger } from '../support/recording-logger.js';

const CLIENT = { id: 'behalf', secret: 'secret', redirectUris: ['http://localhost:3999/oauth/callback/acme-crm'] };
const http = createHttpClient({
  allowPrivateHosts: ['localhost', '127.0.0.1'],
  logger: new RecordingLogger(),
  clock: systemClock,
});

let apps: DemoAppsProcess;
let catalogue: Catalogue;

beforeAll(async () => {
  apps = await startDemoAppsProcess({ clients: { crm: CLIENT, files: { ...CLIENT, id: 'behalf-files' } } });
  const environment = {
    ACME_CRM_URL: apps.crm.url,
    ACME_CRM_CLIENT_ID: apps.crm.clientId,
    ACME_CRM_CLIENT_SECRET: apps.crm.clientSecret,
    ACME_CRM_API_KEY: apps.crm.apiKey,
    ACME_FILES_URL: apps.files.url,
    ACME_FILES_CLIENT_ID: apps.files.clientId,
    ACME_FILES_CLIENT_SECRET: apps.files.clientSecret,
  };
  const configDir = path.resolve(__dirname, '../../playground/config');
  catalogue = await loadCatalogue({ configDir, publicUrl: 'http://localhost:3999', egressAllow: [] }, environment);
});
afterAll(async () => {
  await http.close();
  await apps.stop();
});

function integration(): { readonly parent: ParentConnection; readonly credential: Credential } {
  const parent = catalogue.parent('acme-crm-integration');
  if (parent?.auth.kind !== 'static') throw new Error('no static connection');
  return { parent, credential: parent.auth.credential };
}

function perform(
  name: string,
  input: Readonly<Record<string, unknown>>,
  more: { key?: string; credential?: Credential } = {},
) {
  const connector = catalogue.connector('acme_crm');
  const action = connector?.actions.get(name);
  if (!connector || !action) throw new Error(`no action ${name}`);
  const { key = `job:${name}:${JSON.stringify(input)}`, ...rest } = more;
  return performAction({
    connector,
    action,
    input,
    idempotencyKey: key,
    http,
    clock: systemClock,
    ...integration(),
    ...rest,
  });
}

describe('the connector of Acme CRM', () => {
  test('creates, finds and changes a record as the integration user', async () => {
    const created = await perform('create_opportunity', { account: 'Müller & Söhne: Export', amount: '5000' });
    expect(created).toMatchObject({
      account: 'Müller & Söhne: Export',
      amount: 5000,
      created_by: { name: 'Integration User' },
    });
    const id: unknown = Reflect.get(Object(created), 'id');
    expect(await perform('find_opportunities', { account: 'Müller & Söhne: Export' })).toMatchObject({
      total: 1,
      items: [{ id }],
    });
    expect(await perform('change_stage', { id, stage: 'Closed Won' })).toMatchObject({ id, stage: 'Closed Won' });
  });

  test('writes once under one idempotency key', async () => {
    const first = await perform('create_note', { text: 'Called Acme' }, { key: 'job1:0' });
    const second = await perform('create_note', { text: 'Called Acme' }, { key: 'job1:0' });
    expect(second).toEqual(first);
    const { notes } = await apps.crm.control.records();
    expect(notes.filter((note) => note.text === 'Called Acme')).toHaveLength(1);
  });

  test('says what the app says when it refuses', async () => {
    await expect(perform('create_opportunity', { account: 'Nobody Ltd' })).rejects.toMatchObject({
      userText: expect.stringMatching(
        /^Acme CRM (?:could not find that|did not accept what was entered)\. Acme CRM says: \S/,
      ),
    });
    await expect(perform('change_stage', { id: '../notes', stage: 'Closed Won' })).rejects.toMatchObject({
      code: 'app.bad_input',
    });
    await expect(perform('change_stage', { id: 'OPP-0', stage: 'Closed Won' })).rejects.toMatchObject({
      code: 'app.not_found',
    });
  });

  test('does not accept a wrong key', async () => {
    const credential: Credential = { kind: 'api_key', in: 'header', name: 'X-Api-Key', key: new Secret('wrong') };
    await expect(perform('create_note', { text: 'x' }, { credential })).rejects.toMatchObject({
      code: 'app.unauthorized',
    });
  });

  test('tells whose credential it is', async () => {
    const connector = catalogue.connector('acme_crm');
    if (!connector) throw new Error('no connector');
    expect(await lookUpAccount({ connector, ...integration(), http, clock: systemClock })).toEqual({
      id: 'integration',
      label: 'integration@acme.example',
      confirmedEmail: 'integration@acme.example',
    });
  });

  test('turns trouble of the app into sentences', async () => {
    await apps.crm.control.setApiFault({ failNext: 1, status: 503 });
    await expect(perform('find_opportunities', { account: 'Acme' })).rejects.toMatchObject({ code: 'app.unavailable' });
  });
});
