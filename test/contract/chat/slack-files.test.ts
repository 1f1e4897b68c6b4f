import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BOT_SCOPES } from '../../../playground/slack/emulator.js';
import { SALES_CHANNEL } from '../../../playground/slack/workspace.js';
import type { ChatFile } from '../../../src/chat/chat-file.js';
import { codeOf, FileScene, LIMITS, PDF } from './file-scene.js';
import { BOT_TOKEN, type SlackBench, slackUser, startSlackBench } from './slack-driver.js';

const RITA = slackUser('rita');

const scene = new FileScene();
let bench: SlackBench;

async function open(options: Parameters<typeof startSlackBench>[0] = {}): Promise<void> {
  scene.begin();
  bench = await startSlackBench({ handler: scene.handler, ...options });
}

afterEach(() => bench.stop());

async function sendOne(file = PDF): Promise<ChatFile> {
  await bench.slack.say('rita', 'upload contract', { files: [file] });
  return scene.sentFile();
}

describe('files in Slack', () => {
  test('a file of a direct message comes along with the text, and can be read', async () => {
    await open();
    const sent = await sendOne();
    expect(scene.events).toMatchObject([{ kind: 'text', text: 'upload contract' }]);
    expect(sent).toMatchObject({ name: 'contract.pdf', mimeType: 'application/pdf', size: PDF.content.length });
    expect(Buffer.from(await bench.adapter.files.read(RITA, sent, LIMITS))).toEqual(PDF.content);
    expect(bench.slack.files.authorizations).toEqual([`Bearer ${BOT_TOKEN}`]);
  });

  test('a file of a channel comes along where the bot is mentioned', async () => {
    await open();
    await bench.slack.say('rita', '@Behalf upload contract', { channel: SALES_CHANNEL, files: [PDF] });
    expect(scene.sentFiles()).toMatchObject([{ name: 'contract.pdf' }]);
  });

  test('a file without a word is an event', async () => {
    await open();
    await bench.slack.say('rita', '', { files: [PDF] });
    expect(scene.events).toMatchObject([{ kind: 'text', text: '', files: [{ name: 'contract.pdf' }] }]);
  });

  test('what a file of a shared channel is, is asked for', async () => {
    await open({ prepare: (slack) => slack.files.tellStubs(true) });
    const sent = await sendOne();
    expect(sent).toMatchObject({ name: 'contract.pdf', mimeType: 'application/pdf' });
    expect(Buffer.from(await bench.adapter.files.read(RITA, sent, LIMITS))).toEqual(PDF.content);
  });

  test('what is kept of a file holds neither an address nor a token', async () => {
    await open();
    const { reference } = await sendOne();
    expect(Object.keys(reference)).toEqual(['file', 'workspace']);
  });

  test('a file that was deleted is gone', async () => {
    await open();
    const sent = await sendOne();
    bench.slack.files.remove(String(sent.reference['file']));
    expect(await codeOf(bench.adapter.files.read(RITA, sent, LIMITS))).toBe('chat.file_gone');
  });

  test('a form gives the files that were put in', async () => {
    await open({
      handler: async (event) => {
        scene.events.push(event);
        const fields = [{ kind: 'file' as const, name: 'contract', label: 'Which file?', optional: false }];
        if (event.kind === 'action') await event.openForm?.({ token: 't', title: 'Upload', submitLabel: 'OK', fields });
      },
    });
    await bench.slack.say('rita', 'hello');
    const [event] = scene.events;
    if (event?.kind !== 'text') throw new Error('nothing was said');
    const button = { kind: 'action' as const, label: 'Form', token: 'x' };
    await bench.adapter.post(event.conversation, { fallback: 'f', blocks: [{ kind: 'buttons', buttons: [button] }] });
    const shown = await bench.slack.waitForMessage(({ author }) => author === 'bot');
    await bench.slack.press('rita', shown.id, { buttonText: 'Form' });
    await bench.slack.modals.submit('rita', { 'field:contract': [PDF] });
    expect(scene.events.at(-1)).toMatchObject({
      kind: 'form',
      values: {},
      files: { contract: [{ name: 'contract.pdf' }] },
    });
  });
});

describe('somebody who lies about a file in Slack', () => {
  test('a file that is larger than it says is cut off at the limit', async () => {
    await open();
    const sent = await sendOne();
    bench.slack.files.trouble({ body: Buffer.alloc(5000), headers: { 'transfer-encoding': 'chunked' } });
    expect(await codeOf(bench.adapter.files.read(RITA, sent, LIMITS))).toBe('chat.file_too_large');
  });

  test("the login page is no file's content", async () => {
    await open({ scopes: BOT_SCOPES });
    const sent = await sendOne();
    const headers = { 'content-type': 'text/html; charset=utf-8' };
    bench.slack.files.trouble({ body: '<html>Sign in</html>', headers });
    expect(await codeOf(bench.adapter.files.read(RITA, sent, LIMITS))).toBe('chat.file_forbidden');
  });

  test('without the scope the administrator is named', async () => {
    await open({ scopes: BOT_SCOPES.filter((scope) => scope !== 'files:read') });
    const sent = await sendOne();
    expect(await codeOf(bench.adapter.files.read(RITA, sent, LIMITS))).toBe('chat.file_forbidden');
  });

  test('the bot token goes to no other host, not even through a redirect', async () => {
    const heard: string[] = [];
    const stranger = createServer((request, response) => {
      heard.push(request.headers.authorization ?? 'none');
      response.end('stolen');
    });
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const { port } = stranger.address() as AddressInfo;
    const elsewhere = `http://127.0.0.1:${port}/file`;
    await open();
    const sent = await sendOne();
    bench.slack.files.trouble({ status: 302, headers: { location: elsewhere } });
    expect(await codeOf(bench.adapter.files.read(RITA, sent, LIMITS))).toBe('chat.file_forbidden');
    bench.slack.files.trouble(undefined);
    for (const url of [elsewhere, 'https://files.slack.com.evil.example/x', 'http://169.254.169.254/latest']) {
      bench.slack.files.moveDownloads(url);
      expect(await codeOf(bench.adapter.files.read(RITA, sent, LIMITS))).toBe('chat.file_forbidden');
    }
    stranger.close();
    expect(heard).toEqual([]);
  });

  test('a reference that is none of Slack is gone', async () => {
    await open();
    const forged = { reference: { url: 'http://169.254.169.254/' }, name: 'x', mimeType: 'text/plain' };
    expect(await codeOf(bench.adapter.files.read(RITA, forged, LIMITS))).toBe('chat.file_gone');
  });
});
