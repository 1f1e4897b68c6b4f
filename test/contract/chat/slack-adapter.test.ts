import { createSlackAdapter } from '../../../adapters/slack/index.js';
import { SALES_CHANNEL } from '../../../playground/slack/workspace.js';
import type { ActionEvent, ChatEvent, TextEvent } from '../../../src/chat/chat-event.js';
import type { MessageRef } from '../../../src/chat/conversation.js';
import { type Message, textMessage } from '../../../src/chat/message.js';
import type { Clock } from '../../../src/kernel/clock.port.js';
import { isBehalfError } from '../../../src/kernel/errors.js';
import type { HttpRequest } from '../../../src/kernel/http.js';
import { noMetrics } from '../../../src/kernel/metrics.port.js';
import { Secret } from '../../../src/kernel/secret.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { eventually } from './chat-adapter.contract.js';
import {
  BOT_TOKEN,
  SIGNING_SECRET,
  type SlackBench,
  type SlackBenchOptions,
  slackUser,
  startSlackBench,
} from './slack-driver.js';

const BUTTONS: Message = {
  fallback: 'Choose',
  blocks: [
    { kind: 'text', text: [{ text: 'Choose' }] },
    { kind: 'buttons', buttons: [{ kind: 'action', label: 'Go', token: 'token-of-go' }] },
  ],
};

let bench: SlackBench | undefined;
let events: ChatEvent[];

/** The real clock, moved ahead by hand; pauses end at once and are noted. */
function movableClock() {
  const pauses: number[] = [];
  let ahead = 0;
  const clock: Clock = {
    now: () => systemClock.now() + ahead,
    sleep: async (ms, signal) => {
      // The deadline of an answer is not a pause; it only ends when the answer is there.
      if (signal && ms === 2500) return systemClock.sleep(ms, signal);
      pauses.push(ms);
    },
  };
  return {
    clock,
    pauses,
    advance: (ms: number) => {
      ahead += ms;
    },
  };
}

async function start(options: SlackBenchOptions = {}): Promise<SlackBench> {
  events = [];
  const handler = options.handler;
  bench = await startSlackBench({
    ...options,
    handler: async (event) => {
      events.push(event);
      await handler?.(event);
    },
  });
  return bench;
}

afterEach(async () => {
  await bench?.stop();
  bench = undefined;
});

async function heard(slack: SlackBench, where: 'direct' | 'channel' = 'direct', personId = 'rita'): Promise<TextEvent> {
  await slack.personSays(personId, 'help', where);
  const event = events.at(-1);
  if (event?.kind !== 'text') throw new Error('nothing was heard');
  return event;
}

async function pressed(slack: SlackBench, messageId: string): Promise<ActionEvent & { readonly message: MessageRef }> {
  await slack.personPresses('rita', messageId, 'Go');
  const event = events.at(-1);
  if (event?.kind !== 'action' || !event.message) throw new Error('no press was heard');
  return { ...event, message: event.message };
}

function methods(slack: SlackBench): string[] {
  return slack.slack.calls
    .map(({ method }) => method)
    .filter((method) => !['auth.test', 'users.info'].includes(method));
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('Slack: who may use the bot', () => {
  test.each([
    ['a guest', { restricted: true }, 'guest accounts'],
    ['a guest of one channel', { ultraRestricted: true }, 'guest accounts'],
    ['somebody of another organisation', { teamId: 'T0OTHER', stranger: true }, 'members of the workspace'],
    ['a stranger whose payload looks like a member', { stranger: true }, 'members of the workspace'],
  ])('%s is told so, privately, and nothing else happens', async (_who, profile, words) => {
    const slack = await start();
    slack.slack.changeProfile('carl', profile);
    const receipt = await slack.personSays('carl', 'create opportunity', 'channel');
    expect(receipt.accepted).toBe(true);
    await eventually(() => slack.shownTo('carl').find(({ text }) => text.includes(words)));
    expect(slack.shownTo('rita')).toEqual([]);
    expect(events).toEqual([]);
  });

  test('who they are is asked once', async () => {
    const slack = await start();
    await heard(slack);
    await heard(slack);
    expect(slack.slack.calls.filter(({ method }) => method === 'users.info')).toHaveLength(1);
  });

  test('a member is not let in while Slack cannot say who they are, and their event comes again', async () => {
    const slack = await start({
      prepare: (emulator) => emulator.troubleApi({ kind: 'error', error: 'internal_error' }, { method: 'users.info' }),
    });
    const receipt = await slack.personSays('rita', 'help');
    expect(receipt.accepted).toBe(false);
    await eventually(() => events[0]);
  });

  test.each([
    ['unconfirmed', { emailConfirmed: false }],
    ['absent', { email: null }],
  ])('an %s address is not given out', async (_what, profile) => {
    const slack = await start();
    slack.slack.changeProfile('rita', profile);
    const { user, conversation } = await heard(slack);
    expect(await slack.adapter.describeUser(user, conversation)).toEqual({ name: 'Rita Rep', place: 'Acme' });
  });
});

describe('Slack: what the requests carry', () => {
  test('an edit, a message without a mention and a choice in a menu are acknowledged and ignored', async () => {
    const slack = await start();
    const said = await slack.slack.say('rita', 'hello');
    const edited = await slack.slack.edit('rita', said.messageId, 'hello again');
    await slack.slack.say('rita', 'not for the bot', { channel: SALES_CHANNEL });
    expect(edited.request?.status).toBe(200);
    expect(events).toHaveLength(1);
  });

  test('a reply in a thread is answered in the thread', async () => {
    const slack = await start();
    const root = await slack.slack.say('rita', 'root', { channel: SALES_CHANNEL });
    await slack.slack.say('rita', '@Behalf help', { channel: SALES_CHANNEL, threadTs: root.messageId });
    const event = events[0];
    if (!event) throw new Error('nothing was heard');
    await slack.adapter.post(event.conversation, textMessage('here'));
    await slack.adapter.postPrivately(event.conversation, event.user, textMessage('psst'));
    const calls = slack.slack.calls.filter(({ method }) => method.startsWith('chat.'));
    expect(calls.map(({ args }) => args['thread_ts'])).toEqual([root.messageId, root.messageId]);
  });

  test('a slash command is heard, and answered in the direct message where the bot is not in the channel', async () => {
    const slack = await start();
    slack.slack.setMember(SALES_CHANNEL, 'bot', false);
    const request = await slack.slack.command('rita', '/behalf', 'create &amp; go', { channel: SALES_CHANNEL });
    expect(request).toMatchObject({ status: 200, responseBody: '' });
    const event = events[0];
    if (event?.kind !== 'text') throw new Error('nothing was heard');
    expect(event.text).toBe('create &amp; go');
    await slack.adapter.postPrivately(event.conversation, event.user, textMessage('psst'));
    expect(slack.shownTo('rita')).toMatchObject([{ where: 'direct', text: 'psst' }]);
  });

  test('the request URL is verified', async () => {
    const slack = await start();
    expect(await slack.slack.verifyUrl()).toBe(true);
  });

  test('a replayed request is passed on with the id that it had', async () => {
    const slack = await start();
    const { delivery } = await slack.personSays('rita', 'help');
    const { body = '', headers = {} } = slack.slack.requests.find(({ eventId }) => eventId === delivery) ?? {};
    expect((await slack.slack.sendRaw(body, headers)).status).toBe(200);
    expect(events.map(({ id }) => id)).toEqual([delivery, delivery]);
  });

  test('a request that is older than five minutes is refused, whatever its signature', async () => {
    const { clock, advance } = movableClock();
    const slack = await start({ clock });
    const { delivery } = await slack.personSays('rita', 'help');
    const { body = '', headers = {} } = slack.slack.requests.find(({ eventId }) => eventId === delivery) ?? {};
    advance(301_000);
    expect((await slack.slack.sendRaw(body, headers)).status).toBe(401);
    expect(events).toHaveLength(1);
  });

  test('unsigned and tampered requests are refused with one log line each', async () => {
    const slack = await start();
    const body = JSON.stringify({ type: 'url_verification', challenge: 'canary-challenge' });
    const json = { 'content-type': 'application/json' };
    const unsigned = await slack.slack.sendRaw(body, json);
    const tampered = await slack.slack.sendRaw(body, { ...json, ...slack.slack.sign(`${body} `) });
    expect([unsigned, tampered]).toMatchObject([
      { status: 401, responseBody: '' },
      { status: 401, responseBody: '' },
    ]);
    const refusals = slack.logLines.filter((line) => line.includes('refused'));
    expect(refusals).toHaveLength(2);
    expect(refusals.join()).not.toContain('canary-challenge');
  });
});

describe('Slack: the answer to a request', () => {
  test('comes after two and a half seconds even when the work goes on', async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const clock: Clock = {
      now: () => systemClock.now(),
      sleep: (ms, signal) => systemClock.sleep(ms === 2500 ? 20 : ms, signal),
    };
    const slack = await start({ clock, handler: () => gate });
    expect((await slack.personSays('rita', 'help')).accepted).toBe(true);
    expect(slack.logLines.join()).toContain('answered before the work was done');
    release();
  });

  test('is 503 while the adapter is not running', async () => {
    const slack = await start();
    await slack.adapter.stop();
    expect((await slack.personSays('rita', 'help')).accepted).toBe(false);
    expect(events).toEqual([]);
  });

  test('is 400 for a signed event that lacks what every event has', async () => {
    const slack = await start();
    const event = { type: 'message', channel_type: 'im', channel: 'D0RITA', user: 'U0RITA', ts: '1.1', text: 'help' };
    const body = JSON.stringify({ type: 'event_callback', team_id: 'T0ACME', event });
    const request = await slack.slack.sendRaw(body, { 'content-type': 'application/json', ...slack.slack.sign(body) });
    expect(request.status).toBe(400);
    expect(events).toEqual([]);
  });
});

describe('Slack: private messages in channels', () => {
  test.each([
    ['the person has left the channel', 'rita'],
    ['the bot has left the channel', 'bot'],
  ])('go to the direct message when %s', async (_why, leaver) => {
    const slack = await start();
    const { conversation, user } = await heard(slack, 'channel');
    slack.slack.setMember(SALES_CHANNEL, leaver, false);
    const ref = await slack.adapter.postPrivately(conversation, user, textMessage('psst'));
    expect(slack.shownTo('rita')).toMatchObject([{ where: 'direct', text: 'psst' }]);
    await slack.adapter.update(ref, textMessage('updated'));
    expect(slack.shownTo('rita')).toMatchObject([{ where: 'direct', text: 'updated' }]);
  });

  test('that nobody has pressed on are followed by a fresh one', async () => {
    const slack = await start();
    const { conversation, user } = await heard(slack, 'channel');
    const ref = await slack.adapter.postPrivately(conversation, user, textMessage('first'));
    await slack.adapter.update(ref, textMessage('second'));
    expect(methods(slack)).toEqual(['chat.postEphemeral', 'chat.postEphemeral']);
    expect(slack.shownTo('carl')).toEqual([]);
  });

  test('are replaced in place five times after a press, then followed by a fresh one', async () => {
    const slack = await start();
    const { conversation, user } = await heard(slack, 'channel');
    await slack.adapter.postPrivately(conversation, user, BUTTONS);
    const { message } = await pressed(slack, slack.shownTo('rita')[0]?.id ?? '');
    for (let use = 1; use <= 6; use += 1) await slack.adapter.update(message, textMessage(`use ${use}`));
    expect(slack.shownTo('rita').map(({ text }) => text)).toEqual(['use 5', 'use 6']);
    expect(slack.shownTo('carl')).toEqual([]);
  });

  test('are followed by a fresh one half an hour after the press, without trying the old way', async () => {
    const { clock, advance } = movableClock();
    const slack = await start({ clock });
    const { conversation, user } = await heard(slack, 'channel');
    await slack.adapter.postPrivately(conversation, user, BUTTONS);
    const { message } = await pressed(slack, slack.shownTo('rita')[0]?.id ?? '');
    advance(30 * 60_000);
    await slack.adapter.update(message, textMessage('late'));
    expect(methods(slack)).toEqual(['chat.postEphemeral', 'chat.postEphemeral']);
    expect(slack.logLines.join()).not.toContain('/actions/');
  });

  test('for somebody else never go into a direct message that is not theirs', async () => {
    const slack = await start();
    const { conversation } = await heard(slack);
    await slack.adapter.postPrivately(conversation, slackUser('carl'), textMessage('for Carl'));
    expect(slack.shownTo('rita')).toEqual([]);
    expect(slack.shownTo('carl')).toMatchObject([{ where: 'direct', text: 'for Carl' }]);
  });
});

describe('Slack: delivery', () => {
  test('a message that is gone is posted anew to the same place', async () => {
    const slack = await start();
    const { conversation } = await heard(slack);
    const ref = await slack.adapter.post(conversation, textMessage('first'));
    slack.slack.troubleApi({ kind: 'error', error: 'message_not_found' }, { method: 'chat.update' });
    const moved = await slack.adapter.update(ref, textMessage('second'));
    expect(moved).not.toEqual(ref);
    expect(slack.shownTo('rita').map(({ text }) => text)).toEqual(['first', 'second']);
  });

  test('a rate limit is waited for as long as Slack says', async () => {
    const { clock, pauses } = movableClock();
    const slack = await start({ clock });
    const { conversation } = await heard(slack);
    slack.slack.troubleApi({ kind: 'rate_limit', retryAfterSeconds: 7 }, { method: 'chat.postMessage' });
    await slack.adapter.post(conversation, textMessage('after all'));
    expect(pauses).toEqual([7000]);
    expect(slack.shownTo('rita')).toMatchObject([{ text: 'after all' }]);
  });

  test('a rate limit of minutes is a failure that says when to come back', async () => {
    const { clock, pauses } = movableClock();
    const slack = await start({ clock });
    const { conversation } = await heard(slack);
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
      const slack = await start({ clock });
      const { conversation } = await heard(slack);
      slack.slack.troubleApi(trouble, { times: 2, method: 'chat.postMessage' });
      await slack.adapter.post(conversation, textMessage('after all'));
      expect(pauses).toEqual([250, 500]);
      expect(slack.shownTo('rita')).toHaveLength(1);
    },
  );

  test('a trouble that stays ends in a failure, not in silence', async () => {
    const { clock } = movableClock();
    const slack = await start({ clock });
    const { conversation } = await heard(slack);
    slack.slack.troubleApi({ kind: 'server_error' }, { times: 100 });
    const failure = await failureOf(slack.adapter.post(conversation, textMessage('lost')));
    expect(isBehalfError(failure, 'chat.delivery_failed') && failure.details).toMatchObject({ slackError: 'http_503' });
    expect(slack.slack.calls.filter(({ status }) => status === 503)).toHaveLength(4);
  });

  test('nothing that Slack warns about is sent, and no link has a preview', async () => {
    const slack = await start();
    const { conversation, user } = await heard(slack, 'channel');
    const ref = await slack.adapter.post(conversation, BUTTONS);
    await slack.adapter.update(ref, BUTTONS);
    await slack.adapter.postPrivately(conversation, user, BUTTONS);
    const { message } = await pressed(slack, slack.shownTo('rita')[1]?.id ?? '');
    await slack.adapter.update(message, BUTTONS);
    expect(slack.slack.warnings).toEqual([]);
    const posts = slack.slack.calls.filter(({ method }) => method.startsWith('chat.post'));
    expect(posts.map(({ args }) => [args['unfurl_links'], args['unfurl_media']])).toEqual(
      Array(2).fill(['false', 'false']),
    );
  });

  test('no text, token, secret or response URL is ever logged', async () => {
    const { clock } = movableClock();
    const slack = await start({ clock });
    const { conversation, user } = await heard(slack, 'channel');
    await slack.adapter.postPrivately(conversation, user, BUTTONS);
    const { message } = await pressed(slack, slack.shownTo('rita')[0]?.id ?? '');
    slack.slack.troubleApi({ kind: 'server_error' }, { times: 3 });
    await slack.adapter.update(message, textMessage('canary of the text'));
    await failureOf(slack.adapter.post(conversation, textMessage('canary of the text')));
    const log = slack.logLines.join();
    for (const canary of [SIGNING_SECRET, BOT_TOKEN, 'canary of the text', 'token-of-go', '/actions/', 'rita@acme'])
      expect(log).not.toContain(canary);
    expect(log).toContain('Slack call repeated');
  });
});

describe('Slack: the start', () => {
  test.each(['invalid_auth', 'account_inactive', 'token_revoked', 'not_allowed_token_type'])(
    'a token that Slack refuses (%s) stops it with what to do',
    async (error) => {
      const failure = await failureOf(
        start({ prepare: (slack) => slack.troubleApi({ kind: 'error', error }, { method: 'auth.test' }) }),
      );
      if (!isBehalfError(failure, 'config.invalid')) throw new Error('it did not fail as it should');
      expect(failure.message).toContain(error);
      expect(failure.message).toContain('Bot User OAuth Token');
      expect(failure.message).not.toContain(BOT_TOKEN);
    },
  );

  test('Slack being away does not stop it, and people are heard as soon as Slack is back', async () => {
    const slack = await start({
      clock: movableClock().clock,
      prepare: (emulator) => emulator.troubleApi({ kind: 'server_error' }, { times: 4, method: 'auth.test' }),
    });
    await heard(slack);
    expect(events).toMatchObject([{ user: slackUser('rita') }]);
    expect(slack.logLines.join()).toContain('cannot be reached yet');
  });

  test.each([
    ['signing secret', '', BOT_TOKEN, 'SLACK_SIGNING_SECRET'],
    ['bot token', SIGNING_SECRET, '', 'SLACK_BOT_TOKEN'],
  ])('an empty %s is refused at once', (_what, signingSecret, botToken, name) => {
    const create = () =>
      createSlackAdapter(
        { signingSecret: new Secret(signingSecret), botToken: new Secret(botToken) },
        { clock: systemClock, metrics: noMetrics, logger: silent },
      );
    expect(create).toThrow(name);
  });

  test('before the start, requests are answered with 503 and checked all the same', async () => {
    const adapter = createSlackAdapter(
      { signingSecret: new Secret(SIGNING_SECRET), botToken: new Secret(BOT_TOKEN) },
      { clock: systemClock, metrics: noMetrics, logger: silent },
    );
    const request: HttpRequest = {
      method: 'POST',
      path: '/slack/events',
      params: {},
      query: new URLSearchParams(),
      headers: {},
      body: Buffer.from('{}'),
      id: 'r1',
    };
    expect(await adapter.routes[0]?.handle(request)).toEqual({ status: 401 });
    const failure = await failureOf(adapter.post({ platform: 'slack', kind: 'direct', address: {} }, BUTTONS));
    expect(isBehalfError(failure, 'internal')).toBe(true);
  });
});

const silent = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silent,
};
