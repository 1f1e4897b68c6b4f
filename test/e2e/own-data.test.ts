import { Redis } from 'ioredis';
import type { Actor, Heard } from '../../playground/tour/actors.js';
import { readKeys } from '../support/redis-contents.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { askForLogin, codeOn, connectionsOf, originOf, request, visit } from './support/logins.js';
import { type RecordedStage, startRecordedStage } from './support/recorded-stage.js';
import { findIn, personalTokensOf, secretsOf } from './support/secrets.js';
import { personOf, START_MS } from './support/stage.js';
import { dumpFolder } from './support/store-dump.js';

const STORY_MS = 90_000;
const TYPED = 'Kanarienvogel Canary 4711';
const MAX = personOf('max');
/** All that would tell that it is about Max. */
const TRACES = [MAX.slackUserId, MAX.aadObjectId, MAX.teamsUserId, MAX.email, MAX.appLogin.email, TYPED];

describe.each(['embedded', 'redis'] as const)('people and what is kept about them, on the %s store', (store) => {
  let redis: RedisServer | undefined;
  let stage: RecordedStage;

  beforeAll(async () => {
    redis = store === 'redis' ? await startRedis() : undefined;
    stage = await startRecordedStage(redis?.url);
  }, START_MS);

  afterAll(async () => {
    await stage.stop();
    await redis?.stop();
  });

  async function dump(): Promise<Buffer> {
    if (!redis) return dumpFolder(stage.world.serviceEnv['DATA_DIR'] ?? '');
    const client = new Redis(redis.url);
    try {
      return await readKeys(client, '');
    } finally {
      client.disconnect();
    }
  }

  /** A login, and a request whose words are nobody else's. */
  async function leaveTraces(actor: Actor): Promise<Heard> {
    const { link } = await askForLogin(actor, `create opportunity account: "${TYPED}" amount: 7`);
    const code = codeOn(await stage.player('max').browser.logIn(link, { username: 'max' }));
    await (actor.platform === 'teams' ? actor.handOver(code) : actor.say(code));
    await actor.hears(/There is no account named .*Canary/);
    return connectionsOf(actor);
  }

  async function fetchExport(actor: Actor, list: Heard): Promise<string> {
    await actor.press(list, 'Export my data');
    const ready = await actor.hears(/ready as a file/);
    const url = ready.buttons.find(({ label }) => label === 'Get the file')?.url ?? '';
    for (let look = 0; look < 2; look += 1) expect((await visit(url)).status).toBe(200);
    const foreign = await request(url, { method: 'POST', headers: { origin: 'https://evil.example' } });
    expect(foreign.status).toBe(403);
    const file = await request(url, { method: 'POST', headers: originOf(url) });
    expect(file.status).toBe(200);
    expect((await visit(url)).status).toBe(404);
    expect((await request(url, { method: 'POST', headers: originOf(url) })).status).toBe(404);
    return file.text;
  }

  it(
    'have it as a file without a secret on each platform, and erased without a trace',
    async () => {
      await stage.world.slack.homes.open('max');
      for (const platform of ['slack', 'teams'] as const) {
        const actor = stage.player('max')[platform];
        const file = await fetchExport(actor, await leaveTraces(actor));
        expect(JSON.parse(file)).toMatchObject({
          format: 'behalf-export',
          person: { platform, user: platform === 'slack' ? MAX.slackUserId : MAX.aadObjectId },
          connections: [{ connection: 'acme-crm', status: 'connected', account: { label: MAX.appLogin.email } }],
          requests: [
            { status: 'failed', parameters: { account: TYPED, amount: 7 }, result: { code: 'app.bad_input' } },
          ],
        });
        expect(findIn(file, [...secretsOf(stage), ...personalTokensOf(stage)])).toEqual([]);
      }
      expect(await findTraces()).not.toEqual([]);
      for (const platform of ['slack', 'teams'] as const) {
        const actor = stage.player('max')[platform];
        await actor.press(await connectionsOf(actor), 'Erase everything about me');
        const question = await actor.hears(/Erase everything that I keep about you\?/);
        expect(question.text).toContain('The audit log stays');
        await actor.press(question, 'Erase everything');
        const done = await actor.hears(/^Everything that I kept about you is erased/);
        expect(done.text).toContain(`(${MAX.appLogin.email}) is disconnected, and the app is being asked to revoke`);
      }
      await stage.service.stop();
      expect(await findTraces()).toEqual([]);
    },
    START_MS + STORY_MS,
  );

  async function findTraces(): Promise<readonly string[]> {
    const contents = await dump();
    return TRACES.filter((trace) => contents.includes(trace));
  }
});
