import { createHttpClient } from '../../../adapters/undici/index.js';
import { TEAM } from '../../../playground/teams/chats.js';
import type { ChatFile } from '../../../src/chat/chat-file.js';
import { isBehalfError } from '../../../src/kernel/errors.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { codeOf, FileScene, LIMITS, PDF } from './file-scene.js';
import { startTeamsBench, type TeamsBench, teamsUser } from './teams-driver.js';

const RITA = teamsUser('rita');

const scene = new FileScene();
let bench: TeamsBench;

async function open(options: Parameters<typeof startTeamsBench>[0] = {}): Promise<void> {
  scene.begin();
  bench = await startTeamsBench({ handler: scene.handler, ...options });
}

afterEach(() => bench.stop());

async function sendOne(file: { name: string; content: Buffer; pasted?: boolean } = PDF): Promise<ChatFile> {
  await bench.teams.say('rita', 'upload contract', { files: [file] });
  return scene.sentFile();
}

describe('files in Teams', () => {
  test('a file of the 1:1 chat comes along with the text, and is read without a token of ours', async () => {
    await open();
    const sent = await sendOne();
    expect(scene.events).toMatchObject([{ kind: 'text', text: 'upload contract' }]);
    expect(sent).toMatchObject({ name: 'contract.pdf', mimeType: 'application/pdf' });
    expect(Buffer.from(await bench.adapter.files.read(RITA, sent, LIMITS))).toEqual(PDF.content);
    expect(bench.teams.files.authorizations).toEqual([undefined]);
  });

  test("a pasted picture is read with the bot's token from the service's own host", async () => {
    await open();
    const sent = await sendOne({ name: '', content: Buffer.from('a picture'), pasted: true });
    expect(sent).toMatchObject({ name: 'image.png', mimeType: 'image/png' });
    expect(Buffer.from(await bench.adapter.files.read(RITA, sent, LIMITS)).toString()).toBe('a picture');
  });

  test('a file without a word is an event', async () => {
    await open();
    await bench.teams.say('rita', '', { files: [PDF] });
    expect(scene.events).toMatchObject([{ kind: 'text', text: '', files: [{ name: 'contract.pdf' }] }]);
  });

  test('a file of a channel is said to be out of reach', async () => {
    await open();
    await bench.teams.say('rita', 'upload contract', { conversation: TEAM.channelId, files: [PDF] });
    const [sent] = scene.sentFiles();
    expect(sent?.unreadable).toBe('only_in_own_chat');
  });

  test('a quoted message of a channel is no file', async () => {
    await open();
    const activity = bench.teams.activity('rita', 'help', { conversation: TEAM.channelId });
    const html = '<blockquote><attachment id="1700000000000"></attachment></blockquote>help';
    const attachments = [{ contentType: 'text/html', content: html }];
    await bench.teams.sendRaw({ activity: { ...activity, attachments } });
    expect(scene.events).toMatchObject([{ kind: 'text' }]);
    expect(scene.sentFiles()).toEqual([]);
  });

  test('a file whose time is over asks for it again', async () => {
    await open();
    const sent = await sendOne();
    bench.teams.files.expire();
    const failure = await bench.adapter.files.read(RITA, sent, LIMITS).catch((error: unknown) => error);
    if (!isBehalfError(failure, 'chat.file_gone')) throw new Error('it was read');
    expect(failure.userText).toMatch(/only for a short while.*send it again/);
  });
});

describe('somebody who lies about a file in Teams', () => {
  test('a file that is larger than allowed is cut off', async () => {
    await open();
    const sent = await sendOne();
    bench.teams.files.trouble({ body: Buffer.alloc(5000), headers: { 'transfer-encoding': 'chunked' } });
    expect(await codeOf(bench.adapter.files.read(RITA, sent, LIMITS))).toBe('chat.file_too_large');
  });

  test.each([
    'https://evil.example/x',
    'https://sharepoint.com.evil.example/x',
    'https://evilsharepoint.com/x',
    'http://acme-my.sharepoint.com/x',
    'https://user:pass@acme-my.sharepoint.com/x',
    'http://169.254.169.254/latest/meta-data',
    'file:///etc/passwd',
  ])('nothing is read from %s', async (download) => {
    await open({ config: { fileHosts: ['*.sharepoint.com'] } });
    const forged = { reference: { download }, name: 'x', mimeType: 'text/plain' };
    expect(await codeOf(bench.adapter.files.read(RITA, forged, LIMITS))).toBe('chat.file_forbidden');
  });

  test('a file host that leads into the private network is refused', async () => {
    const fileClient = createHttpClient({
      allowPrivateHosts: [],
      logger: new RecordingLogger(),
      clock: systemClock,
      resolve: (_name, _options, done) => done(null, [{ address: '10.0.0.7', family: 4 }]),
    });
    await open({ config: { fileHosts: ['*.sharepoint.com'] }, fileClient });
    const file = { reference: { download: 'https://acme-my.sharepoint.com/x' }, name: 'x', mimeType: 'text/plain' };
    expect(await codeOf(bench.adapter.files.read(RITA, file, LIMITS))).toBe('chat.file_forbidden');
    await fileClient.close();
  });

  test.each(['https://evil.example/v3/attachments/1/views/original', 'https://smba.trafficmanager.net.evil.example/x'])(
    "the bot's token does not go to %s",
    async (image) => {
      await open();
      const calls = bench.teams.tokenCalls();
      const forged = { reference: { image }, name: 'x.png', mimeType: 'image/png' };
      expect(await codeOf(bench.adapter.files.read(RITA, forged, LIMITS))).toBe('chat.file_forbidden');
      expect(bench.teams.tokenCalls()).toBe(calls);
    },
  );

  test('a redirect is not followed', async () => {
    await open();
    const sent = await sendOne();
    bench.teams.files.trouble({ status: 302, headers: { location: 'https://evil.example/' } });
    expect(await codeOf(bench.adapter.files.read(RITA, sent, LIMITS))).toBe('chat.file_gone');
  });
});
