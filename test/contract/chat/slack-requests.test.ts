import { SALES_CHANNEL } from '../../../playground/slack/workspace.js';
import { textMessage } from '../../../src/chat/message.js';
import type { Clock } from '../../../src/kernel/clock.port.js';
import { type Metrics, noMetrics } from '../../../src/kernel/metrics.port.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { eventually } from './chat-driver.js';
import { movableClock, Scene } from './slack-scene.js';

const scene = new Scene();

afterEach(() => scene.end());

describe('Slack: who may use the bot', () => {
  test.each([
    ['a guest', { restricted: true }, 'guest accounts'],
    ['a guest of one channel', { ultraRestricted: true }, 'guest accounts'],
    ['somebody of another organisation', { teamId: 'T0OTHER', stranger: true }, 'members of the workspace'],
    ['a stranger whose payload looks like a member', { stranger: true }, 'members of the workspace'],
  ])('%s is told so, privately, and nothing else happens', async (_who, profile, words) => {
    const slack = await scene.start();
    slack.slack.changeProfile('carl', profile);
    const receipt = await slack.personSays('carl', 'create opportunity', 'channel');
    expect(receipt.accepted).toBe(true);
    await eventually(() => slack.shownTo('carl').find(({ text }) => text.includes(words)));
    expect(slack.shownTo('rita')).toEqual([]);
    expect(scene.events).toEqual([]);
  });

  test('a guest whom recipes let in is heard, and said to be one; others are not', async () => {
    const slack = await scene.start({ admits: (outsider) => outsider === 'guest' });
    slack.slack.changeProfile('carl', { restricted: true });
    slack.slack.changeProfile('max', { teamId: 'T0OTHER', stranger: true });
    for (const personId of ['carl', 'max', 'rita']) await slack.personSays(personId, 'help');
    expect(scene.events.map(({ person }) => person)).toEqual(['guest', undefined]);
  });

  test('who they are is asked once', async () => {
    const slack = await scene.start();
    await scene.heard(slack);
    await scene.heard(slack);
    expect(slack.slack.calls.filter(({ method }) => method === 'users.info')).toHaveLength(1);
  });

  test('a member is not let in while Slack cannot say who they are, and their event comes again', async () => {
    const slack = await scene.start({
      prepare: (emulator) => emulator.troubleApi({ kind: 'error', error: 'internal_error' }, { method: 'users.info' }),
    });
    const receipt = await slack.personSays('rita', 'help');
    expect(receipt.accepted).toBe(false);
    await eventually(() => scene.events[0]);
  });

  test('Slack being slow to say who somebody is ends in another delivery, not in a lost event', async () => {
    const clock: Clock = {
      now: () => systemClock.now(),
      sleep: (ms, signal) => systemClock.sleep(ms === 1500 ? 50 : ms, signal),
    };
    const slack = await scene.start({ clock, retryDelaysMs: [200] });
    slack.slack.delayApi(400);
    expect((await slack.personSays('rita', 'help')).accepted).toBe(false);
    slack.slack.healApi();
    await eventually(() => scene.events[0]);
  });

  test.each([
    ['unconfirmed', { emailConfirmed: false }],
    ['absent', { email: null }],
  ])('an %s address is not given out', async (_what, profile) => {
    const slack = await scene.start();
    slack.slack.changeProfile('rita', profile);
    const { user, conversation } = await scene.heard(slack);
    expect(await slack.adapter.describeUser(user, conversation)).toEqual({ name: 'Rita Rep', place: 'Acme' });
  });
});

describe('Slack: who is in a user group', () => {
  const asked = (slack: Awaited<ReturnType<Scene['start']>>) =>
    slack.slack.calls.filter(({ method }) => method === 'usergroups.users.list').length;

  test('is asked once in five minutes, however many ask', async () => {
    const { advance, clock } = movableClock();
    const slack = await scene.start({ clock });
    slack.slack.setGroup('S0SALES', ['rita']);
    const { conversation, user } = await scene.heard(slack);
    const isIn = async (userId: string) => slack.adapter.isInGroup?.({ ...user, userId }, 'S0SALES', conversation);
    expect(await Promise.all([isIn(user.userId), isIn('U0CARL')])).toEqual([true, false]);
    slack.slack.setGroup('S0SALES', ['carl']);
    expect(await isIn(user.userId)).toBe(true);
    expect(asked(slack)).toBe(1);
    advance(5 * 60_000);
    expect(await Promise.all([isIn(user.userId), isIn('U0CARL')])).toEqual([false, true]);
    expect(asked(slack)).toBe(2);
  });

  test('nobody is in a group that is not there; without an answer it is a failure', async () => {
    const slack = await scene.start();
    const { conversation, user } = await scene.heard(slack);
    expect(await slack.adapter.isInGroup?.(user, 'S0NONE', conversation)).toBe(false);
    slack.slack.troubleApi({ kind: 'error', error: 'missing_scope' }, { method: 'usergroups.users.list' });
    await expect(slack.adapter.isInGroup?.(user, 'S0SALES', conversation)).rejects.toMatchObject({
      code: 'chat.delivery_failed',
    });
  });
});

describe('Slack: what the requests carry', () => {
  test('an edit, a message without a mention and a choice in a menu are acknowledged and ignored', async () => {
    const slack = await scene.start();
    const said = await slack.slack.say('rita', 'hello');
    const edited = await slack.slack.edit('rita', said.messageId, 'hello again');
    await slack.slack.say('rita', 'not for the bot', { channel: SALES_CHANNEL });
    expect(edited.request?.status).toBe(200);
    expect(scene.events).toHaveLength(1);
  });

  test('a reply in a thread is answered in the thread', async () => {
    const slack = await scene.start();
    const root = await slack.slack.say('rita', 'root', { channel: SALES_CHANNEL });
    await slack.slack.say('rita', '@Behalf help', { channel: SALES_CHANNEL, threadTs: root.messageId });
    const event = scene.events[0];
    if (!event) throw new Error('nothing was heard');
    await slack.adapter.post(event.conversation, textMessage('here'));
    await slack.adapter.postPrivately(event.conversation, event.user, textMessage('psst'));
    const calls = slack.slack.calls.filter(({ method }) => method.startsWith('chat.'));
    expect(calls.map(({ args }) => args['thread_ts'])).toEqual([root.messageId, root.messageId]);
  });

  test('a slash command is heard, and answered in the direct message where the bot is not in the channel', async () => {
    const slack = await scene.start();
    slack.slack.setMember(SALES_CHANNEL, 'bot', false);
    const request = await slack.slack.command('rita', '/behalf', 'create &amp; go', { channel: SALES_CHANNEL });
    expect(request).toMatchObject({ status: 200, responseBody: '' });
    const event = scene.events[0];
    if (event?.kind !== 'text') throw new Error('nothing was heard');
    expect(event.text).toBe('create &amp; go');
    await slack.adapter.postPrivately(event.conversation, event.user, textMessage('psst'));
    expect(slack.shownTo('rita')).toMatchObject([{ where: 'direct', text: 'psst' }]);
  });

  test('the request URL is verified', async () => {
    const slack = await scene.start();
    expect(await slack.slack.verifyUrl()).toBe(true);
  });

  test('a replayed request is passed on with the id that it had', async () => {
    const slack = await scene.start();
    const { delivery } = await slack.personSays('rita', 'help');
    const { body = '', headers = {} } = slack.slack.requests.find(({ eventId }) => eventId === delivery) ?? {};
    expect((await slack.slack.sendRaw(body, headers)).status).toBe(200);
    expect(scene.events.map(({ id }) => id)).toEqual([delivery, delivery]);
  });

  test('a request that is older than five minutes is refused, whatever its signature', async () => {
    const { clock, advance } = movableClock();
    const slack = await scene.start({ clock });
    const { delivery } = await slack.personSays('rita', 'help');
    const { body = '', headers = {} } = slack.slack.requests.find(({ eventId }) => eventId === delivery) ?? {};
    advance(301_000);
    expect((await slack.slack.sendRaw(body, headers)).status).toBe(401);
    expect(scene.events).toHaveLength(1);
  });

  test('unsigned and tampered requests are refused with one log line each', async () => {
    const counted: string[] = [];
    const metrics: Metrics = { ...noMetrics, count: (name, labels) => counted.push(`${name} ${labels?.['reason']}`) };
    const slack = await scene.start({ metrics });
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
    expect(counted).toEqual(['chat_requests_refused unsigned', 'chat_requests_refused bad_signature']);
    expect(refusals.join()).not.toContain('canary-challenge');
  });
});

describe('Slack: the answer to a request', () => {
  test('comes after two and a half seconds: an event whose work goes on is asked for again', async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const clock: Clock = {
      now: () => systemClock.now(),
      sleep: (ms, signal) => systemClock.sleep(ms === 2500 ? 20 : ms, signal),
    };
    const slack = await scene.start({ clock, handler: () => gate });
    expect((await slack.personSays('rita', 'help')).accepted).toBe(false);
    expect(slack.logLines.join()).toContain('answered before the work was done');
    release();
  });

  test('is 503 while the adapter is not running', async () => {
    const slack = await scene.start();
    await slack.adapter.stop();
    expect((await slack.personSays('rita', 'help')).accepted).toBe(false);
    expect(scene.events).toEqual([]);
  });

  test('is 400 for a signed event that lacks what every event has', async () => {
    const slack = await scene.start();
    const event = { type: 'message', channel_type: 'im', channel: 'D0RITA', user: 'U0RITA', ts: '1.1', text: 'help' };
    const body = JSON.stringify({ type: 'event_callback', team_id: 'T0ACME', event });
    const request = await slack.slack.sendRaw(body, { 'content-type': 'application/json', ...slack.slack.sign(body) });
    expect(request.status).toBe(400);
    expect(scene.events).toEqual([]);
  });
});
