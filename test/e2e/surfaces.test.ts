import { execFileSync } from 'node:child_process';
import { barriersOn, logInAtProvider } from './support/chromium.js';
import { type Desk, openTab, openWindow, roomForAll } from './support/desk.js';
import type { MessageOnPage } from './support/playground-page.js';

const STORY_MS = 120_000;
const BOTH = ['slack', 'teams'] as const;

const room = roomForAll();
const { leave, sitDown } = room;

function records({ page }: Desk) {
  return page.getByRole('region', { name: 'Records of the demo apps' });
}

describe('Channels and threads', () => {
  it.each(BOTH)(
    'in %s answers in the thread where it was mentioned, and others see that something is new there',
    async (client) => {
      const [hers, his] = await Promise.all([sitDown('rita'), sitDown('carl')]);
      await hers[client].openConversation(/sales/i);
      await hers[client].say('Who was at the fair?');
      await his[client].hasUnread(/sales/i, 1);
      await his[client].openConversation(/sales/i);
      const question = await his[client].message('Who was at the fair?');
      await his[client].reply(question, `@Behalf log note text: Carl was, says ${client}`);
      const answer = await hers[client].message('Logged as Integration User');
      expect(await answer.isInThread()).toBe(true);
      expect(await (await hers[client].message('Carl was')).isInThread()).toBe(true);
      await records(hers).getByText(`Carl was, says ${client}`).waitFor();
      await leave(hers, his);
    },
    STORY_MS,
  );

  it.each(BOTH)(
    'in %s folds a thread and leaves the reply with Escape',
    async (client) => {
      const desk = await sitDown('rita');
      await desk[client].openConversation(/sales/i);
      await desk[client].say('Lunch?');
      const root = await desk[client].message('Lunch?');
      await desk[client].reply(root, 'At noon');
      await desk[client].message('At noon');
      const box = desk.page.getByRole('textbox', { name: 'Reply in the thread' });
      await box.press('Escape');
      await box.waitFor({ state: 'detached' });
      await desk[client].button('1 reply').last().click();
      await desk.page.getByText('At noon').waitFor({ state: 'detached' });
      await desk[client].button('1 reply').last().click();
      await desk[client].message('At noon');
      await leave(desk);
    },
    STORY_MS,
  );

  it(
    'in Slack shows what concerns one person to that person alone, in the place where it was asked',
    async () => {
      const [hers, his] = await Promise.all([sitDown('rita'), sitDown('carl')]);
      for (const desk of [hers, his]) await desk.slack.openConversation(/Gina/);
      await hers.slack.say('@Behalf personal_connections');
      await hers.slack.message(/Only visible to you[\s\S]*You have no personal connections/);
      await hers.slack.say('Done');
      await his.slack.message('Done');
      expect(await his.slack.text()).not.toContain('You have no personal connections');
      await leave(hers, his);
    },
    STORY_MS,
  );

  it(
    'in Teams sends what concerns one person to the chat with the bot, which is marked as unread',
    async () => {
      const [hers, his] = await Promise.all([sitDown('rita'), sitDown('carl')]);
      await hers.teams.openConversation(/Gina/);
      await his.teams.openConversation(/Gina/);
      await hers.teams.say('@Behalf personal_connections');
      await hers.teams.hasUnread('Behalf', 1);
      expect(await his.teams.text()).not.toContain('You have no personal connections');
      await hers.teams.openConversation('Behalf');
      await hers.teams.message('You have no personal connections');
      await leave(hers, his);
    },
    STORY_MS,
  );

  it(
    'shows a group to those who are in it, called after the others',
    async () => {
      const [hers, his, other] = await Promise.all([sitDown('rita'), sitDown('carl'), sitDown('max')]);
      for (const client of BOTH) {
        await hers[client].openConversation('Carl, Gina');
        await hers[client].say('@Behalf log note text: The three of us');
        await hers[client].message('Logged as Integration User');
        await his[client].openConversation('Rita, Gina');
        await his[client].message('Logged as Integration User');
        await other[client].openConversation(/sales/i);
        expect((await other[client].places()).some((place) => place.includes('Gina'))).toBe(false);
      }
      await leave(hers, his, other);
    },
    STORY_MS,
  );

  it(
    'keeps what each person has not read while one looks at it as somebody else',
    async () => {
      const desk = await sitDown('carl');
      await desk.slack.openConversation('Rita, Gina');
      await desk.slack.say('Are you there?');
      await desk.slack.message('Are you there?');
      await desk.page.getByText('Gina Guest', { exact: true }).first().click();
      await desk.slack.openConversation('Rita, Carl');
      await desk.slack.say('I am');
      await desk.page.getByText('Carl Colleague', { exact: true }).first().click();
      await desk.slack.hasUnread('Rita, Gina', 1);
      await leave(desk);
    },
    STORY_MS,
  );
});

describe('Gina, who is a guest', () => {
  it.each(BOTH)(
    'may in %s do what a recipe opens to guests, and nothing else',
    async (client) => {
      const desk = await sitDown('gina');
      await desk[client].say('pipeline account: Acme');
      await desk[client].message('Pipeline is not open to you');
      await desk[client].say(`log note text: From a guest in ${client}`);
      await desk[client].message('Logged as Integration User');
      await records(desk).getByText(`From a guest in ${client}`).waitFor();
      await leave(desk);
    },
    STORY_MS,
  );
});

describe('The slash command in Slack', () => {
  it(
    'is completed while it is typed, and answered to the person alone without a word in the channel',
    async () => {
      const [hers, his] = await Promise.all([sitDown('rita'), sitDown('carl')]);
      for (const desk of [hers, his]) await desk.slack.openConversation('sales');
      const box = hers.slack.textbox();
      await box.fill('/beh');
      await hers.slack.button(/^\/behalf/).waitFor();
      await box.press('Tab');
      expect(await box.inputValue()).toBe('/behalf ');
      await box.pressSequentially('help create opportunity');
      await box.press('Enter');
      await hers.slack.message(/Only visible to you[\s\S]*Type create opportunity/);
      await hers.slack.say('That was easy');
      await his.slack.message('That was easy');
      expect(await his.slack.text()).not.toMatch(/Type create opportunity|\/behalf help/);
      await leave(hers, his);
    },
    STORY_MS,
  );

  it(
    'is not sent from a thread: the client says so and keeps what was typed',
    async () => {
      const desk = await sitDown('rita');
      await desk.slack.say('A thread');
      await desk.slack.reply(await desk.slack.message('A thread'), '/behalf help');
      await desk.slack.says('/behalf is not supported in threads');
      expect(await desk.page.getByRole('textbox', { name: 'Reply in the thread' }).inputValue()).toBe('/behalf help');
      await leave(desk);
    },
    STORY_MS,
  );
});

/** Those of other stories stand there, too. */
function answersIn(text: string | null): number {
  return (text ?? '').split('Logged as Integration User').length - 1;
}

describe('Shortcuts', () => {
  it.each(BOTH)(
    'on a message in %s make a note of it, and only the person who chose hears of it',
    async (client) => {
      const [hers, his] = await Promise.all([sitDown('rita'), sitDown('carl')]);
      for (const desk of [hers, his]) await desk[client].openConversation(/sales/i);
      const text = `Acme wants a <call> & a visit, says ${client}`;
      await his[client].say(text);
      await his[client].message(text);
      const heard = answersIn(await his[client].text());
      await (await hers[client].message(text)).chooseShortcut('Log note from message');
      if (client === 'teams') {
        await hers.teams.says('I have answered in the chat with me');
        await hers.teams.openConversation('Behalf');
      }
      await hers[client].message(
        client === 'slack' ? /Only visible to you[\s\S]*Logged as Integration/ : /Logged as Integration/,
      );
      await records(hers).getByText(text).waitFor();
      expect(answersIn(await his[client].text())).toBe(heard);
      await leave(hers, his);
    },
    STORY_MS,
  );

  it.each(BOTH)(
    'beside the message field in %s open the form of their recipe',
    async (client) => {
      const desk = await sitDown('carl');
      await desk[client].openConversation(/sales/i);
      await desk[client].chooseShortcut('New deal');
      const form = desk.page.getByRole('dialog', { name: 'New deal' });
      await form.getByText('What amount?').waitFor();
      expect(await barriersOn(desk.page)).toEqual([]);
      await desk.page.keyboard.press('Escape');
      await form.waitFor({ state: 'detached' });
      await leave(desk);
    },
    STORY_MS,
  );

  it(
    'stand in a menu that is not cut off on a phone, and hinder nobody there',
    async () => {
      const desk = await sitDown('carl');
      const { page } = desk;
      await page.setViewportSize({ width: 390, height: 844 });
      for (const client of BOTH) {
        await desk[client].say('personal_connections');
        const message = await desk[client].message('You have no personal connections');
        for (const button of [message.button('More actions'), desk[client].button('Shortcuts').first()]) {
          await button.focus();
          await page.keyboard.press('Enter');
          const menu = page.getByRole('menu');
          await menu.locator(':focus').waitFor();
          expect(await barriersOn(page)).toEqual([]);
          const { height, width, x, y } = (await menu.boundingBox()) ?? { height: 0, width: 0, x: -1, y: -1 };
          expect([x >= 0, y >= 0, x + width <= 390, y + height <= 844]).toEqual([true, true, true, true]);
          await page.keyboard.press('Escape');
          await menu.waitFor({ state: 'hidden' });
        }
      }
      await leave(desk);
    },
    STORY_MS,
  );
});

async function logIn(desk: Desk, client: 'slack' | 'teams', prompt: MessageOnPage): Promise<void> {
  const open = client === 'slack' ? openTab : openWindow;
  await logInAtProvider(await open(desk, prompt, 'Login'), 'rita');
}

describe('Files', () => {
  it.each(BOTH)(
    'that are attached in %s reach the app in the name of the person',
    async (client) => {
      const desk = await sitDown('rita');
      await room.stage.world.apps.filesControl.revoke('rita');
      await desk[client].attach({ name: `offer-${client}.txt`, text: 'Our best offer' });
      await desk[client].button(`Remove offer-${client}.txt`).click();
      await desk[client].attach({ name: `plan-${client}.txt`, text: 'Our best plan' });
      await desk[client].say('store document');
      const prompt = await desk[client].message('Please connect to Acme Files');
      await logIn(desk, client, prompt);
      await prompt.becomes(`Stored plan-${client}.txt (13 bytes) as rita@acme.example`);
      const stored = records(desk)
        .getByRole('listitem')
        .filter({ hasText: `plan-${client}.txt` });
      expect(await stored.textContent()).toContain('created by Rita Rep');
      expect(await desk[client].text()).not.toContain(`offer-${client}.txt`);
      await leave(desk);
    },
    STORY_MS,
  );

  it(
    'are put into a form in Slack, which says when one is too large',
    async () => {
      const desk = await sitDown('rita');
      await room.stage.world.apps.filesControl.revoke('rita');
      await desk.slack.say('store document');
      await (await desk.slack.message('Which file?')).button('Fill in a form').click();
      const form = desk.page.getByRole('dialog', { name: 'Store document' });
      const field = form.getByLabel('Which file?');
      const large = { name: 'large.txt', mimeType: 'text/plain', buffer: Buffer.alloc(600_000, 'x') };
      await field.setInputFiles(large);
      await form.getByRole('button', { name: 'Submit' }).click();
      await form.getByRole('alert').waitFor();
      await field.setInputFiles({ ...large, name: 'small.txt', buffer: Buffer.from('x') });
      await form.getByRole('button', { name: 'Submit' }).click();
      const prompt = await desk.slack.message('Please connect to Acme Files');
      await logIn(desk, 'slack', prompt);
      await prompt.becomes('Stored small.txt (1 bytes) as rita@acme.example');
      await leave(desk);
    },
    STORY_MS,
  );

  it(
    'of more than the playground takes are refused before they are sent',
    async () => {
      const desk = await sitDown('rita');
      const picker = desk.page.waitForEvent('filechooser');
      await desk.slack.button('Attach files').click();
      const buffer = Buffer.alloc(5_000_001);
      await (await picker).setFiles({ name: 'huge.bin', mimeType: 'application/octet-stream', buffer });
      await desk.slack.says('more than 5 MB');
      await leave(desk);
    },
    STORY_MS,
  );

  it(
    'are told not to reach the bot in a channel of Teams',
    async () => {
      const desk = await sitDown('rita');
      await desk.teams.openConversation('Sales');
      await desk.teams.attach({ name: 'plan.txt', text: 'Our best plan' });
      await desk.teams.say('@Behalf store document');
      await desk.teams.hasUnread('Behalf', 1);
      await desk.teams.openConversation('Behalf');
      await desk.teams.message('does not let me read files');
      await leave(desk);
    },
    STORY_MS,
  );
});

describe('A reply that is too long for messages', () => {
  it(
    'hangs as a file below its beginning in Slack',
    async () => {
      const desk = await sitDown('max');
      await desk.slack.say('price list');
      await desk.slack.message(/P-10001 [\s\S]*The whole is in the file reply.txt below/);
      await desk.slack.message(/The whole reply[\s\S]*reply.txt/);
      await leave(desk);
    },
    STORY_MS,
  );

  it(
    'is put into the OneDrive of the person in Teams, when they allow it',
    async () => {
      const desk = await sitDown('max');
      await desk.teams.say('price list');
      await desk.teams.message(/P-10001 [\s\S]*The whole is in the file reply-[\w-]{8}\.txt below/);
      const offer = await desk.teams.message(/The whole reply/);
      expect(await barriersOn(desk.page)).toEqual([]);
      await offer.button('Allow').click();
      await offer.becomes('in your OneDrive');
      const [file, ...others] = room.stage.world.teams.oneDrive.files.filter(({ owner }) => owner === 'max');
      expect(others).toEqual([]);
      expect(file?.content.toString('utf8')).toMatch(/^Price list\nP-10001 [\s\S]+P-14000 .* €$/);

      await desk.teams.say('price list');
      await (await desk.teams.message(/The whole reply/)).button('Decline').click();
      await desk.teams.message(/I don't give you the file/);
      await leave(desk);
    },
    STORY_MS,
  );
});

describe('The Home tab of the app in Slack', () => {
  it(
    'is reached by keyboard, shows what waits as it changes, and what is pressed there is done',
    async () => {
      const desk = await sitDown('max');
      const { page } = desk;
      const home = page.getByRole('region', { name: 'Home of Behalf' });
      await page.getByRole('tab', { name: 'Messages' }).focus();
      await page.keyboard.press('ArrowLeft');
      await page.getByRole('tab', { name: 'Home', selected: true }).waitFor();
      await home.getByText('You have no personal connections yet').waitFor();
      expect(await barriersOn(page)).toEqual([]);
      await home.getByRole('button', { name: 'Create opportunity' }).click();
      const form = page.getByRole('dialog', { name: 'Create opportunity' });
      await form.waitFor();
      await page.keyboard.press('Escape');
      await form.waitFor({ state: 'detached' });

      await page.getByRole('tab', { name: 'Messages' }).click();
      await desk.slack.say('create opportunity account: Acme amount: 5');
      const prompt = await desk.slack.message('Please connect to Acme CRM');
      await page.getByRole('tab', { name: 'Home' }).click();
      await home.getByText('Waits for your login to Acme CRM').waitFor();
      await home.getByRole('link', { name: 'Login to Acme CRM' }).waitFor();
      await home.getByRole('button', { name: 'Cancel' }).click();
      await home.getByText('Cancelled.').waitFor();
      await page.getByRole('tab', { name: 'Messages' }).click();
      await prompt.becomes('Cancelled');
      await leave(desk);
    },
    STORY_MS,
  );
});

describe('A program', () => {
  it(
    'runs the line that the page shows, and its note stands among the records',
    async () => {
      const desk = await sitDown('rita');
      const card = desk.page.getByRole('region', { name: 'From a program' });
      const line = await card.getByRole('region', { name: 'Command for a terminal' }).textContent();
      await desk.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await card.getByRole('button', { name: 'Copy' }).click();
      await card.getByRole('button', { name: 'Copied' }).waitFor();
      expect(await desk.page.evaluate<string>('navigator.clipboard.readText()')).toBe(line);
      expect((await request(line ?? '')).status).toBe(202);
      const note = records(desk).getByRole('listitem').filter({ hasText: 'Hello from a program' });
      await note.filter({ hasText: 'created by Integration User' }).waitFor();
      await leave(desk);
    },
    STORY_MS,
  );
});

/** Does what `curl` does with these arguments, as a shell hands them over; not every machine has `curl`. */
function request(line: string): Promise<Response> {
  const print = line.replace(/^curl /, "printf '%s\\0' ");
  const [url = '', ...options] = execFileSync('sh', ['-c', print], { encoding: 'utf8' }).split('\0').slice(0, -1);
  const after = (flag: string): string[] => options.filter((_option, index) => options[index - 1] === flag);
  const headers = after('-H').map((header): [string, string] => {
    const [name = '', value = ''] = header.split(': ');
    return [name, value];
  });
  return fetch(url, { method: 'POST', headers, body: after('-d')[0] ?? '' });
}

describe('The page', () => {
  it.each([
    [1280, 800],
    [390, 844],
  ])(
    'at %i pixels hinders nobody and does not scroll sideways, with threads, files and private messages on it',
    async (width, height) => {
      const desk = await sitDown('rita');
      const { page } = desk;
      await page.setViewportSize({ width, height });
      for (const client of BOTH) {
        await desk[client].openConversation(/sales/i);
        await desk[client].attach({ name: `a-file-with-quite-a-long-name-${'x'.repeat(80)}.txt`, text: 'x' });
        await desk[client].say(`Look at this at ${width}`);
        const root = await desk[client].message(`Look at this at ${width}`);
        await desk[client].reply(root, '@Behalf personal_connections');
        await desk[client].attach({ name: 'picked.txt', text: 'x' });
        await desk[client].textbox().fill('@');
        await desk[client].button(/^@Behalf/).waitFor();
      }
      await desk.slack.message('Only visible to you');
      await desk.teams.hasUnread('Behalf', 1);
      expect(await barriersOn(page)).toEqual([]);
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      await leave(desk);
    },
    STORY_MS,
  );

  it(
    'is used without a mouse: places, a reply, a form and the way out of it',
    async () => {
      const desk = await sitDown('carl');
      const { keyboard } = desk.page;
      await desk.slack.say('store document');
      const question = await desk.slack.message('Which file?');
      await question.button('Fill in a form').focus();
      await keyboard.press('Enter');
      const form = desk.page.getByRole('dialog', { name: 'Store document' });
      await form.waitFor();
      await keyboard.press('Escape');
      await form.waitFor({ state: 'detached' });
      await desk.slack.textbox().focus();
      await keyboard.press('Shift+Tab');
      expect(await focused(desk)).toBe('Shortcuts');
      await desk.slack.place('sales').focus();
      await keyboard.press('Enter');
      await desk.slack.say('Typed by hand');
      await (await desk.slack.message('Typed by hand')).button('Reply in thread').focus();
      await keyboard.press('Enter');
      await desk.page.getByRole('textbox', { name: 'Reply in the thread' }).waitFor();
      await keyboard.type('So is this');
      await keyboard.press('Enter');
      expect(await (await desk.slack.message('So is this')).isInThread()).toBe(true);
      await leave(desk);
    },
    STORY_MS,
  );
});

function focused({ page }: Desk): Promise<string | null> {
  return page.evaluate<string | null>("document.activeElement.getAttribute('aria-label')");
}
