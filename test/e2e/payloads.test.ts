import type { Actor } from '../../playground/tour/actors.js';
import { playTour } from '../../playground/tour/tour.js';
import { askForLogin, codeOn, connectionsOf, startAfresh } from './support/logins.js';
import { type E2eStage, START_MS, startStage } from './support/stage.js';

const STORY_MS = 120_000;
/** What markup, mentions and limits are made of. */
const NASTY = `${'<@U0CARL> <!channel> *b* _i_ ~s~ `c` [l](https://evil.example) {{ x }} & "q" \\ '.repeat(30)}end`;

describe('whatever the service says in the whole story', () => {
  let stage: E2eStage;

  beforeAll(async () => {
    stage = await startStage();
    await playTour(stage.world, stage.service, () => undefined);
    const max = stage.player('max');
    for (const actor of [max.slack, max.teams]) {
      await startAfresh(actor);
      await talkAboutEverything(actor);
      const { link } = await askForLogin(actor, 'file proposal account: Initech');
      await max.browser.logIn(link, { username: 'max' });
      await askNastily(actor);
      await startAfresh(actor);
    }
    const { link } = await askForLogin(max.teams);
    await max.teams.handOver(codeOn(await max.browser.logIn(link, { username: 'max' })));
    await max.teams.hears(/Created .* as max/);
    await connectionsOf(max.teams);
  }, START_MS + STORY_MS);

  afterAll(() => stage.stop());

  async function talkAboutEverything(actor: Actor): Promise<void> {
    await actor.say('help');
    await actor.hears(/What I can do for you/);
    await actor.say('large deal');
    await actor.hears(/Which account\?/);
    await actor.say('cancel');
    await actor.hears(/Cancelled/);
    await actor.say('cancel');
    await actor.hears(/nothing to cancel/);
    await actor.say('ABCD-1234');
    await actor.hears(/do not know that code/);
    await actor.say('@Behalf help', 'channel');
    await actor.hears(/What I can do for you/);
    await actor.say('@Behalf personal_connections', 'channel');
    await actor.hears(/no personal connections/);
    await actor.say('@Behalf find opportunities account: Acme', 'channel');
    await actor.hears(/Please connect/);
    await actor.say('@Behalf nonsense', 'channel');
    await actor.hears(/I don't know that command/);
  }

  async function askNastily(actor: Actor): Promise<void> {
    await actor.say(NASTY);
    await actor.hears(/I don't know that command/);
    await actor.say(`log note text: ${NASTY}`);
    await actor.hears(/Logged as|did not work/);
    await actor.say(`create opportunity account: Acme amount: ${NASTY}`);
    await actor.hears(/must be a number/);
  }

  it('is taken by Slack without an error or a warning', () => {
    const { calls, warnings } = stage.world.slack;
    expect(calls.filter(({ method }) => method.startsWith('chat.')).length).toBeGreaterThan(40);
    expect(calls.filter(({ ok }) => !ok)).toEqual([]);
    expect(warnings).toEqual([]);
  });

  it('answers every request of Slack in time', () => {
    const { requests } = stage.world.slack;
    const failed = requests.filter(({ failure, status }) => failure !== undefined || status !== 200);
    // While the tour has the service killed, Slack asks in vain and asks again.
    expect(failed.filter(({ kind }) => kind !== 'event')).toEqual([]);
    expect(requests.length - failed.length).toBeGreaterThan(60);
  });

  it('is made of cards that Teams draws as they are meant', () => {
    const { cardFindings, failures, requests } = stage.world.teams;
    const said = requests.filter(({ direction, method }) => direction === 'from-bot' && method !== 'GET');
    expect(said.length).toBeGreaterThan(20);
    expect(said.filter(({ status }) => status >= 400)).toEqual([]);
    expect(cardFindings).toEqual([]);
    expect(failures).toEqual([]);
  });
});
