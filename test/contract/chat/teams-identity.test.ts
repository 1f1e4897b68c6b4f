import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLOUDS } from '../../../adapters/teams/clouds.js';
import { endpointsOf, installUrlOf, type TeamsConfig } from '../../../adapters/teams/config.js';
import type { BotCredential } from '../../../adapters/teams/index.js';
import { TEAMS_APP_ID, TEAMS_TENANT_ID } from '../../../playground/people.js';
import type { ChatEvent } from '../../../src/chat/chat-event.js';
import { textMessage } from '../../../src/chat/message.js';
import { isBehalfError } from '../../../src/kernel/errors.js';
import { Secret } from '../../../src/kernel/secret.js';
import { type SelfSigned, selfSigned } from '../../support/self-signed.js';
import { startTeamsBench, type TeamsBench, type TeamsBenchOptions } from './teams-driver.js';

const OTHER_TENANT = '22222222-2222-4333-8444-555555555555';

let teams: TeamsBench | undefined;
let events: ChatEvent[];
let folder: string;
let ours: SelfSigned;
let another: SelfSigned;

beforeAll(() => {
  ours = selfSigned('the bot');
  another = selfSigned('another bot');
});

beforeEach(async () => {
  events = [];
  folder = await mkdtemp(join(tmpdir(), 'behalf-certificate-'));
});

afterEach(async () => {
  await teams?.stop();
  teams = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function start(options: TeamsBenchOptions): Promise<TeamsBench> {
  teams = await startTeamsBench({
    ...options,
    handler: async (event) => {
      events.push(event);
    },
  });
  return teams;
}

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** Has the bot say something, which takes a token of its own. */
async function saysHello(bench: TeamsBench): Promise<void> {
  await bench.personSays('rita', 'help');
  const event = events.at(-1);
  if (!event) throw new Error('nothing was heard');
  await bench.adapter.post(event.conversation, textMessage('hello'));
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** What the log says of the token that could not be had. */
function noTokenLine({ logLines }: TeamsBench): unknown {
  const line = logLines.find((candidate) => candidate.includes('no token for the calls to Microsoft Teams'));
  return line === undefined ? undefined : JSON.parse(line);
}

async function expectHello(bench: TeamsBench): Promise<void> {
  await saysHello(bench);
  expect(bench.shownTo('rita')).toMatchObject([{ text: 'hello' }]);
  expect(bench.teams.tokenCalls()).toBe(1);
}

async function certificate(pair: SelfSigned): Promise<BotCredential> {
  const certificateFile = await file('bot.crt', pair.certificate);
  return { kind: 'certificate', certificateFile, keyFile: await file('bot.key', pair.key) };
}

describe('Teams: the bot proves who it is', () => {
  test('by a certificate, with a statement signed for the token endpoint', async () => {
    const credential = await certificate(ours);
    await expectHello(await start({ botProof: { certificate: ours.certificate }, config: { credential } }));
  });

  test('by a certificate and its key in one file', async () => {
    const one = await file('bot.pem', `${ours.key}${ours.certificate}`);
    const credential: BotCredential = { kind: 'certificate', certificateFile: one, keyFile: one };
    await expectHello(await start({ botProof: { certificate: ours.certificate }, config: { credential } }));
  });

  test('not by a certificate that is not registered: the answer fails, with the reason for the operator', async () => {
    const credential = await certificate(another);
    const bench = await start({ botProof: { certificate: ours.certificate }, config: { credential } });
    expect(await failureOf(saysHello(bench))).toBeDefined();
    expect(noTokenLine(bench)).toMatchObject({ status: 401, code: 'invalid_client' });
  });

  test('by a certificate that was renewed while it ran', async () => {
    const credential = await certificate(ours);
    const bench = await start({ botProof: { certificate: another.certificate }, config: { credential } });
    expect(await failureOf(saysHello(bench))).toBeDefined();
    await certificate(another);
    await saysHello(bench);
    expect(bench.shownTo('rita')).toMatchObject([{ text: 'hello' }]);
  });

  test.each<[string, () => Promise<BotCredential>, RegExp]>([
    [
      'is not there',
      async () => ({ kind: 'certificate', certificateFile: '/nowhere.crt', keyFile: '/nowhere.key' }),
      /nowhere\.crt with the certificate .* cannot be read/,
    ],
    [
      'is no certificate',
      async () => ({ ...(await certificate({ ...ours, certificate: 'x' })) }),
      /bot\.crt holds no certificate/,
    ],
    [
      'has the key of another',
      async () => certificate({ certificate: ours.certificate, key: another.key }),
      /bot\.key does not belong to the certificate/,
    ],
  ])('not by a certificate that %s: it does not start', async (_what, make, words) => {
    const credential = await make();
    const failure = await failureOf(start({ config: { credential } }));
    if (!isBehalfError(failure, 'config.invalid')) throw new Error('it started');
    expect(failure.message).toMatch(words);
    expect(failure.message).not.toContain('PRIVATE');
  });

  test('by the managed identity of App Service', async () => {
    const config = ({ identityUrl }: { readonly identityUrl: string }): Partial<TeamsConfig> => ({
      credential: { kind: 'managed-identity', endpoint: identityUrl, header: new Secret('the-header') },
    });
    await expectHello(await start({ botProof: { identityHeader: 'the-header' }, config }));
  });

  test('by the managed identity of a virtual machine', async () => {
    const config = ({ identityUrl }: { readonly identityUrl: string }): Partial<TeamsConfig> => ({
      credential: { kind: 'managed-identity', endpoint: identityUrl },
    });
    await expectHello(await start({ config }));
  });

  test('by the token of a Kubernetes cluster', async () => {
    const credential: BotCredential = { kind: 'workload-identity', tokenFile: await file('token', 'cluster-token\n') };
    await expectHello(await start({ botProof: { clusterToken: 'cluster-token' }, config: { credential } }));
  });

  test('not by a token of a cluster that is not there', async () => {
    const credential: BotCredential = { kind: 'workload-identity', tokenFile: join(folder, 'token') };
    const bench = await start({ config: { credential } });
    expect(await failureOf(saysHello(bench))).toBeDefined();
    expect(noTokenLine(bench)).toMatchObject({ code: 'config.invalid' });
  });
});

describe('Teams: several tenants', () => {
  test('people of an allowed one are heard as people of it, and answered', async () => {
    const bench = await start({ config: { allowedTenants: [OTHER_TENANT.toUpperCase()] } });
    bench.teams.changeAccount('rita', { tenantId: OTHER_TENANT });
    for (const tenantId of [TEAMS_TENANT_ID, OTHER_TENANT]) {
      if (tenantId === TEAMS_TENANT_ID) bench.teams.changeAccount('carl', {});
      const person = tenantId === TEAMS_TENANT_ID ? 'carl' : 'rita';
      await bench.teams.sendRaw({ activity: bench.teams.activity(person, 'help', { overrides: { tenantId } }) });
    }
    expect(events.map(({ user }) => user.tenantId)).toEqual([TEAMS_TENANT_ID, OTHER_TENANT]);
    expect(bench.refusals).toEqual([]);
  });

  test('people of any other are refused', async () => {
    const bench = await start({ config: { allowedTenants: [OTHER_TENANT] } });
    const overrides = { tenantId: '33333333-2222-4333-8444-555555555555' };
    const { status } = await bench.teams.sendRaw({ activity: bench.teams.activity('rita', 'help', { overrides }) });
    expect(status).toBe(403);
    expect(events).toEqual([]);
  });

  test('the same object id in two tenants is two people', async () => {
    const bench = await start({ config: { allowedTenants: [OTHER_TENANT] } });
    await bench.personSays('rita', 'help');
    const overrides = { tenantId: OTHER_TENANT };
    await bench.teams.sendRaw({ activity: bench.teams.activity('rita', 'help', { overrides }) });
    // Of the roster's account, which is of the first tenant, the second says that it is a stranger.
    expect(events).toHaveLength(1);
    expect(bench.refusals).toEqual(['external']);
  });
});

describe('Teams: clouds', () => {
  const config: TeamsConfig = {
    appId: TEAMS_APP_ID,
    tenantId: TEAMS_TENANT_ID,
    credential: { kind: 'secret', password: new Secret('x') },
    cloud: 'public',
    publicUrl: 'https://behalf.example.com',
  };

  test('each has hosts of its own for keys, tokens, answers and clients', () => {
    const found = Object.keys(CLOUDS).map((name) => {
      const cloud = name as TeamsConfig['cloud'];
      const { issuer, openIdMetadataUrl, serviceHosts, tokenUrl } = endpointsOf({ ...config, cloud });
      const hosts = [openIdMetadataUrl, tokenUrl, installUrlOf({ ...config, cloud })].map((url) => new URL(url).host);
      return [name, issuer, ...hosts, ...serviceHosts];
    });
    expect(found).toEqual([
      [
        'public',
        'https://api.botframework.com',
        'login.botframework.com',
        'login.microsoftonline.com',
        'teams.microsoft.com',
        'smba.trafficmanager.net',
      ],
      [
        'gcc',
        'https://api.botframework.com',
        'login.botframework.com',
        'login.microsoftonline.com',
        'teams.microsoft.com',
        'smba.infra.gcc.teams.microsoft.com',
      ],
      [
        'gcc-high',
        'https://api.botframework.us',
        'login.botframework.azure.us',
        'login.microsoftonline.us',
        'gov.teams.microsoft.us',
        'smba.infra.gov.teams.microsoft.us',
      ],
      [
        'dod',
        'https://api.botframework.us',
        'login.botframework.azure.us',
        'login.microsoftonline.us',
        'dod.teams.microsoft.us',
        'smba.infra.dod.teams.microsoft.us',
      ],
      [
        'china',
        'https://api.botframework.azure.cn',
        'login.botframework.azure.cn',
        'login.partner.microsoftonline.cn',
        'teams.microsoftonline.cn',
        'frontend.botapi.msg.infra.teams.microsoftonline.cn',
      ],
    ]);
  });

  test('tokens of another cloud are refused', async () => {
    const bench = await start({ config: { cloud: 'gcc-high' } });
    const { status } = await bench.teams.sendRaw({ activity: bench.teams.activity('rita', 'help') });
    expect(status).toBe(401);
    expect(bench.refusals).toEqual(['issuer']);
    const token = bench.teams.makeToken({ issuer: 'https://api.botframework.us' });
    expect((await bench.teams.sendRaw({ activity: bench.teams.activity('rita', 'help'), token })).status).toBe(500);
  });

  test('the link that adds the app names it as the catalogue of the organisation does', () => {
    expect(installUrlOf({ ...config, catalogAppId: 'c/1' })).toBe('https://teams.microsoft.com/l/app/c%2F1');
  });
});
