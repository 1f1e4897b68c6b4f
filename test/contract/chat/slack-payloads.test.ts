import { parseInlineParameters } from '../../../src/recipes/parameters.js';
import { directMessage, type InstalledBench, startInstalledBench } from './slack-installed.js';

const ACME = { id: 'T0ACME', name: 'Acme' };
const PARTNER = { id: 'T0PARTNER', name: 'Partner' };
const ORG = { id: 'E0ORG', name: 'Big Org' };
const GRID = { id: 'T0ONE', name: 'Grid One', enterprise: ORG };
const BOT = 'U0BOTT0ACME';

let bench: InstalledBench;

async function start(...options: Parameters<typeof startInstalledBench>): Promise<void> {
  bench = await startInstalledBench(...options);
  await bench.install(ACME);
}

afterEach(() => bench.stop());

/** Slack's envelope around an event, for the workspace Acme. */
async function deliver(
  event: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
): Promise<number> {
  const whole = { user: 'U0ANN', ts: '1795000001.000100', event_ts: '1795000001.000100', team: ACME.id, ...event };
  const authorizations = [{ enterprise_id: null, team_id: ACME.id, user_id: BOT, is_bot: true }];
  const body = { token: 'v', team_id: ACME.id, api_app_id: 'A0APP', is_ext_shared_channel: false, authorizations };
  return bench.send(directMessage({ ...body, event: whole, ...more }));
}

async function deliverForm(fields: Readonly<Record<string, string>>): Promise<number> {
  const body = new URLSearchParams(fields).toString();
  const headers = bench.world.sign(body, 'application/x-www-form-urlencoded');
  return (await fetch(`${bench.origin}/slack/events`, { method: 'POST', body, headers })).status;
}

const COMMAND = {
  token: 'v',
  team_domain: 'acme',
  channel_name: 'sales',
  user_name: 'ann',
  command: '/behalf',
  api_app_id: 'A0APP',
  response_url: 'https://hooks.slack.com/commands/T0ACME/1/x',
  trigger_id: '13345224609.738474920.8088930838d88f008e0',
};

describe('what Slack delivers', () => {
  test('from a phone, whose keyboard makes quotes and spaces of its own, reads as it was meant', async () => {
    await start();
    const text = 'create opportunity account:\u00a0“Müller &amp; Söhne” site: <http://acme.com|acme.com>\u200b';
    const elements = [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'create opportunity …' }] }];
    const blocks = [{ type: 'rich_text', block_id: 'hY7', elements }];
    await deliver({ type: 'message', channel: 'D0ANN', channel_type: 'im', client_msg_id: 'A1B2', text, blocks });
    const [event] = bench.events;
    if (event?.kind !== 'text') throw new Error('nothing was heard');
    expect(event.text).toBe('create opportunity account: “Müller & Söhne” site: acme.com');
    expect(parseInlineParameters(event.text, [{ name: 'account' }, { name: 'site' }]).values).toEqual({
      account: 'Müller & Söhne',
      site: 'acme.com',
    });
  });

  test('with emoji has them as characters, and those of the workspace alone by name', async () => {
    await start();
    const text = 'log note text: :tada: Deal at 10:30:45 :+1::skin-tone-3: :acme-logo: :rocket:';
    const emoji = (name: string, more = {}) => ({ type: 'emoji', name, ...more });
    const section = [
      emoji('tada', { unicode: '1f389' }),
      emoji('+1', { unicode: '1f44d-1f3fc', skin_tone: 3 }),
      emoji('acme-logo'),
      emoji('rocket', { unicode: 'ffffff' }),
    ];
    const blocks = [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements: section }] }];
    await deliver({ type: 'message', channel: 'D0ANN', channel_type: 'im', text, blocks });
    expect(bench.events[0]).toMatchObject({ text: 'log note text: 🎉 Deal at 10:30:45 👍🏼 :acme-logo: :rocket:' });
  });

  const styledAs = (...elements: readonly object[]) => [
    { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] },
  ];

  test('has an emoji only where somebody has put one, each with its own tone', async () => {
    await start();
    const emoji = (name: string, unicode: string) => ({ type: 'emoji', name, unicode });
    const blocks = styledAs(
      emoji('tada', '1f389'),
      emoji('wave', '1f44b'),
      emoji('wave', '1f44b-1f3fc'),
      emoji('man-technologist', '1f468-1f3fd-200d-1f4bb'),
      emoji('100', '1f4af'),
    );
    const text =
      'log note text: 10:30:tada: `:tada:` <https://a.example/:100:/> :wave: :wave::skin-tone-3: :man-technologist::skin-tone-4: :100:';
    await deliver({ type: 'message', channel: 'D0ANN', channel_type: 'im', text, blocks });
    expect(bench.events[0]).toMatchObject({
      text: 'log note text: 10:30🎉 `:tada:` https://a.example/:100:/ 👋 👋🏼 👨🏽‍💻 💯',
    });
  });

  test.each([
    ['`help`', 'help'],
    ['```help```', 'help'],
    ['`personal_connections`', 'personal_connections'],
    ['_personal_connections_ *', 'personal_connections *'],
    ['__init__', '__init__'],
    [`<@${BOT}> \`create opportunity\` account: *Acme*`, 'create opportunity account: *Acme*'],
    ['*help* _create_', 'help _create_'],
    ['`a` b` c', 'a b` c'],
    ['*', '*'],
    ['* one', '* one'],
    ['`help`s', '`help`s'],
  ])('%s, as it may come where a command was copied from a message with its style, reads %s', async (text, heard) => {
    await start();
    await deliver({ type: 'message', channel: 'D0ANN', channel_type: 'im', text });
    expect(bench.events[0]).toMatchObject({ text: heard });
  });

  test('whose words only look like styled ones, as a pattern that was pasted, is heard as it was typed', async () => {
    await start();
    const text = '*.log*';
    const blocks = styledAs({ type: 'text', text });
    await deliver({ type: 'message', channel: 'D0ANN', channel_type: 'im', text, blocks });
    expect(bench.events[0]).toMatchObject({ text });
  });

  test('that begins with styled words is heard without the signs of their style', async () => {
    await start();
    const blocks = styledAs(
      { type: 'user', user_id: BOT },
      { type: 'text', text: ' ' },
      { type: 'text', text: 'help', style: { code: true } },
    );
    await deliver({ type: 'app_mention', channel: 'C0SALES', text: `<@${BOT}> \`help\``, blocks });
    expect(bench.events[0]).toMatchObject({ text: 'help' });
  });

  test('from a phone with a file and a word comes with both', async () => {
    await start();
    const files = [
      {
        id: 'F0IMG',
        name: 'IMG_0042.HEIC',
        mimetype: 'image/heic',
        size: 7,
        mode: 'hosted',
        url_private_download: 'https://files.slack.com/files-pri/T0-F0/download/img',
      },
    ];
    const event = {
      type: 'message',
      subtype: 'file_share',
      channel: 'D0ANN',
      channel_type: 'im',
      text: 'store it',
      files,
    };
    await deliver(event);
    expect(bench.events).toMatchObject([{ kind: 'text', text: 'store it', files: [{ name: 'IMG_0042.HEIC' }] }]);
  });

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['a public channel', { channel: 'C0SALES', channel_type: 'channel' }],
    ['a private channel', { channel: 'G0DEALS', channel_type: 'group' }],
    ['a group direct message', { channel: 'G0MPIM', channel_type: 'mpim' }],
  ])('from %s is heard where the bot is mentioned, and answered there', async (_where, place) => {
    await start();
    await deliver({ type: 'app_mention', text: `Hey <@${BOT}> help`, thread_ts: '1795000000.000100', ...place });
    expect(bench.events).toMatchObject([
      {
        kind: 'text',
        text: 'Hey help',
        conversation: { kind: 'channel', address: { channel: place['channel'], threadTs: '1795000000.000100' } },
      },
    ]);
  });

  test('from a workspace of an organisation is of the organisation, and answered in the workspace', async () => {
    await start();
    await bench.install(GRID);
    const authorizations = [
      { enterprise_id: ORG.id, team_id: GRID.id, user_id: 'U0BOTT0ONE', is_bot: true, is_enterprise_install: false },
    ];
    const more = { team_id: GRID.id, enterprise_id: ORG.id, context_enterprise_id: ORG.id, authorizations };
    const event = { type: 'message', channel: 'D0ANN', channel_type: 'im', text: 'help', team: GRID.id };
    await deliver({ ...event, user: 'W0ANN', user_team: ORG.id, source_team: GRID.id }, more);
    expect(bench.events).toMatchObject([
      { user: { tenantId: ORG.id, userId: 'W0ANN' }, conversation: { address: { workspace: GRID.id } } },
    ]);
  });

  test('of a slash command in an organisation is of the organisation too', async () => {
    await start();
    await bench.install(GRID);
    const place = {
      team_id: GRID.id,
      enterprise_id: ORG.id,
      enterprise_name: ORG.name,
      is_enterprise_install: 'false',
    };
    await deliverForm({
      ...COMMAND,
      ...place,
      user_id: 'W0ANN',
      channel_id: 'C0SALES',
      text: 'pipeline account: Acme',
    });
    expect(bench.events).toMatchObject([{ kind: 'text', text: 'pipeline account: Acme', user: { tenantId: ORG.id } }]);
  });

  test('of a slash command of a recipe is the value as it was typed, and of our own the command', async () => {
    await start();
    for (const command of ['/case', '/behalf'])
      await deliverForm({
        ...COMMAND,
        command,
        trigger_id: command,
        team_id: ACME.id,
        user_id: 'U0ANN',
        channel_id: 'C0SALES',
        text: '*help* now',
      });
    expect(bench.events).toMatchObject([
      { kind: 'slash-command', text: '*help* now' },
      { kind: 'text', text: 'help now' },
    ]);
  });

  test('from a direct message with somebody of another organisation is a stranger’s', async () => {
    await start({ admits: (outsider) => outsider === 'external' });
    const event = { type: 'message', channel: 'D0SHARED', channel_type: 'im', text: 'help', user: 'U0EVE' };
    const foreign = { team: PARTNER.id, user_team: PARTNER.id, source_team: PARTNER.id };
    await deliver({ ...event, ...foreign }, { is_ext_shared_channel: true, context_team_id: ACME.id });
    expect(bench.events).toMatchObject([{ user: { tenantId: PARTNER.id }, person: 'external', hostTenantId: ACME.id }]);
  });

  test.each([
    ['a guest of several channels', { is_restricted: true, is_ultra_restricted: false }],
    ['a guest of one channel', { is_restricted: true, is_ultra_restricted: true }],
  ])('from %s is a guest’s, in messages and commands', async (_who, user) => {
    await start({ admits: (outsider) => outsider === 'guest' });
    bench.world.setUser('U0ANN', user);
    await deliver({ type: 'app_mention', channel: 'C0SALES', text: `<@${BOT}> help` });
    await deliverForm({ ...COMMAND, team_id: ACME.id, user_id: 'U0ANN', channel_id: 'C0SALES', text: 'help' });
    expect(bench.events.map(({ person }) => person)).toEqual(['guest', 'guest']);
  });

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['an edited message', { subtype: 'message_changed', message: { text: 'help' }, previous_message: { text: 'x' } }],
    ['a deleted message', { subtype: 'message_deleted', deleted_ts: '1795000000.000100' }],
    ['what another bot says', { subtype: 'bot_message', bot_id: 'B0OTHER', text: 'help' }],
    ['what the bot itself says', { bot_id: 'B0BEHALF', app_id: 'A0APP', user: BOT, text: 'help' }],
    ['somebody who joins', { subtype: 'channel_join', text: '<@U0ANN> has joined the channel' }],
    ['a new name of the channel', { subtype: 'channel_name', old_name: 'a', name: 'b', text: 'renamed' }],
    ['a huddle', { subtype: 'huddle_thread', text: 'A huddle started', room: { id: 'R0' } }],
    ['a reminder', { subtype: 'reminder_add', text: 'set up a reminder' }],
    ['the trace of a removed message', { subtype: 'tombstone', text: 'This message was deleted.' }],
  ])('of %s runs nothing', async (_what, change) => {
    await start();
    expect(await deliver({ type: 'message', channel: 'D0ANN', channel_type: 'im', text: 'help', ...change })).toBe(200);
    expect(bench.events).toEqual([]);
  });
});
