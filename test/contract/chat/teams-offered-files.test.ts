import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OfferedFiles } from '../../../adapters/teams/offered-files.js';
import { GROUP_CHAT } from '../../../playground/teams/chats.js';
import { offerIn } from '../../../playground/teams/file-consent.js';
import type { PressResult, SeenMessage } from '../../../playground/teams/types.js';
import type { TextEvent } from '../../../src/chat/chat-event.js';
import type { Message } from '../../../src/chat/message.js';
import { textMessage } from '../../../src/chat/message.js';
import { createManualClock } from '../../support/clocks.js';
import { FileScene } from './file-scene.js';
import { startTeamsBench, type TeamsBench, teamsUser } from './teams-driver.js';

const scene = new FileScene();
let bench: TeamsBench;

async function open(options: Parameters<typeof startTeamsBench>[0] = {}): Promise<void> {
  scene.begin();
  bench = await startTeamsBench({ handler: scene.handler, ...options });
}

afterEach(() => bench.stop());

function fileOf(text: string, name = 'reply.txt'): Message {
  return { fallback: 'The whole reply', blocks: [], file: { name, mimeType: 'text/plain', text } };
}

async function heard(where: 'direct' | 'channel' | 'group' = 'direct'): Promise<TextEvent> {
  await bench.personSays('rita', 'list', where);
  const event = scene.events.at(-1);
  if (event?.kind !== 'text') throw new Error('nothing was heard');
  return event;
}

function saidBy(bot: TeamsBench): readonly SeenMessage[] {
  return bot.teams.messages().filter(({ author }) => author === 'bot');
}

/** The question about a file that stands in the chat of Rita and the bot. */
function question(): SeenMessage {
  const chat = bench.teams.chatOf('rita');
  const found = saidBy(bench).find((one) => one.conversationId === chat && offerIn(one.activity));
  if (!found) throw new Error('no file is offered');
  return found;
}

async function offered(message = fileOf('Grüße 🎉')): Promise<SeenMessage> {
  const { conversation } = await heard();
  await bench.adapter.post(conversation, message);
  return question();
}

function stored(): readonly string[] {
  return bench.teams.oneDrive.files.map(({ content, name, owner }) => `${owner}/${name}: ${content.toString('utf8')}`);
}

function statusOf(result: PressResult): number {
  return result.kind === 'invoked' ? result.delivery.status : 0;
}

const INFO = 'application/vnd.microsoft.teams.card.file.info';

describe('Teams: a file that the bot gives', () => {
  test('is put into the OneDrive of the person when they have allowed it, and takes the place of the question', async () => {
    await open();
    const { activity, id } = await offered();
    expect(offerIn(activity)).toMatchObject({
      name: 'reply.txt',
      content: { description: 'The whole reply', sizeInBytes: Buffer.byteLength('Grüße 🎉') },
    });
    expect(activity).toMatchObject({ summary: 'The whole reply: reply.txt' });
    expect(stored()).toEqual([]);
    expect(statusOf(await bench.teams.consent('rita', id, 'accept'))).toBe(200);
    expect(stored()).toEqual(['rita/reply.txt: Grüße 🎉']);
    expect(saidBy(bench)).toMatchObject([
      {
        id,
        activity: {
          summary: 'The file reply.txt is in your OneDrive.',
          attachments: [{ contentType: INFO, name: 'reply.txt', content: { fileType: 'txt' } }],
        },
      },
    ]);
  });

  test('is shown under the name that Teams gives it', async () => {
    await open();
    const { id } = await offered();
    await bench.teams.consent('rita', id, 'accept', 'reply 1.txt');
    expect(saidBy(bench)).toMatchObject([{ activity: { attachments: [{ contentType: INFO, name: 'reply 1.txt' }] } }]);
  });

  test('is shown under its own name where Teams says no more than where it is', async () => {
    await open();
    const { activity, id } = await offered();
    const { contentUrl, uploadUrl } = bench.teams.oneDrive.openUpload('rita', 'reply.txt');
    const context = offerIn(activity)?.content.acceptContext;
    const value = { action: 'accept', context, uploadInfo: { contentUrl, uploadUrl } };
    await bench.teams.invoke('rita', { name: 'fileConsent/invoke', value, replyToId: id });
    const content = { fileType: 'txt' };
    expect(saidBy(bench)).toMatchObject([{ activity: { attachments: [{ contentUrl, name: 'reply.txt', content }] } }]);
  });

  test('that is declined is thrown away, with a quiet word in place of the question', async () => {
    await open();
    const { id } = await offered();
    expect(statusOf(await bench.teams.consent('rita', id, 'decline'))).toBe(200);
    expect(saidBy(bench)).toMatchObject([{ id, text: expect.stringMatching(/don't give you the file reply\.txt/) }]);
    expect(stored()).toEqual([]);
  });

  test('is handed over once, however often the person presses', async () => {
    await open();
    const { id } = await offered();
    await Promise.all([1, 2, 3].map(() => bench.teams.consent('rita', id, 'accept')));
    expect(bench.teams.oneDrive.authorizations).toHaveLength(1);
    expect(saidBy(bench)).toHaveLength(1);
  });

  test('of a channel is offered in the 1:1 chat of the person who asked', async () => {
    await open();
    const { conversation } = await heard('channel');
    await bench.adapter.post(conversation, fileOf('secret'), { thread: true });
    expect(bench.shownTo('carl')).toEqual([]);
    await bench.teams.consent('rita', question().id, 'accept');
    expect(stored()).toEqual(['rita/reply.txt: secret']);
  });

  test('of a group chat waits for a person who does not have the app', async () => {
    await open();
    await bench.teams.uninstall('rita');
    const { conversation } = await heard('group');
    await bench.adapter.post(conversation, fileOf('held'));
    expect(bench.shownTo('rita').map(({ text }) => text)).toEqual([expect.stringMatching(/Add me/)]);
    await bench.teams.install('rita');
    const chat = bench.teams.chatOf('rita');
    const { id } = await bench.teams.waitForMessage((one) => one.conversationId === chat && !!offerIn(one.activity));
    await bench.teams.consent('rita', id, 'accept');
    expect(stored()).toEqual(['rita/reply.txt: held']);
  });

  test('takes the place of a message, and a message its', async () => {
    await open();
    const { conversation } = await heard();
    const ref = await bench.adapter.post(conversation, textMessage('words'));
    const file = await bench.adapter.update(ref, fileOf('whole'));
    expect(saidBy(bench)).toHaveLength(1);
    expect(offerIn(question().activity)).toBeDefined();
    await bench.adapter.update(file, textMessage('words'));
    expect(saidBy(bench).map(({ text }) => text)).toEqual(['words']);
  });

  test('takes the place of a message of a channel in the 1:1 chat', async () => {
    await open();
    const { conversation } = await heard('channel');
    const ref = await bench.adapter.post(conversation, textMessage('words'));
    await bench.adapter.update(ref, fileOf('whole'));
    expect(bench.shownTo('carl')).toEqual([]);
    expect(offerIn(question().activity)?.name).toBe('reply.txt');
  });

  test('that was handed over can be taken away from the chat', async () => {
    await open();
    const { conversation } = await heard();
    const ref = await bench.adapter.post(conversation, fileOf('whole'));
    await bench.teams.consent('rita', question().id, 'accept');
    await bench.adapter.long.remove(ref);
    expect(saidBy(bench)).toEqual([]);
  });

  test('can be allowed again where OneDrive did not take it', async () => {
    await open();
    const { id } = await offered(fileOf('at last'));
    bench.teams.oneDrive.trouble(503);
    expect(statusOf(await bench.teams.consent('rita', id, 'accept'))).toBe(200);
    expect(saidBy(bench).at(-1)?.text).toMatch(/could not put the file reply\.txt into your OneDrive.*Allow again/);
    await bench.teams.consent('rita', id, 'accept');
    expect(stored()).toEqual(['rita/reply.txt: at last']);
  });

  test('is told anew where the question cannot be replaced', async () => {
    await open();
    const { id } = await offered();
    bench.teams.faults.fail({ status: 403, code: 'MessageWritesBlocked', message: 'Blocked.' });
    await bench.teams.consent('rita', id, 'accept');
    const [stale, given] = saidBy(bench);
    expect(stale?.id).toBe(id);
    expect(given).toMatchObject({ activity: { attachments: [{ contentType: INFO }] } });
    expect(statusOf(await bench.teams.consent('rita', id, 'accept'))).toBe(200);
    expect(stored()).toHaveLength(1);
  });

  test('whose time is over is told to be gone, in the language of the person', async () => {
    const storeClock = createManualClock();
    await open({ storeClock });
    const { id } = await offered();
    await storeClock.jump(25 * 60 * 60_000);
    const result = await bench.teams.invoke(
      'rita',
      {
        name: 'fileConsent/invoke',
        value: { action: 'decline', context: offerIn(question().activity)?.content.declineContext },
        replyToId: id,
      },
      { overrides: { locale: 'de-DE' } },
    );
    expect(statusOf(result)).toBe(200);
    expect(saidBy(bench).at(-1)?.text).toMatch(/^Ich habe diese Datei nicht mehr/);
  });

  test('that another process has offered is handed over by this one', async () => {
    await open();
    await heard();
    const other = new OfferedFiles(bench.store, bench.vault);
    const file = { name: 'reply.txt', mimeType: 'text/plain', text: 'from elsewhere' };
    const context = { behalfFile: await other.keep(teamsUser('rita'), file) };
    const uploadInfo = bench.teams.oneDrive.openUpload('rita', 'reply.txt');
    await bench.teams.invoke('rita', { name: 'fileConsent/invoke', value: { action: 'accept', context, uploadInfo } });
    expect(stored()).toEqual(['rita/reply.txt: from elsewhere']);
    expect(await other.find(teamsUser('rita'), context.behalfFile)).toBeUndefined();
  });

  test('lies sealed in the store until then', async () => {
    await open();
    await offered(fileOf('a sentence that nobody else may read'));
    expect(bench.logLines.join('\n')).not.toMatch(/nobody else may read/);
    const files = await readdir(bench.directory);
    const dump = await Promise.all(files.map((name) => readFile(join(bench.directory, name), 'latin1')));
    expect(dump.join('').length).toBeGreaterThan(0);
    expect(dump.join('')).not.toMatch(/nobody else may read|The whole reply/);
  });
});

describe('somebody who wants a file that another was offered', () => {
  test('does not get it with the token of the question', async () => {
    await open();
    const { activity } = await offered(fileOf('secret'));
    const context = offerIn(activity)?.content.acceptContext;
    const uploadInfo = bench.teams.oneDrive.openUpload('carl', 'stolen.txt');
    await bench.personSays('carl', 'help');
    const stolen = { name: 'fileConsent/invoke', value: { action: 'accept', context, uploadInfo } };
    expect(statusOf(await bench.teams.invoke('carl', stolen))).toBe(200);
    expect(stored()).toEqual([]);
    expect(bench.shownTo('carl').map(({ text }) => text)).toEqual([expect.stringMatching(/do not have that file/)]);
    await bench.teams.consent('rita', question().id, 'accept');
    expect(stored()).toEqual(['rita/reply.txt: secret']);
  });

  test.each([
    'https://evil.example/upload',
    'https://sharepoint.com.evil.example/upload',
    'http://acme-my.sharepoint.com/upload',
    'http://169.254.169.254/latest/meta-data',
    'not a url',
  ])('does not get it sent to %s', async (url) => {
    await open({ config: { fileHosts: ['*.sharepoint.com'] } });
    const { id } = await offered(fileOf('secret'));
    bench.teams.oneDrive.moveUploads(url);
    await bench.teams.consent('rita', id, 'accept');
    expect(saidBy(bench).at(-1)?.text).toMatch(/could not put the file/);
    expect(bench.logLines.join('\n')).toMatch(/foreign_host/);
  });

  test('does not get the bot token, nor does the log tell the address', async () => {
    await open();
    const { id } = await offered();
    bench.teams.oneDrive.trouble(500);
    await bench.teams.consent('rita', id, 'accept');
    expect(bench.teams.oneDrive.authorizations).toEqual([undefined]);
    expect(bench.logLines.join('\n')).not.toMatch(/uploadSession|Grüße/);
  });

  test.each([
    { action: 'accept', context: { behalfFile: 'x' } },
    { action: 'accept', context: { behalfFile: 7 }, uploadInfo: {} },
    { action: 'decline', context: null },
    { action: 'other', context: { behalfFile: 'x' } },
    null,
  ])('is answered quietly with %j', async (value) => {
    await open();
    expect(statusOf(await bench.teams.invoke('rita', { name: 'fileConsent/invoke', value }))).toBe(200);
    expect(saidBy(bench)).toEqual([]);
  });

  test('gets nothing in a group chat, where Teams gives no files', async () => {
    await open();
    const { activity } = await offered();
    const context = offerIn(activity)?.content.acceptContext;
    const uploadInfo = bench.teams.oneDrive.openUpload('rita', 'reply.txt');
    const forged = { name: 'fileConsent/invoke', value: { action: 'accept', context, uploadInfo } };
    expect(statusOf(await bench.teams.invoke('rita', forged, { conversation: GROUP_CHAT }))).toBe(200);
    expect(stored()).toEqual([]);
  });

  test('gets nothing as a guest who is no longer let in', async () => {
    let isLetIn = true;
    await open({ admits: () => isLetIn });
    await bench.personSays('gina', 'list');
    const [event] = scene.events;
    if (!event) throw new Error('nothing was heard');
    await bench.adapter.post(event.conversation, fileOf('secret'));
    const [offer] = saidBy(bench);
    isLetIn = false;
    expect(statusOf(await bench.teams.consent('gina', offer?.id ?? '', 'accept'))).toBe(200);
    expect(stored()).toEqual([]);
  });
});
