import { PEOPLE, TEAMS_APP_ID } from '../../../playground/people.js';
import { readCard } from '../../../playground/teams/cards.js';
import { TEAM } from '../../../playground/teams/chats.js';
import type { ChatEvent, TextEvent } from '../../../src/chat/chat-event.js';
import { type Message, textMessage } from '../../../src/chat/message.js';
import type { Clock } from '../../../src/kernel/clock.port.js';
import { isBehalfError } from '../../../src/kernel/errors.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { eventually } from './chat-adapter.contract.js';
import { startTeamsBench, type TeamsBench, type TeamsBenchOptions, teamsUser } from './teams-driver.js';

const BUTTONS: Message = {
  fallback: 'Choose',
  blocks: [
    { kind: 'text', text: [{ text: 'Choose' }] },
    { kind: 'picklist', id: 'app', label: 'App', options: [{ label: 'CRM', value: 'crm' }] },
    { kind: 'buttons', buttons: [{ kind: 'action', label: 'Go', token: 'token-of-go' }] },
  ],
};

/** The limits on answers; the waits of the connector are shorter. */
const ANSWER_LIMITS = [4_000, 10_000];

let bench: TeamsBench | undefined;
let events: ChatEvent[];

/** The real clock, moved ahead by hand; pauses end at once and are noted. */
function movableClock() {
  const pauses: number[] = [];
  let ahead = 0;
  const clock: Clock = {
    now: () => systemClock.now() + ahead,
    sleep: async (ms, signal) => {
      if (signal && ANSWER_LIMITS.includes(ms)) return systemClock.sleep(ms, signal);
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

async function start(options: TeamsBenchOptions = {}): Promise<TeamsBench> {
  events = [];
  const { handler } = options;
  bench = await startTeamsBench({
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

async function heard(teams: TeamsBench, where: 'direct' | 'channel' = 'direct', personId = 'rita'): Promise<TextEvent> {
  await teams.personSays(personId, 'help', where);
  const event = events.at(-1);
  if (event?.kind !== 'text') throw new Error('nothing was heard');
  return event;
}

async function failureOf(work: Promise<unknown>) {
  const failure = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!isBehalfError(failure, 'chat.delivery_failed')) throw new Error('it did not fail as it should');
  return failure;
}

/** Calls of the bot to the Connector: method and what follows `conversations/`. */
function calls({ teams }: TeamsBench): string[] {
  return teams.requests
    .filter(({ direction }) => direction === 'from-bot')
    .map(({ method, path }) => `${method} ${decodeURIComponent(path.split('/v3/conversations')[1] ?? '')}`);
}

function said(teams: TeamsBench): string[] {
  return calls(teams).filter((call) => !call.startsWith('GET '));
}

describe('Teams: invokes', () => {
  test('a press on a card is answered at once with a word, and is one event', async () => {
    const teams = await start();
    const { conversation } = await heard(teams);
    await teams.adapter.post(conversation, BUTTONS);
    const id = teams.shownTo('rita')[0]?.id ?? '';
    const result = await teams.teams.press('rita', id, { title: 'Go' }, { app: 'crm' });
    expect(result).toMatchObject({ kind: 'invoked', outcome: { kind: 'toast', text: 'One moment…' } });
    expect(events.slice(1)).toMatchObject([{ kind: 'action', token: 'token-of-go', values: { app: 'crm' } }]);
  });

  test('an old client, which knows no Action.Execute, says the same with a message', async () => {
    const teams = await start();
    const { conversation } = await heard(teams);
    await teams.adapter.post(conversation, BUTTONS);
    const id = teams.shownTo('rita')[0]?.id ?? '';
    const result = await teams.teams.press('rita', id, { title: 'Go', oldClient: true }, { app: 'crm' });
    expect(result).toMatchObject({ kind: 'sent', delivery: { status: 200 } });
    const [, press] = events;
    expect(press).toMatchObject({ kind: 'action', token: 'token-of-go', values: { app: 'crm' } });
    if (press?.kind !== 'action' || !press.message) throw new Error('the press names no message');
    await teams.adapter.update(press.message, textMessage('done'));
    expect(teams.shownTo('rita')).toMatchObject([{ id, text: 'done' }]);
  });

  test('the code of the pop-up arrives as the person who is signed in to Teams', async () => {
    const teams = await start();
    const result = await teams.teams.verifyState('carl', 'the-code');
    expect(result).toMatchObject({ outcome: { kind: 'quiet' } });
    expect(events).toMatchObject([{ kind: 'sign-in', code: 'the-code', user: teamsUser('carl') }]);
  });

  test('a pop-up that was closed says so', async () => {
    const teams = await start();
    await teams.teams.verifyState('rita', 'CancelledByUser');
    expect(events).toMatchObject([{ kind: 'sign-in', code: 'CancelledByUser' }]);
  });

  test.each([
    ['signin/tokenExchange', { id: 'x', connectionName: 'c', token: 't' }, 412],
    ['fileConsent/invoke', { action: 'accept', context: {} }, 200],
    ['task/fetch', {}, 200],
    ['composeExtension/query', { commandId: 'x' }, 200],
    ['signin/verifyState', { state: 17 }, 200],
  ])('%s is answered quietly and is no event', async (name, value, status) => {
    const teams = await start();
    const result = await teams.teams.invoke('rita', { name, value });
    expect(result).toMatchObject({ kind: 'invoked', delivery: { status } });
    expect(events).toEqual([]);
  });

  test('a card that refreshes itself does not press its buttons', async () => {
    const teams = await start();
    const action = { type: 'Action.Execute', verb: 'behalf', data: { behalfToken: 'token-of-go' } };
    await teams.teams.invoke('rita', { name: 'adaptiveCard/action', value: { action, trigger: 'automatic' } });
    expect(events).toEqual([]);
  });
});

describe('Teams: messages', () => {
  test('what people say to each other in a channel is not heard', async () => {
    const teams = await start();
    const activity = teams.teams.activity('rita', 'create opportunity', { conversation: TEAM.channelId });
    const { status } = await teams.teams.sendRaw({
      activity: { ...activity, text: 'create opportunity', entities: [] },
    });
    expect(status).toBe(200);
    expect(events).toEqual([]);
  });

  test('a mention in a thread is answered in the thread', async () => {
    const teams = await start();
    const { conversation } = await heard(teams, 'channel');
    await teams.adapter.post(conversation, textMessage('here'));
    const [question, answer] = teams.teams.messages();
    expect(answer?.threadId).toBe(question?.threadId ?? question?.id);
  });

  test('the answer is sent to where the conversation was last heard from', async () => {
    const teams = await start();
    const { conversation } = await heard(teams);
    const moved = {
      ...conversation,
      address: { ...conversation.address, serviceUrl: 'https://smba.trafficmanager.net/old/' },
    };
    await teams.adapter.post(moved, textMessage('here'));
    expect(teams.shownTo('rita')).toMatchObject([{ text: 'here' }]);
  });

  test('nothing is sent to a host that is not allowed, whatever a stored conversation says', async () => {
    const teams = await start();
    const { conversation } = await heard(teams);
    const address = {
      ...conversation.address,
      conversationId: 'a:other',
      serviceUrl: 'https://evil.trafficmanager.net/',
    };
    const failure = await failureOf(teams.adapter.post({ ...conversation, address }, textMessage('lost')));
    expect(failure.details).toEqual({ code: 'ServiceHostRefused' });
    expect(said(teams)).toEqual([]);
  });
});

describe('Teams: the answer to a request', () => {
  test.each([
    ['message', 10_000],
    ['invoke', 4_000],
  ])('to a %s comes after %i ms even when the work goes on', async (kind, limit) => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const clock: Clock = {
      now: () => systemClock.now(),
      sleep: (ms, signal) => systemClock.sleep(ms === limit ? 20 : ms, signal),
    };
    const teams = await start({ clock, handler: () => gate });
    const delivery =
      kind === 'message' ? await teams.teams.say('rita', 'help') : await teams.teams.verifyState('rita', 'the-code');
    expect(delivery).toMatchObject(kind === 'message' ? { status: 200 } : { delivery: { status: 200 } });
    expect(teams.logLines.join()).toContain('answered before the work was done');
    release();
  });

  test('is 500 with nothing in it when the event was not kept', async () => {
    const teams = await start({
      handler: async () => {
        throw new Error('canary-of-the-store');
      },
    });
    const { status, body } = await teams.teams.sendRaw({ activity: teams.teams.activity('rita', 'help') });
    expect({ status, body }).toEqual({ status: 500, body: undefined });
    expect(teams.logLines.join()).not.toContain('canary-of-the-store');
  });

  test('is 503 while the adapter is not running', async () => {
    const teams = await start();
    await teams.adapter.stop();
    const { status } = await teams.teams.sendRaw({ activity: teams.teams.activity('rita', 'help') });
    expect(status).toBe(503);
    expect(events).toEqual([]);
  });

  test('is 500, not 401, while the signing keys cannot be had', async () => {
    const teams = await start({ config: { openIdMetadataUrl: 'http://127.0.0.1:1/openidconfiguration' } });
    const { status, body } = await teams.teams.sendRaw({ activity: teams.teams.activity('rita', 'help') });
    expect({ status, body }).toEqual({ status: 500, body: undefined });
    expect(events).toEqual([]);
  });
});

describe('Teams: delivery', () => {
  test('one access token serves however many calls at once', async () => {
    const teams = await start();
    const { conversation } = await heard(teams);
    const posts = Array.from({ length: 20 }, (_, index) => teams.adapter.post(conversation, textMessage(`${index}`)));
    await Promise.all(posts);
    expect(teams.shownTo('rita')).toHaveLength(20);
    expect(teams.teams.tokenCalls()).toBe(1);
  });

  test('a token that Teams takes no more is replaced once', async () => {
    const teams = await start();
    const { conversation } = await heard(teams);
    await teams.adapter.post(conversation, textMessage('one'));
    teams.teams.revokeBotTokens();
    await teams.adapter.post(conversation, textMessage('two'));
    expect(teams.shownTo('rita').map(({ text }) => text)).toEqual(['one', 'two']);
    expect(teams.teams.tokenCalls()).toBe(2);
  });

  test('a token is renewed ahead of its end, without a wait', async () => {
    const { advance, clock } = movableClock();
    const teams = await start({ clock });
    const { conversation } = await heard(teams);
    await teams.adapter.post(conversation, textMessage('one'));
    advance(55 * 60_000);
    await teams.adapter.post(conversation, textMessage('two'));
    await eventually(() => (teams.teams.tokenCalls() === 2 ? true : undefined));
    advance(4 * 60_000);
    await teams.adapter.post(conversation, textMessage('three'));
    expect(teams.teams.tokenCalls()).toBe(2);
  });

  test('no token for the bot is a failure that names the reason for the operator', async () => {
    const { advance, clock } = movableClock();
    const teams = await start({ clock, config: { appId: TEAMS_APP_ID } });
    const { conversation } = await heard(teams);
    advance(2 * 3_600_000);
    teams.teams.faults.failTokens(401, 10);
    const failure = await failureOf(teams.adapter.post(conversation, textMessage('lost')));
    expect(failure.details).toEqual({ status: 401, code: 'temporarily_unavailable' });
    expect(teams.logLines.join()).toContain('no token for the calls to Microsoft Teams');
  });

  test('throttling is waited for as long as Teams says', async () => {
    const { clock, pauses } = movableClock();
    const teams = await start({ clock });
    const { conversation } = await heard(teams);
    teams.teams.faults.throttle({ times: 2, retryAfterSeconds: 7 });
    await teams.adapter.post(conversation, textMessage('after all'));
    expect(pauses).toEqual([7_000, 7_000]);
    expect(teams.shownTo('rita')).toMatchObject([{ text: 'after all' }]);
  });

  test('what waits for throttling to end is counted while it waits', async () => {
    const { clock } = movableClock();
    let held = (): number | Promise<number> => Number.NaN;
    const seen: number[] = [];
    const teams = await start({
      clock: {
        now: clock.now,
        async sleep(ms, signal) {
          if (ms === 7_000) seen.push(await held());
          await clock.sleep(ms, signal);
        },
      },
      level(name, read) {
        if (name === 'chat_calls_held') held = read;
      },
    });
    const { conversation } = await heard(teams);
    teams.teams.faults.throttle({ times: 1, retryAfterSeconds: 7 });
    await teams.adapter.post(conversation, textMessage('after all'));
    expect(seen).toEqual([1]);
    expect(await held()).toBe(0);
  });

  test('throttling for minutes is a failure that says when to come back', async () => {
    const { clock, pauses } = movableClock();
    const teams = await start({ clock });
    const { conversation } = await heard(teams);
    teams.teams.faults.throttle({ times: 5, retryAfterSeconds: 600 });
    const failure = await failureOf(teams.adapter.post(conversation, textMessage('lost')));
    expect(failure.details).toMatchObject({ status: 429, code: 'Throttled' });
    expect(failure.retryAfterMs).toBe(600_000);
    expect(pauses).toEqual([]);
  });

  test('trouble that passes is waited out, longer each time', async () => {
    const { clock, pauses } = movableClock();
    const teams = await start({ clock });
    const { conversation } = await heard(teams);
    teams.teams.faults.fail({ status: 502, code: 'BadGateway', message: 'm' }, 3);
    await teams.adapter.post(conversation, textMessage('after all'));
    expect(teams.shownTo('rita')).toMatchObject([{ text: 'after all' }]);
    expect(pauses).toHaveLength(3);
    for (const [index, pause] of pauses.entries()) {
      expect(pause).toBeGreaterThanOrEqual(250 * 2 ** index);
      expect(pause).toBeLessThanOrEqual(500 * 2 ** index);
    }
  });

  test('trouble that does not pass is a failure after four tries', async () => {
    const { clock } = movableClock();
    const teams = await start({ clock });
    const { conversation } = await heard(teams);
    teams.teams.faults.fail({ status: 503, code: 'ServiceError', message: 'm' }, 10);
    const failure = await failureOf(teams.adapter.post(conversation, textMessage('lost')));
    expect(failure.details).toEqual({ status: 503, code: 'ServiceError' });
    expect(said(teams)).toHaveLength(4);
  });

  test('Teams out of reach is a failure', async () => {
    const { clock } = movableClock();
    const teams = await start({ clock });
    const { conversation } = await heard(teams);
    await teams.adapter.post(conversation, textMessage('one'));
    teams.teams.faults.down(true);
    const failure = await failureOf(teams.adapter.post(conversation, textMessage('lost')));
    expect(failure.details).toEqual({ code: 'app.unavailable' });
  });

  test.each([
    [403, 'BotNotInConversationRoster'],
    [404, 'ConversationNotFound'],
    [413, 'MessageSizeTooBig'],
  ])('%i %s is a failure at once, with its code', async (status, code) => {
    const { clock, pauses } = movableClock();
    const teams = await start({ clock });
    const { conversation } = await heard(teams);
    teams.teams.faults.fail({ status, code, message: 'm' }, 10);
    const failure = await failureOf(teams.adapter.post(conversation, textMessage('lost')));
    expect(failure.details).toEqual({ status, code });
    expect(pauses).toEqual([]);
  });

  test('a message that is gone is posted anew to the same place', async () => {
    const teams = await start();
    const { conversation } = await heard(teams);
    const ref = await teams.adapter.post(conversation, textMessage('first'));
    teams.teams.faults.fail({ status: 404, code: 'ActivityNotFoundInConversation', message: 'm' });
    const moved = await teams.adapter.update(ref, textMessage('second'));
    expect(moved).not.toEqual(ref);
    expect(teams.shownTo('rita').map(({ text }) => text)).toEqual(['first', 'second']);
  });

  test('every card is one that Teams draws without complaint', async () => {
    const teams = await start();
    const { conversation } = await heard(teams);
    await teams.adapter.post(conversation, BUTTONS);
    expect(teams.teams.cardFindings).toEqual([]);
    const card = teams.teams.messages().at(-1)?.cards[0];
    expect(readCard(card).inputs).toMatchObject([{ id: 'app', value: '' }]);
  });

  test('who a person is, is asked once an hour', async () => {
    const { advance, clock } = movableClock();
    const teams = await start({ clock });
    const { conversation, user } = await heard(teams, 'channel');
    for (const _again of [1, 2]) await teams.adapter.describeUser(user, conversation);
    expect(calls(teams)).toEqual([`GET /${TEAM.channelId}/members/${PEOPLE[0]?.teamsUserId}`]);
    advance(61 * 60_000);
    await teams.adapter.describeUser(user, conversation);
    expect(calls(teams)).toHaveLength(2);
  });
});

describe('Teams: the scripts of the pop-up', () => {
  test('are served with the names that the page is told, to be kept for good', async () => {
    const teams = await start();
    const scripts = teams.adapter.popUpScripts ?? [];
    expect(scripts).toHaveLength(2);
    const bodies: string[] = [];
    for (const path of scripts) {
      const response = await fetch(`${teams.baseUrl}${path}`);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
      expect(response.headers.get('cache-control')).toContain('immutable');
      bodies.push(await response.text());
    }
    expect(bodies[0]).toContain('microsoftTeams');
    expect(bodies[1]).toContain('notifySuccess');
  });
});
