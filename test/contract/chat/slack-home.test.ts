import type { ActionEvent, HomeEvent } from '../../../src/chat/chat-event.js';
import { type Message, textMessage } from '../../../src/chat/message.js';
import { isBehalfError } from '../../../src/kernel/errors.js';
import { type SlackBench, type SlackBenchOptions, slackUser } from './slack-driver.js';
import { type InstalledBench, startInstalledBench } from './slack-installed.js';
import { BUTTONS, failureOf, movableClock, Scene } from './slack-scene.js';

const MENU: Message = {
  fallback: 'Choose',
  blocks: [
    { kind: 'heading', text: 'Yours' },
    { kind: 'picklist', id: 'connection', label: 'Connection', options: [{ label: 'CRM', value: 'crm' }] },
    { kind: 'picklist', id: 'command', label: 'Command', options: [{ label: 'Deal', value: 'create deal' }] },
    { kind: 'buttons', buttons: [{ kind: 'action', label: 'Go', token: 'token-of-go' }] },
  ],
};

const scene = new Scene();

afterEach(() => scene.end());

/** Rita opens her Home tab. */
async function opened(slack: SlackBench): Promise<HomeEvent> {
  await slack.slack.homes.open('rita');
  const event = scene.events.at(-1);
  if (event?.kind !== 'home') throw new Error('nobody heard that it was opened');
  return event;
}

/** Rita presses Go in her Home tab. */
async function pressedGo(slack: SlackBench): Promise<ActionEvent> {
  await slack.slack.homes.press('rita', { buttonText: 'Go' });
  const event = scene.events.at(-1);
  if (event?.kind !== 'action') throw new Error('no press was heard');
  return event;
}

/** What is published, as it lies in the Home tab. */
async function publish(slack: SlackBench, content: Message): Promise<HomeEvent> {
  const event = await opened(slack);
  await slack.adapter.home?.publish(event.conversation, event.user, content);
  return event;
}

function shownTo(slack: SlackBench, personId: string): string {
  return JSON.stringify(slack.slack.homes.viewOf(personId) ?? {});
}

function publications(slack: SlackBench) {
  return slack.slack.calls.filter(({ method }) => method === 'views.publish');
}

describe('Slack: the Home tab', () => {
  test('who opens it is heard with their direct message, each time anew, and once per delivery', async () => {
    const slack = await scene.start();
    const first = await opened(slack);
    expect(first.user).toEqual(slackUser('rita'));
    expect(first.conversation).toMatchObject({ kind: 'direct', address: { channel: 'D0RITA', user: 'U0RITA' } });
    const second = await opened(slack);
    expect(second.id).not.toBe(first.id);
    await slack.slack.redeliver(second.id, { num: 1, reason: 'http_timeout' });
    expect(scene.events.map(({ id }) => id)).toEqual([first.id, second.id, second.id]);
  });

  test('the Messages tab of the app, opened with the same event, is none', async () => {
    const slack = await scene.start();
    const { request } = await slack.slack.homes.open('rita', 'messages');
    expect(request.status).toBe(200);
    expect(scene.events).toEqual([]);
  });

  test('is published for one person, again in place of what stood there', async () => {
    const slack = await scene.start();
    await publish(slack, textMessage('first'));
    await publish(slack, textMessage('second'));
    expect(shownTo(slack, 'rita')).toContain('second');
    expect(shownTo(slack, 'rita')).not.toContain('first');
    expect(slack.slack.homes.viewOf('carl')).toBeUndefined();
    expect(slack.shownTo('rita')).toEqual([]);
    expect(slack.slack.warnings).toEqual([]);
  });

  test('a press there has no message, its choices, and is answered in the direct message', async () => {
    const slack = await scene.start();
    await publish(slack, MENU);
    await slack.slack.homes.select('rita', { actionId: 'pick:connection' }, 'crm');
    const event = await pressedGo(slack);
    expect(event).toMatchObject({
      inHome: true,
      token: 'token-of-go',
      values: { connection: 'crm' },
      user: slackUser('rita'),
      conversation: { kind: 'direct', address: { channel: 'D0RITA' } },
    });
    expect(event.values).not.toHaveProperty('command');
    expect(event).not.toHaveProperty('message');
    await slack.adapter.post(event.conversation, textMessage('done'));
    expect(slack.shownTo('rita')).toMatchObject([{ where: 'direct', text: 'done' }]);
  });

  test('a press there opens a form, whose answer goes to the direct message', async () => {
    const slack = await scene.start({
      handler: async (event) => {
        if (event.kind !== 'action') return;
        await event.openForm?.({
          token: 'form-token',
          title: 'Deal',
          submitLabel: 'Create',
          fields: [{ kind: 'text', name: 'account', label: 'Account', optional: false }],
        });
      },
    });
    await publish(slack, MENU);
    await pressedGo(slack);
    await slack.personSubmits('rita', { account: 'Acme' });
    expect(scene.events.at(-1)).toMatchObject({
      kind: 'form',
      token: 'form-token',
      values: { account: 'Acme' },
      conversation: { kind: 'direct', address: { channel: 'D0RITA' } },
    });
  });

  test('choices in its menus are acknowledged, and nobody hears of them', async () => {
    const slack = await scene.start();
    await publish(slack, MENU);
    const request = await slack.slack.homes.select('rita', { actionId: 'pick:command' }, 'create deal');
    expect(request.status).toBe(200);
    expect(scene.events.map(({ kind }) => kind)).toEqual(['home']);
  });

  test('a view of another app, or one without our name, is no place of ours', async () => {
    const slack = await scene.start();
    await publish(slack, MENU);
    await pressedGo(slack);
    const genuine = slack.slack.requests.findLast(({ kind }) => kind === 'interaction')?.body ?? '';
    const payload = JSON.parse(new URLSearchParams(genuine).get('payload') ?? '{}');
    const foreign = [
      { ...payload, view: { ...payload.view, callback_id: 'theirs' } },
      { ...payload, view: { ...payload.view, type: 'modal' } },
    ];
    for (const body of foreign.map((one) => new URLSearchParams({ payload: JSON.stringify(one) }).toString())) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded', ...slack.slack.sign(body) };
      expect((await slack.slack.sendRaw(body, headers)).status).toBe(200);
    }
    expect(scene.events.filter(({ kind }) => kind === 'action')).toHaveLength(1);
  });

  test('a press whose view does not name the direct message is answered to the person', async () => {
    const slack = await scene.start();
    await publish(slack, MENU);
    await pressedGo(slack);
    const genuine = slack.slack.requests.findLast(({ kind }) => kind === 'interaction')?.body ?? '';
    const payload = JSON.parse(new URLSearchParams(genuine).get('payload') ?? '{}');
    const bare = { ...payload, trigger_id: undefined, view: { ...payload.view, private_metadata: '' } };
    const body = new URLSearchParams({ payload: JSON.stringify(bare) }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded', ...slack.slack.sign(body) };
    await slack.slack.sendRaw(body, headers);
    const event = scene.events.at(-1);
    if (event?.kind !== 'action') throw new Error('no press was heard');
    expect(event.id).toMatch(/^V0VIEW1\/.+\/button:1$/);
    await slack.adapter.post(event.conversation, textMessage('done'));
    expect(slack.shownTo('rita')).toMatchObject([{ where: 'direct', text: 'done' }]);
  });

  test('content that is longer than Slack takes is cut, with its buttons, and says so', async () => {
    const slack = await scene.start();
    const lines = Array.from({ length: 300 }, (_, index) => `${index} ${'x'.repeat(200)}`);
    const blocks: Message['blocks'] = lines.flatMap((text) => [
      { kind: 'text' as const, text: [{ text }] },
      { kind: 'divider' as const },
    ]);
    await publish(slack, { fallback: '', blocks: [...blocks, ...BUTTONS.blocks] });
    const view = slack.slack.homes.viewOf('rita');
    expect(view?.['blocks']).toHaveLength(100);
    expect(shownTo(slack, 'rita')).toContain('token-of-go');
    expect(shownTo(slack, 'rita')).toContain('the rest is left out here');
  });

  test('tables are drawn as text: Slack takes none there', async () => {
    const slack = await scene.start();
    const table = { kind: 'table' as const, columns: [{ title: 'Name' }], rows: [['Acme']], more: 0 };
    await publish(slack, { fallback: '', blocks: [table] });
    expect(shownTo(slack, 'rita')).toContain('Acme');
    expect(publications(slack).every(({ ok }) => ok)).toBe(true);
  });

  test('a rate limit is waited for, and what Slack refuses is a failure with its code', async () => {
    const { clock, pauses } = movableClock();
    const slack = await scene.start({ clock });
    const { conversation, user } = await opened(slack);
    slack.slack.troubleApi({ kind: 'rate_limit', retryAfterSeconds: 7 }, { method: 'views.publish' });
    await slack.adapter.home?.publish(conversation, user, textMessage('after all'));
    expect(pauses).toEqual([7000]);
    slack.slack.troubleApi({ kind: 'error', error: 'not_enabled' }, { method: 'views.publish' });
    const failure = await failureOf(slack.adapter.home?.publish(conversation, user, textMessage('lost')) ?? sure());
    expect(isBehalfError(failure, 'chat.delivery_failed') && failure.details['slackError']).toBe('not_enabled');
  });
});

describe('Slack: who is no member and opens the Home tab', () => {
  const refused = async (options: SlackBenchOptions): Promise<string> => {
    const slack = await scene.start(options);
    await slack.slack.homes.open('rita');
    await slack.adapter.stop();
    expect(scene.events).toEqual([]);
    expect(slack.shownTo('rita')).toEqual([]);
    return shownTo(slack, 'rita');
  };

  test('a guest reads there why nothing is there, and gets no message', async () => {
    const view = await refused({ prepare: (slack) => slack.changeProfile('rita', { restricted: true }) });
    expect(view).toContain('guest accounts');
  });

  test('somebody of another organisation does too', async () => {
    const view = await refused({
      prepare: (slack) => slack.changeProfile('rita', { stranger: true, teamId: 'T0FAR' }),
    });
    expect(view).toContain('members of the workspace');
  });

  test('a guest whom a recipe lets in is heard as one', async () => {
    const slack = await scene.start({
      admits: () => true,
      prepare: (emulator) => emulator.changeProfile('rita', { restricted: true }),
    });
    expect(await opened(slack)).toMatchObject({ person: 'guest' });
  });
});

describe('Slack: the Home tab in workspaces of an organisation', () => {
  const ORG = { id: 'E0ORG', name: 'Big Org' };
  let bench: InstalledBench | undefined;

  afterEach(async () => {
    await bench?.stop();
    bench = undefined;
  });

  function openedIn(team: string, options: { readonly isForAll: boolean }) {
    const event = { type: 'app_home_opened', user: 'U0ANN', channel: `D-${team}`, tab: 'home', event_ts: '1.2' };
    const installed = options.isForAll ? null : team;
    const authorizations = [
      { enterprise_id: ORG.id, team_id: installed, user_id: 'U0B', is_bot: true, is_enterprise_install: !installed },
    ];
    return { type: 'event_callback', event_id: `Ev-${team}`, team_id: team, event, authorizations };
  }

  test.each([
    ['installed in one of them', { id: 'T0ONE', name: 'One', enterprise: ORG }, { isForAll: false }],
    ['installed for all of them', { ...ORG, isOrganisation: true }, { isForAll: true }],
  ])(
    'belongs to the person of the organisation, and is published with the token of the app %s',
    async (_, place, how) => {
      bench = await startInstalledBench();
      const { adapter, events, install, send, world } = bench;
      await install(place);
      expect(await send(openedIn('T0ONE', how))).toBe(200);
      const event = events.at(-1);
      if (event?.kind !== 'home') throw new Error('nobody heard that it was opened');
      expect(event.user).toEqual({ platform: 'slack', tenantId: ORG.id, userId: 'U0ANN' });
      await adapter.home?.publish(event.conversation, event.user, textMessage('hello'));
      const published = world.calls.findLast(({ method }) => method === 'views.publish');
      expect(published).toMatchObject({ token: world.tokenOf(place.id), args: { user_id: 'U0ANN' } });
      const view = { type: 'home', callback_id: 'behalf:home', private_metadata: '{"channel":"D-T0ONE"}' };
      const payload = {
        type: 'block_actions',
        trigger_id: '1.2.x',
        user: { id: 'U0ANN', team_id: 'T0ONE' },
        team: null,
        enterprise: ORG,
        is_enterprise_install: how.isForAll,
        container: { type: 'view', view_id: 'V1' },
        view: { ...view, app_installed_team_id: place.id, state: { values: {} } },
        actions: [{ type: 'button', action_id: 'button:1', block_id: 'b', value: 'token', action_ts: '1.3' }],
      };
      const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
      const headers = world.sign(body, 'application/x-www-form-urlencoded');
      await fetch(`${bench.origin}/slack/events`, { method: 'POST', body, headers });
      expect(events.at(-1)).toMatchObject({
        kind: 'action',
        inHome: true,
        user: { tenantId: ORG.id, userId: 'U0ANN' },
        conversation: { address: { workspace: place.id, channel: 'D-T0ONE' } },
      });
    },
  );
});

function sure(): never {
  throw new Error('the adapter has no home');
}
