import { BOT_SCOPES } from '../../../playground/slack/emulator.js';
import type { Message } from '../../../src/chat/message.js';
import { isBehalfError } from '../../../src/kernel/errors.js';
import { BOT_TOKEN, type SlackBench } from './slack-driver.js';
import { failureOf, Scene } from './slack-scene.js';

const scene = new Scene();

afterEach(() => scene.end());

function fileOf(text: string, name = 'reply.txt'): Message {
  return { fallback: 'The whole reply', blocks: [], file: { name, mimeType: 'text/plain', text } };
}

function sharedTexts({ slack }: SlackBench): string[] {
  return slack.files.shared.map(({ content }) => Buffer.from(content).toString('utf8'));
}

/** Where files stand that a person sees, by the names of the files. */
function placesOf(bench: SlackBench, personId: string): readonly unknown[] {
  return bench.filesShownTo(personId);
}

describe('Slack: a file that the bot gives', () => {
  test('stands in the conversation, in the thread that was asked for', async () => {
    const slack = await scene.start();
    const { conversation } = await scene.heard(slack, 'channel');
    await slack.adapter.post(conversation, fileOf('Grüße 🎉'), { thread: true });
    expect(sharedTexts(slack)).toEqual(['Grüße 🎉']);
    expect(placesOf(slack, 'carl')).toEqual([
      { name: 'reply.txt', where: 'channel', isInThread: true, comment: 'The whole reply' },
    ]);
  });

  test('for one person in a channel is given in the direct message', async () => {
    const slack = await scene.start();
    const { conversation, user } = await scene.heard(slack, 'channel');
    await slack.adapter.postPrivately(conversation, user, fileOf('secret'));
    expect(placesOf(slack, 'rita')).toMatchObject([{ where: 'direct', isInThread: false }]);
    expect(placesOf(slack, 'carl')).toEqual([]);
  });

  test('goes to the direct message after a shortcut that was chosen anywhere, which names only the person', async () => {
    const slack = await scene.start();
    await slack.slack.shortcut('rita', 'global:case');
    const { conversation } = scene.events.at(-1) ?? {};
    if (!conversation) throw new Error('no shortcut was heard');
    await slack.adapter.post(conversation, fileOf('long'));
    expect(placesOf(slack, 'rita')).toMatchObject([{ name: 'reply.txt', where: 'direct' }]);
    expect(placesOf(slack, 'carl')).toEqual([]);
  });

  test('is exchanged for another, in the same place', async () => {
    const slack = await scene.start();
    const { conversation } = await scene.heard(slack, 'channel');
    const ref = await slack.adapter.post(conversation, fileOf('old'), { thread: true });
    await slack.adapter.update(JSON.parse(JSON.stringify(ref)), fileOf('new'));
    expect(sharedTexts(slack)).toEqual(['new']);
    expect(placesOf(slack, 'carl')).toMatchObject([{ where: 'channel', isInThread: true }]);
  });

  test('takes the place of a message, and a message its', async () => {
    const slack = await scene.start();
    const { conversation } = await scene.heard(slack, 'channel');
    const words: Message = { fallback: 'words', blocks: [{ kind: 'text', text: [{ text: 'words' }] }] };
    const ref = await slack.adapter.post(conversation, words);
    const file = await slack.adapter.update(ref, fileOf('whole'));
    expect([slack.shownTo('carl').length, sharedTexts(slack)]).toEqual([1, ['whole']]);
    await slack.adapter.update(file, words);
    expect([slack.shownTo('carl').map(({ text }) => text), sharedTexts(slack)]).toEqual([['words'], []]);
  });

  test('can be taken away', async () => {
    const slack = await scene.start();
    const { conversation } = await scene.heard(slack);
    const ref = await slack.adapter.post(conversation, fileOf('old'));
    await slack.adapter.long.remove(ref);
    await slack.adapter.long.remove(ref);
    expect(sharedTexts(slack)).toEqual([]);
    expect(placesOf(slack, 'rita')).toEqual([]);
  });

  test('is told to be missing where the app may not upload files', async () => {
    const slack = await scene.start({ scopes: BOT_SCOPES.filter((scope) => scope !== 'files:write') });
    const { conversation } = await scene.heard(slack);
    await slack.adapter.post(conversation, fileOf('x'.repeat(12_345)));
    expect(slack.shownTo('rita')).toMatchObject([
      { text: expect.stringMatching(/could not attach the file reply\.txt, so 12,345 characters .* administrator/) },
    ]);
  });

  test('is repeated when Slack was busy, and given once', async () => {
    const slack = await scene.start();
    const { conversation } = await scene.heard(slack);
    slack.slack.troubleApi({ kind: 'rate_limit', retryAfterSeconds: 0 }, { method: 'files.completeUploadExternal' });
    await slack.adapter.post(conversation, fileOf('once'));
    expect(sharedTexts(slack)).toEqual(['once']);
  });

  test('that Slack refuses is chat.delivery_failed', async () => {
    const slack = await scene.start();
    const { conversation } = await scene.heard(slack);
    slack.slack.troubleApi({ kind: 'error', error: 'channel_is_archived' }, { method: 'files.completeUploadExternal' });
    expect(isBehalfError(await failureOf(slack.adapter.post(conversation, fileOf('x'))), 'chat.delivery_failed')).toBe(
      true,
    );
  });
});

describe('somebody who wants what the bot uploads', () => {
  test.each(['https://files.slack.com.evil.example/upload', 'http://169.254.169.254/upload', 'not a url'])(
    'gets nothing at %s',
    async (url) => {
      const slack = await scene.start();
      const { conversation } = await scene.heard(slack);
      slack.slack.files.moveUploads(url);
      const failure = await failureOf(slack.adapter.post(conversation, fileOf('secret')));
      expect(isBehalfError(failure, 'chat.delivery_failed')).toBe(true);
      expect(sharedTexts(slack)).toEqual([]);
    },
  );

  test('does not get the bot token with the content', async () => {
    const slack = await scene.start();
    const { conversation } = await scene.heard(slack);
    await slack.adapter.post(conversation, fileOf('secret'));
    expect(slack.slack.files.uploadAuthorizations).toEqual([undefined]);
    expect(slack.logLines.join('\n')).not.toMatch(new RegExp(`${BOT_TOKEN}|/upload/v1/|secret`));
  });
});
