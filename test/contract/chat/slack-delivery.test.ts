import { SALES_CHANNEL } from '../../../playground/slack/workspace.js';
import { type Message, textMessage } from '../../../src/chat/message.js';
import { isBehalfError } from '../../../src/kernel/errors.js';
import { noMetrics } from '../../../src/kernel/metrics.port.js';
import { BOT_TOKEN, SIGNING_SECRET, type SlackBench, slackUser } from './slack-driver.js';
import { BUTTONS, failureOf, movableClock, Scene } from './slack-scene.js';

const scene = new Scene();

afterEach(() => scene.end());

function methods(slack: SlackBench): string[] {
  return slack.slack.calls
    .map(({ method }) => method)
    .filter((method) => !['auth.test', 'users.info'].includes(method));
}

describe('Slack: private messages in channels', () => {
  test.each([
    ['the person has left the channel', 'rita'],
    ['the bot has left the channel', 'bot'],
  ])('go to the direct message when %s', async (_why, leaver) => {
    const slack = await scene.start();
    const { conversation, user } = await scene.heard(slack, 'channel');
    slack.slack.setMember(SALES_CHANNEL, leaver, false);
    const ref = await slack.adapter.postPrivately(conversation, user, textMessage('psst'));
    expect(slack.shownTo('rita')).toMatchObject([{ where: 'direct', text: 'psst' }]);
    await slack.adapter.update(ref, textMessage('updated'));
    expect(slack.shownTo('rita')).toMatchObject([{ where: 'direct', text: 'updated' }]);
  });

  test('that nobody has pressed on are followed by a fresh one', async () => {
    const slack = await scene.start();
    const { conversation, user } = await scene.heard(slack, 'channel');
    const ref = await slack.adapter.postPrivately(conversation, user, textMessage('first'));
    await slack.adapter.update(ref, textMessage('second'));
    expect(methods(slack)).toEqual(['chat.postEphemeral', 'chat.postEphemeral']);
    expect(slack.shownTo('carl')).toEqual([]);
  });

  test('are replaced in place five times after a press, then followed by a fresh one', async () => {
    const slack = await scene.start();
    const { conversation, user } = await scene.heard(slack, 'channel');
    await slack.adapter.postPrivately(conversation, user, BUTTONS);
    const { message } = await scene.pressed(slack, slack.shownTo('rita')[0]?.id ?? '');
    for (let use = 1; use <= 6; use += 1) await slack.adapter.update(message, textMessage(`use ${use}`));
    expect(slack.shownTo('rita').map(({ text }) => text)).toEqual(['use 5', 'use 6']);
    expect(slack.shownTo('carl')).toEqual([]);
  });

  test('are followed by a fresh one half an hour after the press, without trying the old way', async () => {
    const { clock, advance } = movableClock();
    const slack = await scene.start({ clock });
    const { conversation, user } = await scene.heard(slack, 'channel');
    await slack.adapter.postPrivately(conversation, user, BUTTONS);
    const { message } = await scene.pressed(slack, slack.shownTo('rita')[0]?.id ?? '');
    advance(30 * 60_000);
    await slack.adapter.update(message, textMessage('late'));
    expect(methods(slack)).toEqual(['chat.postEphemeral', 'chat.postEphemeral']);
    expect(slack.logLines.join()).not.toContain('/actions/');
  });

  test('for somebody else never go into a direct message that is not theirs', async () => {
    const slack = await scene.start();
    const { conversation } = await scene.heard(slack);
    await slack.adapter.postPrivately(conversation, slackUser('carl'), textMessage('for Carl'));
    expect(slack.shownTo('rita')).toEqual([]);
    expect(slack.shownTo('carl')).toMatchObject([{ where: 'direct', text: 'for Carl' }]);
  });
});

describe('Slack: delivery', () => {
  test('a message that is gone is posted anew to the same place', async () => {
    const slack = await scene.start();
    const { conversation } = await scene.heard(slack);
    const ref = await slack.adapter.post(conversation, textMessage('first'));
    slack.slack.troubleApi({ kind: 'error', error: 'message_not_found' }, { method: 'chat.update' });
    const moved = await slack.adapter.update(ref, textMessage('second'));
    expect(moved).not.toEqual(ref);
    expect(slack.shownTo('rita').map(({ text }) => text)).toEqual(['first', 'second']);
  });

  test('a rate limit is waited for as long as Slack says', async () => {
    const { clock, pauses } = movableClock();
    const slack = await scene.start({ clock });
    const { conversation } = await scene.heard(slack);
    slack.slack.troubleApi({ kind: 'rate_limit', retryAfterSeconds: 7 }, { method: 'chat.postMessage' });
    await slack.adapter.post(conversation, textMessage('after all'));
    expect(pauses).toEqual([7000]);
    expect(slack.shownTo('rita')).toMatchObject([{ text: 'after all' }]);
  });

  test('what waits for a rate limit is counted while it waits', async () => {
    const { clock } = movableClock();
    let held = (): number | Promise<number> => Number.NaN;
    const seen: number[] = [];
    const slack = await scene.start({
      clock: {
        now: clock.now,
        async sleep(ms, signal) {
          if (ms === 7_000) seen.push(await held());
          await clock.sleep(ms, signal);
        },
      },
      metrics: {
        ...noMetrics,
        level(name, read) {
          if (name === 'chat_calls_held') held = read;
        },
      },
    });
    const { conversation } = await scene.heard(slack);
    slack.slack.troubleApi({ kind: 'rate_limit', retryAfterSeconds: 7 }, { method: 'chat.postMessage' });
    await slack.adapter.post(conversation, textMessage('after all'));
    expect(seen).toEqual([1]);
    expect(await held()).toBe(0);
  });

  test('after a rate limit the next message of that channel waits its turn, and those elsewhere do not', async () => {
    const { clock, pauses } = movableClock();
    const slack = await scene.start({ clock });
    const { conversation } = await scene.heard(slack);
    const channel = await scene.heard(slack, 'channel');
    slack.slack.troubleApi({ kind: 'rate_limit', retryAfterSeconds: 30 }, { method: 'chat.postMessage' });
    for (const text of ['first', 'second']) await slack.adapter.post(conversation, textMessage(text));
    await slack.adapter.post(channel.conversation, textMessage('elsewhere'));
    expect(pauses).toEqual([30_000, expect.any(Number)]);
    expect(pauses[1]).toBeGreaterThan(0);
    const posts = slack.slack.calls.filter(({ method }) => method === 'chat.postMessage');
    expect(posts).toHaveLength(4);
  });

  test('a rate limit of minutes is a failure that says when to come back', async () => {
    const { clock, pauses } = movableClock();
    const slack = await scene.start({ clock });
    const { conversation } = await scene.heard(slack);
    slack.slack.troubleApi({ kind: 'rate_limit', retryAfterSeconds: 600 }, { method: 'chat.postMessage' });
    const failure = await failureOf(slack.adapter.post(conversation, textMessage('lost')));
    if (!isBehalfError(failure, 'chat.delivery_failed')) throw new Error('it did not fail as it should');
    expect(failure.details).toMatchObject({ slackError: 'ratelimited', method: 'chat.postMessage' });
    expect(failure.retryAfterMs).toBe(600_000);
    expect(pauses).toEqual([]);
  });

  test.each([{ kind: 'server_error' }, { kind: 'cut_off' }] as const)(
    'a passing trouble ($kind) is repeated',
    async (trouble) => {
      const { clock, pauses } = movableClock();
      const slack = await scene.start({ clock });
      const { conversation } = await scene.heard(slack);
      slack.slack.troubleApi(trouble, { times: 2, method: 'chat.postMessage' });
      await slack.adapter.post(conversation, textMessage('after all'));
      expect(pauses).toEqual([250, 500]);
      expect(slack.shownTo('rita')).toHaveLength(1);
    },
  );

  test('a trouble that stays ends in a failure, not in silence', async () => {
    const { clock } = movableClock();
    const slack = await scene.start({ clock });
    const { conversation } = await scene.heard(slack);
    slack.slack.troubleApi({ kind: 'server_error' }, { times: 100 });
    const failure = await failureOf(slack.adapter.post(conversation, textMessage('lost')));
    expect(isBehalfError(failure, 'chat.delivery_failed') && failure.details).toMatchObject({ slackError: 'http_503' });
    expect(slack.slack.calls.filter(({ status }) => status === 503)).toHaveLength(4);
  });

  test('a message that Slack cannot draw is sent once more, without its pictures and tables', async () => {
    const slack = await scene.start();
    const { conversation } = await scene.heard(slack, 'channel');
    const drawn: Message = {
      fallback: 'A pie',
      blocks: [
        { kind: 'image', url: 'https://a.example/pie.png', alt: 'A pie' },
        { kind: 'table', columns: [{ title: 'Name' }], rows: [['Acme']], more: 0 },
      ],
    };
    for (const error of ['invalid_blocks', 'msg_blocks_too_long']) {
      slack.slack.troubleApi({ kind: 'error', error }, { times: 1, method: 'chat.postMessage' });
      await slack.adapter.post(conversation, drawn);
    }
    slack.slack.troubleApi({ kind: 'error', error: 'invalid_blocks' }, { times: 1, method: 'chat.postMessage' });
    const failure = await failureOf(slack.adapter.post(conversation, textMessage('plain')));
    expect(isBehalfError(failure, 'chat.delivery_failed')).toBe(true);
    const texts = slack.shownTo('rita').map(({ text }) => text);
    expect(texts).toEqual(Array(2).fill('A pie\nName\n────\nAcme'));
  });

  test('a command that was no message is answered in the channel itself, also when a thread is asked for', async () => {
    const slack = await scene.start();
    await slack.slack.command('rita', '/behalf', 'help', { channel: SALES_CHANNEL });
    const [event] = scene.events;
    if (!event) throw new Error('nothing was heard');
    await slack.adapter.post(event.conversation, textMessage('there'), { thread: true });
    expect(slack.shownTo('carl')).toMatchObject([{ text: 'there', where: 'channel' }]);
    expect(slack.shownTo('carl')[0]).not.toHaveProperty('thread');
  });

  test('nothing that Slack warns about is sent, and no link has a preview', async () => {
    const slack = await scene.start();
    const { conversation, user } = await scene.heard(slack, 'channel');
    const ref = await slack.adapter.post(conversation, BUTTONS);
    await slack.adapter.update(ref, BUTTONS);
    await slack.adapter.postPrivately(conversation, user, BUTTONS);
    const { message } = await scene.pressed(slack, slack.shownTo('rita')[1]?.id ?? '');
    await slack.adapter.update(message, BUTTONS);
    expect(slack.slack.warnings).toEqual([]);
    const posts = slack.slack.calls.filter(({ method }) => method.startsWith('chat.post'));
    expect(posts.map(({ args }) => [args['unfurl_links'], args['unfurl_media']])).toEqual(
      Array(2).fill([false, false]),
    );
  });

  test('no text, token, secret or response URL is ever logged', async () => {
    const { clock } = movableClock();
    const slack = await scene.start({ clock });
    const { conversation, user } = await scene.heard(slack, 'channel');
    await slack.adapter.postPrivately(conversation, user, BUTTONS);
    const { message } = await scene.pressed(slack, slack.shownTo('rita')[0]?.id ?? '');
    slack.slack.troubleApi({ kind: 'server_error' }, { times: 3 });
    await slack.adapter.update(message, textMessage('canary of the text'));
    await failureOf(slack.adapter.post(conversation, textMessage('canary of the text')));
    const log = slack.logLines.join();
    for (const canary of [SIGNING_SECRET, BOT_TOKEN, 'canary of the text', 'token-of-go', '/actions/', 'rita@acme'])
      expect(log).not.toContain(canary);
    expect(log).toContain('Slack call repeated');
  });
});
