import { PEOPLE } from '../../playground/people.js';
import { SALES_CHANNEL } from '../../playground/slack/workspace.js';
import { eventually } from '../../playground/tour/browser.js';
import { askForLogin, startAfresh } from './support/logins.js';
import { type E2eStage, START_MS, startStage } from './support/stage.js';

let stage: E2eStage;

beforeAll(async () => {
  stage = await startStage();
}, START_MS);

afterAll(() => stage.stop());

async function notesLike(text: string): Promise<number> {
  return (await stage.world.apps.crmControl.records()).notes.filter((note) => note.text === text).length;
}

describe('the menus of Slack start recipes', () => {
  it('a message becomes a note in the CRM, once however often Slack tells of it, and only the person hears of it', async () => {
    const { slack } = stage.world;
    const { messageId } = await slack.say('carl', 'Acme wants a <call> & a visit', { channel: SALES_CHANNEL });
    const request = await slack.shortcut('rita', 'message:log-note', messageId);
    expect(request.status).toBe(200);
    await slack.sendRaw(request.body, request.headers);
    const answer = await slack.waitForMessage(({ author, text }) => author === 'bot' && text.includes('Logged as'));
    expect(answer).toMatchObject({ onlyFor: 'rita', conversation: { id: SALES_CHANNEL } });
    expect(await notesLike('Acme wants a <call> & a visit')).toBe(1);
  });

  it('a shortcut opens the form of its command, and what is filled in there waits for the person’s login', async () => {
    const { slack } = stage.world;
    const rita = stage.player('rita');
    await startAfresh(rita.slack);
    await slack.shortcut('rita', 'global:new-deal');
    await slack.modals.submit('rita', {
      'field:account': 'Umbrella',
      'field:amount': '500',
      'field:close_date': '2026-12-24',
    });
    const prompt = await slack.waitForMessage(({ text }) => text.includes('Please connect'));
    expect(prompt.conversation).toMatchObject({ kind: 'direct', people: ['rita'] });
    await startAfresh(rita.slack);
  });

  it('a slash command of a recipe asks for the login of the person who typed it, and goes on after it', async () => {
    const rita = stage.player('rita');
    await startAfresh(rita.slack);
    const before = Date.now();
    await stage.world.slack.command('rita', '/deal', 'Initech amount: 700 close_date: 2026-12-24', {
      channel: SALES_CHANNEL,
    });
    const prompt = await stage.world.slack.waitForMessage(
      ({ at, onlyFor, text }) => at >= before && onlyFor === 'rita' && text.includes('Please connect'),
    );
    expect(prompt.conversation.id).toBe(SALES_CHANNEL);
    const { link } = await askForLogin(rita.slack);
    await rita.browser.logIn(link, { username: 'rita' });
    await eventually('the opportunity', async () => {
      const { opportunities } = await stage.world.apps.crmControl.records();
      return opportunities.some((one) => JSON.stringify(one).includes('Initech')) ? true : undefined;
    });
  });

  it('a shortcut that no recipe has says so', async () => {
    const person = PEOPLE[0];
    if (!person) throw new Error('nobody is there');
    await stage.world.slack.shortcut(person.id, 'global:gone');
    await stage.world.slack.waitForMessage(({ text }) => text.includes('This shortcut has been stopped'));
  });
});
