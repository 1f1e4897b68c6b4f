import { SLACK_TEAM_ID } from '../../../playground/people.js';
import { SALES_CHANNEL } from '../../../playground/slack/workspace.js';
import type { ShortcutEvent, SlashCommandEvent } from '../../../src/chat/chat-event.js';
import type { Form } from '../../../src/chat/form.js';
import { textMessage } from '../../../src/chat/message.js';
import { eventually } from './chat-driver.js';
import { type SlackBench, slackUser } from './slack-driver.js';
import { failureOf, Scene } from './slack-scene.js';

type Json = Readonly<Record<string, unknown>>;

const FORM: Form = {
  token: 'token-of-the-form',
  title: 'Create case',
  submitLabel: 'Submit',
  fields: [{ kind: 'text', name: 'subject', label: 'Which subject?', optional: false }],
};

const scene = new Scene();

afterEach(() => scene.end());

function chosen(): ShortcutEvent {
  const event = scene.events.at(-1);
  if (event?.kind !== 'shortcut') throw new Error('no shortcut was heard');
  return event;
}

function typed(): SlashCommandEvent {
  const event = scene.events.at(-1);
  if (event?.kind !== 'slash-command') throw new Error('no slash command was heard');
  return event;
}

/** Sends a shortcut as Slack does, with a message of our own making. */
async function sendChosen(slack: SlackBench, change: Json, callback = 'message:case') {
  const payload = {
    type: 'message_action',
    callback_id: callback,
    trigger_id: `13345224609.738474920.${Math.random()}`,
    team: { id: SLACK_TEAM_ID, domain: 'acme' },
    user: { id: slackUser('rita').userId, team_id: SLACK_TEAM_ID, name: 'rita' },
    channel: { id: SALES_CHANNEL, name: 'sales' },
    message: { type: 'message', user: 'U0CARL', ts: '1700000000.000100', text: 'hello' },
    ...change,
  };
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded', ...slack.slack.sign(body) };
  return slack.slack.sendRaw(body, headers);
}

const message = (change: Json) => ({
  message: { type: 'message', user: 'U0CARL', ts: '1700000000.000100', ...change },
});

describe('Slack: a shortcut that is chosen anywhere', () => {
  test('is heard with its id, in the direct message, and answered there', async () => {
    const slack = await scene.start();
    const request = await slack.slack.shortcut('rita', 'global:case');
    expect(request).toMatchObject({ status: 200, responseBody: '' });
    const event = chosen();
    expect(event).toMatchObject({ shortcut: 'global:case', user: slackUser('rita'), conversation: { kind: 'direct' } });
    expect(event).not.toHaveProperty('message');
    expect(event.id).not.toBe('');
    const said = await slack.adapter.post(event.conversation, textMessage('here'));
    await slack.adapter.postPrivately(event.conversation, event.user, textMessage('psst'));
    expect(slack.shownTo('rita').map(({ text, where }) => [text, where])).toEqual([
      ['here', 'direct'],
      ['psst', 'direct'],
    ]);
    await slack.adapter.update(said, textMessage('changed'));
    expect(slack.shownTo('rita')[0]?.text).toBe('changed');
    expect(slack.shownTo('carl')).toEqual([]);
  });

  test('opens a form at once, which comes back in the direct message', async () => {
    const slack = await scene.start({
      handler: async (event) => {
        if (event.kind === 'shortcut') await event.openForm?.(FORM);
      },
    });
    await slack.slack.shortcut('rita', 'global:case');
    expect(slack.formShownTo('rita')?.title).toBe('Create case');
    await slack.personSubmits('rita', { subject: 'Printer' });
    const event = scene.events.at(-1);
    expect(event).toMatchObject({ kind: 'form', token: FORM.token, values: { subject: 'Printer' } });
    expect(event?.conversation.kind).toBe('direct');
  });

  test.each([
    ['a guest', { restricted: true }, 'guest accounts'],
    ['somebody of another organisation', { teamId: 'T0OTHER', stranger: true }, 'members of the workspace'],
  ])('%s is told that it is not for them, and nothing else happens', async (_who, profile, words) => {
    const slack = await scene.start();
    slack.slack.changeProfile('carl', profile);
    expect((await slack.slack.shortcut('carl', 'global:case')).status).toBe(200);
    await eventually(() => slack.shownTo('carl').find(({ text }) => text.includes(words)));
    expect(scene.events).toEqual([]);
  });
});

describe('Slack: a shortcut that is chosen on a message', () => {
  test('is heard with the text, the author and the address of the message, and answered for the person alone', async () => {
    const slack = await scene.start();
    const { messageId } = await slack.slack.say('carl', 'The printer <burns> & smokes', { channel: SALES_CHANNEL });
    await slack.slack.shortcut('rita', 'message:case', messageId);
    const { conversation, message: found, user } = chosen();
    expect(found).toEqual({
      text: 'The printer <burns> & smokes',
      author: { name: 'Carl Colleague', userId: slackUser('carl').userId },
      link: `https://acme.slack.com/archives/${SALES_CHANNEL}/p${messageId.replace('.', '')}`,
    });
    expect(conversation).toMatchObject({ kind: 'channel', unseen: true });
    expect(slack.adapter.channelOf(conversation)).toBe(SALES_CHANNEL);
    await slack.adapter.postPrivately(conversation, user, textMessage('psst'));
    expect(slack.shownTo('rita')).toMatchObject([{ where: 'channel', text: 'psst' }]);
    expect(slack.shownTo('carl')).toEqual([]);
  });

  test('is answered in its thread, or below the message where that is asked for', async () => {
    const slack = await scene.start();
    const root = await slack.slack.say('carl', 'root', { channel: SALES_CHANNEL });
    const reply = await slack.slack.say('carl', 'reply', { channel: SALES_CHANNEL, threadTs: root.messageId });
    await slack.slack.shortcut('rita', 'message:case', reply.messageId);
    const inThread = chosen();
    expect(inThread.message?.link).toContain(`?thread_ts=${root.messageId}&cid=${SALES_CHANNEL}`);
    await slack.adapter.postPrivately(inThread.conversation, inThread.user, textMessage('psst'));
    await slack.slack.shortcut('rita', 'message:case', root.messageId);
    await slack.adapter.post(chosen().conversation, textMessage('below'), { thread: true });
    const calls = slack.slack.calls.filter(({ method }) => method.startsWith('chat.'));
    expect(calls.map(({ args }) => args['thread_ts'])).toEqual([root.messageId, root.messageId]);
  });

  test.each(['channel', 'direct message'])(
    'is answered in the own direct message where the bot is not in the %s',
    async (where) => {
      const slack = await scene.start();
      if (where === 'channel') slack.slack.setMember(SALES_CHANNEL, 'bot', false);
      await sendChosen(slack, where === 'channel' ? {} : { channel: { id: 'D0OTHERS', name: 'directmessage' } });
      const { conversation, user } = chosen();
      await slack.adapter.postPrivately(conversation, user, textMessage('psst'));
      expect(slack.shownTo('rita')).toMatchObject([{ where: 'direct', text: 'psst' }]);
    },
  );

  test('on a message that takes no replies is answered in the direct message', async () => {
    const slack = await scene.start();
    await sendChosen(slack, message({ subtype: 'channel_join', text: '<@U0CARL> has joined', thread_ts: '1.1' }));
    slack.slack.troubleApi({ kind: 'error', error: 'cannot_reply_to_message' }, { method: 'chat.postEphemeral' });
    const { conversation, user } = chosen();
    await slack.adapter.postPrivately(conversation, user, textMessage('psst'));
    expect(slack.shownTo('rita')).toMatchObject([{ where: 'direct', text: 'psst' }]);
  });

  test('reads people, links and odd spaces as they read in Slack', async () => {
    const slack = await scene.start();
    const text =
      '<@U0RITA> and <@U0NOBODY> in <#C1|sales>:\u00a0see <https://acme.example/a?b=1&amp;c=2|the page> or <https://acme.example|acme.example>, &lt;soon&gt; <!here>';
    await sendChosen(slack, message({ text }));
    expect(chosen().message?.text).toBe(
      '@Rita Rep and @Somebody in #sales: see the page (https://acme.example/a?b=1&c=2) or acme.example, <soon> @here',
    );
    expect(chosen().message?.mentions?.[0]).toEqual({ text: '@Rita Rep', userId: 'U0RITA' });
  });

  test('finds the words of a message that has only blocks or attachments', async () => {
    const slack = await scene.start();
    const section = (elements: readonly Json[]) => ({ type: 'rich_text_section', elements });
    const written = {
      type: 'rich_text',
      elements: [
        section([
          { type: 'text', text: 'Printer & ' },
          { type: 'link', url: 'https://acme.example', text: 'page' },
          { type: 'emoji', name: 'fire' },
        ]),
        {
          type: 'rich_text_list',
          elements: [section([{ type: 'text', text: 'one' }]), section([{ type: 'user', user_id: 'U0RITA' }])],
        },
        { type: 'rich_text_quote', elements: [{ type: 'text', text: 'quoted' }] },
      ],
    };
    await sendChosen(slack, message({ text: '', blocks: [written] }));
    expect(chosen().message?.text).toBe('Printer & page (https://acme.example):fire:\none\n@Rita Rep\nquoted');
    const fields = [{ type: 'mrkdwn', text: '*State* &amp; more' }];
    const blocks = [
      { type: 'header', text: { type: 'plain_text', text: 'Alert <1>' } },
      { type: 'section', fields },
    ];
    await sendChosen(slack, message({ text: '', blocks, bot_id: 'B1', user: 'U0OTHERBOT', username: 'Monitor' }));
    expect(chosen().message).toMatchObject({ text: 'Alert <1>\n*State* & more', author: { name: 'Monitor' } });
    expect(chosen().message?.author).not.toHaveProperty('userId');
    await sendChosen(
      slack,
      message({ text: '', attachments: [{ title: 'Down', text: 'since 10:00', fallback: 'x' }] }),
    );
    expect(chosen().message?.text).toBe('Down\nsince 10:00');
  });

  test('brings the files of the message along', async () => {
    const slack = await scene.start();
    const file = { name: 'plan.pdf', mimeType: 'application/pdf', content: Buffer.from('x') };
    const { messageId } = await slack.slack.say('carl', 'see there', { channel: SALES_CHANNEL, files: [file] });
    await slack.slack.shortcut('rita', 'message:case', messageId);
    expect(chosen().message?.files).toMatchObject([{ name: 'plan.pdf', mimeType: 'application/pdf' }]);
  });

  test('is heard twice with one id where Slack sends it twice', async () => {
    const slack = await scene.start();
    await slack.slack.shortcut('rita', 'global:case');
    const { body = '', headers = {} } = slack.slack.requests.at(-1) ?? {};
    expect((await slack.slack.sendRaw(body, headers)).status).toBe(200);
    const ids = scene.events.map(({ id }) => id);
    expect(ids).toEqual([ids[0], ids[0]]);
  });

  test('is refused where it is forged, or lacks what every shortcut has', async () => {
    const slack = await scene.start();
    const body = new URLSearchParams({ payload: JSON.stringify({ type: 'shortcut', callback_id: 'global:case' }) });
    const forged = { 'content-type': 'application/x-www-form-urlencoded', ...slack.slack.sign('another body') };
    expect((await slack.slack.sendRaw(body.toString(), forged)).status).toBe(401);
    expect((await sendChosen(slack, { user: null })).status).toBe(400);
    expect((await sendChosen(slack, { callback_id: '' })).status).toBe(400);
    expect((await sendChosen(slack, { channel: null })).status).toBe(400);
    expect(scene.events).toEqual([]);
  });
});

describe('Slack: the slash command of a recipe', () => {
  test('is heard with its name and what stands behind it, and opens a form at once', async () => {
    const slack = await scene.start({
      handler: async (event) => {
        if (event.kind === 'slash-command') await event.openForm?.(FORM);
      },
    });
    const request = await slack.slack.command('rita', '/case', ' Printer  burns', { channel: SALES_CHANNEL });
    expect(request).toMatchObject({ status: 200, responseBody: '' });
    expect(typed()).toMatchObject({ command: '/case', text: 'Printer  burns', conversation: { unseen: true } });
    expect(slack.formShownTo('rita')?.title).toBe('Create case');
  });

  test('is not taken for the bot’s own, whose text may be any command, under whatever name that has', async () => {
    const slack = await scene.start();
    for (const command of ['/behalf', '/behalf-staging', '/behalfish', '/case'])
      await slack.slack.command('rita', command, 'help', {});
    expect(scene.events.map(({ kind }) => kind)).toEqual(['text', 'text', 'slash-command', 'slash-command']);
  });

  test('opens no form when Slack takes none any more', async () => {
    const slack = await scene.start();
    await slack.slack.command('rita', '/case', '', {});
    slack.slack.troubleApi({ kind: 'error', error: 'expired_trigger_id' }, { method: 'views.open' });
    const failure = await failureOf(typed().openForm?.(FORM) ?? Promise.resolve());
    expect(failure).toMatchObject({ code: 'chat.delivery_failed' });
  });
});
