import { randomUUID } from 'node:crypto';
import { isRecord } from '../../../playground/teams/cards.js';
import type { Actor } from '../../../playground/tour/actors.js';
import { type RedisServer, startRedis } from '../../support/redis-server.js';
import { forgingClient, tokenOf } from '../support/clicks.js';
import { askForLogin, codeOn } from '../support/logins.js';
import { type E2eStage, type Player, personOf, START_MS, startStage } from '../support/stage.js';

const NOT_YOURS = /^Only the person who asked can use this\.$/;
const FORM = 'application/x-www-form-urlencoded';
const RIGHT = { subject: 'Prices', day: '2026-12-24', hours: '3', kind: 'Call' };

describe.each(['embedded', 'redis'] as const)('The form of a question of Rita, with the %s store', (store) => {
  let stage: E2eStage;
  let redis: RedisServer | undefined;

  beforeAll(async () => {
    redis = store === 'redis' ? await startRedis() : undefined;
    const { url } = redis ?? {};
    stage = await startStage(url === undefined ? {} : { settings: () => ({ REDIS_URL: url }) });
  }, START_MS);

  afterAll(async () => {
    await stage.stop();
    await redis?.stop();
  });

  const notes = async () => (await stage.world.apps.crmControl.records()).notes;

  describe.each(['slack', 'teams'] as const)('in %s', (platform) => {
    let rita: Player;
    let carl: Player;

    beforeAll(async () => {
      rita = stage.player('rita');
      carl = stage.player('carl');
      const { link } = await askForLogin(rita[platform], 'plan visit account: Acme');
      const page = await rita.browser.logIn(link, { username: 'rita' });
      if (platform === 'teams') await rita.teams.handOver(codeOn(page));
    });

    it('takes only what Rita fills in, once', async () => {
      const before = (await notes()).length;
      const question = await rita[platform].hears(/What is the visit to Acme about\?/);
      const client = await forgingClient(stage.world, carl, platform);
      await client.press(tokenOf(stage.world, question, 'Answer'));
      await carl[platform].hears(NOT_YOURS);

      await rita[platform].press(question, 'Answer');
      expect(await rita[platform].fillIn({ ...RIGHT, subject: 'x'.repeat(4_001) })).toMatch(/too long/);
      const send = senderOf(stage, platform);
      const token = formTokenOf(stage, platform);
      await openAForm(carl[platform]);
      await send('carl', token, RIGHT);
      await carl[platform].hears(NOT_YOURS);
      await openAForm(carl[platform]);
      await send('carl', 'A'.repeat(22), RIGHT);
      await carl[platform].hears(/^This form is too old/);
      await send('rita', token, { ...RIGHT, approved: 'true' });
      await rita[platform].hears(/approved\. It takes: subject, day, hours, kind\./);
      expect((await notes()).length).toBe(before);

      await openAForm(rita[platform]);
      await send('rita', token, RIGHT);
      await rita[platform].hears(/✓ Filled in, by Rita Rep/);
      await rita[platform].hears(/Noted: Prices, on 2026-12-24, as rita@acme\.example/);
      await openAForm(rita[platform]);
      await send('rita', token, { ...RIGHT, subject: 'Other' });
      await rita[platform].hears(/^You have answered already: ✓ Filled in$/);
      expect((await notes()).slice(before)).toMatchObject([
        { text: 'Prices, 2026-12-24, 3 h (Call)', created_by: { username: 'rita' } },
      ]);
    });
  });
});

/** Something of the person's own that takes a form, so that their client has one open. */
async function openAForm(actor: Actor): Promise<void> {
  await actor.say('log note');
  await actor.press(await actor.hears(/What shall the note say/), 'Fill in a form');
}

/** The token of the form that stands open in Rita's client. */
function formTokenOf({ world }: E2eStage, platform: 'slack' | 'teams'): string {
  if (platform === 'slack') {
    const metadata = world.slack.modals.openOf('rita')?.['private_metadata'];
    return String(JSON.parse(String(metadata)).token);
  }
  const card = world.teams.dialogs.openOf('rita')?.card;
  const actions = isRecord(card) && Array.isArray(card['actions']) ? card['actions'] : [];
  return String(actions[0].data.behalfToken);
}

/** Sends a form off as somebody whose client does what they want. Slack's is made after the last one that was sent off. */
function senderOf({ world }: E2eStage, platform: 'slack' | 'teams') {
  type Values = Readonly<Record<string, string>>;
  if (platform === 'teams')
    return async (who: 'rita' | 'carl', token: string, values: Values): Promise<void> => {
      const inputs = Object.entries(values).map(([name, value]) => [`field.${name}`, value]);
      await world.teams.dialogs.submitRaw(who, { behalfToken: token, ...Object.fromEntries(inputs) });
    };
  const genuine = world.slack.requests.findLast(({ body }) => body.includes('view_submission'));
  const payload = JSON.parse(new URLSearchParams(genuine?.body).get('payload') ?? '{}');
  return async (who: 'rita' | 'carl', token: string, values: Values): Promise<void> => {
    const { place } = JSON.parse(String(world.slack.modals.openOf(who)?.['private_metadata']));
    const state = Object.entries(values).map(([name, value]) => [
      `field:${name}`,
      { value: { type: 'plain_text_input', value } },
    ]);
    const view = { ...payload.view, private_metadata: JSON.stringify({ token, place }) };
    const body = new URLSearchParams({
      payload: JSON.stringify({
        ...payload,
        user: { ...payload.user, id: personOf(who).slackUserId },
        trigger_id: randomUUID(),
        view: { ...view, state: { values: Object.fromEntries(state) } },
      }),
    }).toString();
    await world.slack.sendRaw(body, { 'content-type': FORM, ...world.slack.sign(body) });
  };
}
