import type { Locator } from 'playwright-core';
import { eventually } from '../../playground/tour/browser.js';
import { barriersOn, logInAtProvider } from './support/chromium.js';
import { openTab, openWindow, roomForAll } from './support/desk.js';

const STORY_MS = 120_000;

const room = roomForAll();
const { leave, sitDown } = room;

/** Takes what a field of a dialog offers while one types. */
async function takeOffered(client: 'slack' | 'teams', dialog: Locator, label: string): Promise<void> {
  if (client === 'teams')
    return dialog
      .getByText(new RegExp(`^${label}`))
      .first()
      .click();
  // The browser draws these itself, outside the page.
  const option = dialog.locator(`datalist option[value^="${label}"]`).first();
  await option.waitFor({ state: 'attached' });
  await dialog
    .getByRole('combobox')
    .first()
    .fill((await option.getAttribute('value')) ?? '');
}

describe('Rita, with a mouse and a keyboard', () => {
  it(
    'does her work in Slack',
    async () => {
      const desk = await sitDown('rita');
      const { page, slack } = desk;
      await slack.say('help');
      await slack.message('What I can do for you');
      await slack.say('create opportunity account: Acme amount: 5000');
      const prompt = await slack.message('Please connect to Acme CRM');
      const tab = await openTab(desk, prompt, 'Login');
      const facts = tab.getByRole('main');
      await facts.filter({ hasText: 'Rita Rep' }).filter({ hasText: 'Acme, Slack' }).waitFor();
      await logInAtProvider(tab, 'rita');
      await tab.getByRole('heading', { name: 'Connected' }).waitFor();
      expect(await facts.textContent()).toContain('Acme CRM is connected as rita@acme.example');
      // A script of the page takes the code out of the address, in a moment of its own.
      await tab.waitForURL((url) => url.search === '');
      expect(await barriersOn(tab)).toEqual([]);
      await tab.close();
      await prompt.becomes('Created Acme opportunity as rita@acme.example');
      const records = page.getByRole('region', { name: 'Records of the demo apps' });
      await records.getByText('created by Rita Rep').waitFor();

      await slack.say('create opportunity account: Globex amount: 7');
      const created = await slack.message('Created Globex opportunity as rita@acme.example');
      await created.button('Close it').click();
      await slack.message('Closed Globex opportunity as won');
      await records.getByText('Closed Won').waitFor();

      await slack.say('personal_connections');
      const list = await slack.message('Your connections');
      await list.choose('Acme CRM (rita@acme.example)');
      await list.button('Disconnect').click();
      await list.becomes('Disconnected Acme CRM (rita@acme.example)');
      const again = await openTab(desk, list, 'Reconnect Acme CRM');
      await logInAtProvider(again, 'rita');
      await again.getByRole('heading', { name: 'Connected' }).waitFor();
      await again.close();
      await slack.say('personal_connections');
      const anew = await slack.message('rita@acme.example — Connected');
      await anew.choose('Acme CRM (rita@acme.example)');
      await anew.button('Delete').click();
      await anew.becomes('Delete your connection to');
      await anew.button('Delete it').click();
      await anew.becomes('You have no personal connections yet');
      await leave(desk);
    },
    STORY_MS,
  );

  it(
    'does her work in Teams, where the sign-in window closes by itself',
    async () => {
      const desk = await sitDown('rita');
      const { teams } = desk;
      await teams.say('help');
      await teams.message('What I can do for you');
      await teams.say('create opportunity account: Initech amount: 900');
      const prompt = await teams.message('Please connect to Acme CRM');
      const window = await openWindow(desk, prompt, 'Login');
      await logInAtProvider(window, 'rita');
      await eventually('the window to close', () => (window.isClosed() ? true : undefined));
      await prompt.becomes('Created Initech opportunity as rita@acme.example');
      await teams.message('Connected Acme CRM as rita@acme.example');

      await teams.say('create opportunity account: Umbrella');
      await teams.message('Created Umbrella opportunity as rita@acme.example');

      await teams.say('personal_connections');
      await desk.slack.say('help');
      await desk.slack.message('What I can do for you');
      expect(await barriersOn(desk.page)).toEqual([]);
      const list = await teams.message('Your connections');
      await list.choose('Acme CRM (rita@acme.example)');
      await list.button('Disconnect').click();
      await list.becomes('Disconnected Acme CRM (rita@acme.example)');
      const again = await openWindow(desk, list, 'Reconnect Acme CRM');
      await logInAtProvider(again, 'rita');
      await eventually('the window to close', () => (again.isClosed() ? true : undefined));
      await teams.say('personal_connections');
      const anew = await teams.message('rita@acme.example — Connected');
      await anew.choose('Acme CRM (rita@acme.example)');
      await anew.button('Delete').click();
      await anew.becomes('Delete your connection to');
      await anew.button('Delete it').click();
      await anew.becomes('You have no personal connections yet');
      await leave(desk);
    },
    STORY_MS,
  );

  it(
    'closes the sign-in window, and may press Login again',
    async () => {
      const desk = await sitDown('rita');
      const { teams } = desk;
      await teams.say('find opportunities account: Acme');
      const prompt = await teams.message('to continue with Find opportunities');
      const closed = await openWindow(desk, prompt, 'Login');
      await closed.getByRole('button', { name: 'Continue to Acme CRM' }).waitFor();
      await closed.close();
      await eventually('Teams to tell the bot', () => {
        const last = room.stage.world.teams.requests.findLast(({ direction }) => direction === 'to-bot');
        return JSON.stringify(last?.body).includes('CancelledByUser') ? last : undefined;
      });
      const window = await openWindow(desk, prompt, 'Login');
      await logInAtProvider(window, 'rita');
      await prompt.becomes('Acme opportunity (Prospecting)');
      await leave(desk);
    },
    STORY_MS,
  );
});

describe('Carl, who may not create', () => {
  it(
    'is told that it is his account that lacks the permission',
    async () => {
      const desk = await sitDown('carl');
      await desk.slack.say('create opportunity account: Acme');
      const prompt = await desk.slack.message('Please connect to Acme CRM');
      const tab = await openTab(desk, prompt, 'Login');
      await logInAtProvider(tab, 'carl');
      await prompt.becomes('Your Acme CRM account (carl@acme.example) may not create opportunities');
      const connected = await desk.slack.message('Connected Acme CRM as carl@acme.example');
      await connected.button('Disconnect').click();
      await connected.becomes('Disconnected Acme CRM (carl@acme.example)');
      await leave(desk);
    },
    STORY_MS,
  );

  it(
    'does not see what the bot tells Rita in the channel',
    async () => {
      const [hers, his] = await Promise.all([sitDown('rita'), sitDown('carl')]);
      for (const desk of [hers, his]) await desk.slack.openConversation('sales');
      await hers.slack.say('@Behalf personal_connections');
      await hers.slack.message(/Only visible to you[\s\S]*You have no personal connections/);
      await hers.slack.say('Good morning, Carl');
      await his.slack.message('Good morning, Carl');
      expect(await his.slack.text()).not.toContain('You have no personal connections');
      await leave(hers, his);
    },
    STORY_MS,
  );

  it(
    'denies the access, and is told that nothing was connected',
    async () => {
      const desk = await sitDown('carl');
      await desk.teams.say('find opportunities account: Acme');
      const prompt = await desk.teams.message('Please connect to Acme CRM');
      const window = await openWindow(desk, prompt, 'Login');
      await window.getByRole('button', { name: 'Continue to Acme CRM' }).click();
      await window.getByRole('link', { name: 'Carl Colleague' }).click();
      await window.getByRole('button', { name: 'Log in' }).click();
      await window.getByRole('button', { name: 'Deny' }).click();
      await window.getByRole('heading', { name: 'Not connected' }).waitFor();
      expect(await barriersOn(window)).toEqual([]);
      await window.close();
      await prompt.button('Cancel').click();
      await prompt.becomes('Cancelled');
      await leave(desk);
    },
    STORY_MS,
  );
});

describe('Max, whose address in the CRM is another one', () => {
  it(
    'pastes the code of the last page into his chat; no page hinders anybody',
    async () => {
      const desk = await sitDown('max');
      const { page, slack } = desk;
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await slack.say('find opportunities account: Acme');
      const prompt = await slack.message('to continue with Find opportunities');
      const tab = await openTab(desk, prompt, 'Login');
      await logInAtProvider(tab, 'max', async (shown) => expect(await barriersOn(shown)).toEqual([]));
      await tab.getByRole('heading', { name: 'One more step' }).waitFor();
      expect(await barriersOn(tab)).toEqual([]);
      await tab.getByRole('button', { name: 'Copy' }).click();
      await tab.getByRole('button', { name: 'Copied' }).waitFor();
      const code = await tab.evaluate<string>('navigator.clipboard.readText()');
      expect(code).toBe(await tab.getByRole('status').textContent());
      const link = await prompt.button('Login').getAttribute('href');
      await slack.say(code);
      await prompt.becomes('Acme');
      await slack.message('Connected Acme CRM as max.private@mail.example');
      await tab.goto(link ?? '');
      await tab.getByRole('heading', { name: 'This link does not work any more' }).waitFor();
      expect(await barriersOn(tab)).toEqual([]);
      await tab.close();
      await slack.say('personal_connections');
      const list = await slack.message('Your connections');
      expect(await barriersOn(page)).toEqual([]);
      await list.choose('Acme CRM (max.private@mail.example)');
      await list.button('Delete').click();
      await list.becomes('Delete your connection to');
      await list.button('Delete it').click();
      await list.becomes('You have no personal connections yet');
      await leave(desk);
    },
    STORY_MS,
  );
});

describe('Rita and Carl, with what recipes can show and ask', () => {
  const clients = [
    ['slack', 'Acme'],
    ['teams', 'Globex'],
  ] as const;

  it.each(clients)(
    'fill in a form, choose from a table and decide for each other in %s',
    async (client, account) => {
      const [desk, his] = await Promise.all([sitDown('rita'), sitDown('carl')]);
      const chat = desk[client];
      await room.stage.world.apps.crmControl.revoke('rita');
      await chat.say('new deal');
      const question = await chat.message('Which account?');
      await question.button('Fill in a form').click();
      const form = desk.page.getByRole('dialog', { name: 'New deal' });
      await form.getByLabel('Which account?').selectOption({ label: account });
      await form.getByLabel('What amount?').fill('5');
      await form.getByLabel('When will it close?').fill('2026-12-24');
      expect(await barriersOn(desk.page)).toEqual([]);
      await form.getByRole('button', { name: 'Submit' }).click();
      await form.getByText('Between 100 and 100000, please.').waitFor();
      await form.getByLabel('What amount?').fill('6400');
      await form.getByRole('button', { name: 'Submit' }).click();
      const prompt = await chat.message('Please connect to Acme CRM');
      const window =
        client === 'slack' ? await openTab(desk, prompt, 'Login') : await openWindow(desk, prompt, 'Login');
      await logInAtProvider(window, 'rita');
      await prompt.becomes(`New deal with ${account}`);
      expect(await form.count()).toBe(0);

      await chat.say('move opportunity');
      await (await chat.message('Which opportunity?')).button('Fill in a form').click();
      const move = desk.page.getByRole('dialog', { name: 'Move opportunity' });
      await move.getByLabel('Which opportunity?').fill(account.toLowerCase());
      await takeOffered(client, move, `${account}, closes 2026-12-24`);
      await move.getByLabel('Stage?').selectOption({ label: 'Negotiation' });
      expect(await barriersOn(desk.page)).toEqual([]);
      await move.getByRole('button', { name: 'Submit' }).click();
      await chat.message(`Moved ${account}, closes 2026-12-24 to Negotiation`);

      await prompt.button('Pipeline').click();
      const pipeline = await chat.message(`Pipeline of ${account}`);
      await pipeline.cell(`${account}, closes 2026-12-24`).waitFor();
      expect(await barriersOn(desk.page)).toEqual([]);
      await pipeline.choose(new RegExp(`^${account}, closes 2026-12-24`));
      await pipeline.button('Close it').click();
      await chat.message(`Closed ${account}, closes 2026-12-24 as won`);

      await chat.say(`plan visit account: ${account}`);
      const visit = await chat.message(`What is the visit to ${account} about?`);
      await visit.button('Answer').click();
      const fields = desk.page.getByRole('dialog', { name: 'Visit' });
      expect(await fields.getByLabel('What about?').inputValue()).toBe(`Visit to ${account}`);
      await fields.getByLabel('Which day?').fill('2026-12-24');
      expect(await barriersOn(desk.page)).toEqual([]);
      await fields.getByRole('button', { name: 'Submit' }).click();
      await visit.becomes('Filled in, by Rita Rep');
      await chat.message(`Noted: Visit to ${account}, on 2026-12-24`);

      for (const person of [desk, his]) await person[client].openConversation(/sales/i);
      await chat.say(`@Behalf approve discount account: ${account} percent: 15`);
      const decision = await his[client].message(`wants to give ${account} a discount of 15 %`);
      await decision.button('Approve').click();
      await decision.becomes('Approve, by Carl Colleague');
      await chat.message(`${account} gets 15 %, as Carl Colleague approved`);
      await leave(desk, his);
    },
    STORY_MS,
  );
});
