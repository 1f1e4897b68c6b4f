import type { ActionEvent, ChatEvent, ChatEventHandler, FormEvent, TextEvent } from '../../../src/chat/chat-event.js';
import type { ConversationRef } from '../../../src/chat/conversation.js';
import type { Form } from '../../../src/chat/form.js';
import { type Message, textMessage } from '../../../src/chat/message.js';
import { PatientChats } from '../../../src/commands/patient-chats.js';
import type { Clock } from '../../../src/kernel/clock.port.js';
import { isBehalfError } from '../../../src/kernel/errors.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { type ChatBench, type ChatDriver, eventually, type ShownMessage, type Where } from './chat-driver.js';

export { type ChatBench, type ChatDriver, eventually, type ShownMessage };

const SAMPLE: Message = {
  fallback: 'A sample',
  blocks: [
    { kind: 'heading', text: 'Your opportunity' },
    { kind: 'text', text: [{ text: 'Created ' }, { text: 'Acme', style: 'bold' }, { text: ' today' }] },
    { kind: 'fields', fields: [{ label: 'Amount', value: '5000' }] },
    { kind: 'divider' },
    { kind: 'picklist', id: 'app', label: 'App', options: ['CRM', 'Files'].map((label) => ({ label, value: label })) },
    {
      kind: 'buttons',
      buttons: [
        { kind: 'action', label: 'Close it', token: 'token-of-close' },
        { kind: 'action', label: 'Delete', token: 'token-of-delete', style: 'danger' },
        { kind: 'link', label: 'Open', url: 'https://crm.example.com/1' },
        { kind: 'login', label: 'Login', url: 'https://behalf.example.com/login/abc', token: 'token-of-login' },
      ],
    },
    { kind: 'image', url: 'https://crm.example.com/pie.png', alt: 'A pie of the quarter' },
    {
      kind: 'table',
      columns: [{ title: 'Name' }, { title: 'Stage', align: 'right' }],
      rows: [
        ['Acme', 'won'],
        ['Initech', 'lost'],
      ],
      more: 3,
    },
    { kind: 'note', text: [{ text: 'Only you see this' }] },
  ],
};

const FORM_BUTTON: Message = {
  fallback: 'Fill it in',
  blocks: [
    { kind: 'text', text: [{ text: 'Fill it in' }] },
    { kind: 'buttons', buttons: [{ kind: 'action', label: 'Form', token: 'token-of-open', opensForm: true }] },
  ],
};

const FORM: Form = {
  token: 'token-of-form',
  title: 'A title that is longer than Slack takes for a modal',
  submitLabel: 'Send',
  fields: [
    { name: 'account', label: 'Account', kind: 'text', hint: 'As in the CRM', optional: false, initial: 'Initech' },
    { name: 'notes', label: 'Notes', kind: 'multiline', optional: true },
    { name: 'amount', label: 'Amount', kind: 'number', optional: false, initial: '12.5' },
    { name: 'urgent', label: 'Urgent', kind: 'boolean', optional: false, initial: true },
    { name: 'due', label: 'Due', kind: 'date', optional: true, initial: '2026-12-24' },
    { name: 'at', label: 'At', kind: 'time', optional: true, initial: '14:30' },
    { name: 'owner', label: 'Owner', kind: 'user', optional: true },
    {
      name: 'stage',
      label: 'Stage',
      kind: 'select',
      optional: false,
      options: ['New', 'Won'].map((label) => ({ label, value: label.toLowerCase() })),
      initial: { label: 'New', value: 'new' },
    },
    { name: 'deal', label: 'Deal', kind: 'select', optional: true },
  ],
};

/** What data looks like when somebody tries to have it act as markup, on either platform. */
const MARKUP_AS_DATA = 'x *b* _i_ `c` <!channel> <@U1> & <at>all</at> [l](https://evil.example) :tada: <b>h</b> &amp;';

/** A pause that no adapter waits for by itself. */
const LONG_MS = 90_000;

/** The contract of {@link ChatAdapter}, for each platform. */
export function describeChatAdapter(driver: ChatDriver): void {
  describe(`the chat adapter of ${driver.platform}`, () => {
    let bench: ChatBench;
    let events: ChatEvent[];
    let onEvent: ChatEventHandler;
    /** From now on clients that show a form wait no longer. */
    let runOutOfTime: () => void;
    /** As it is, but for long pauses, which are over at once. */
    let clock: Clock;
    let slept: number;

    beforeEach(async () => {
      events = [];
      slept = 0;
      onEvent = async () => {};
      const outOfTime = new Promise<void>((resolve) => {
        runOutOfTime = resolve;
      });
      clock = {
        now: () => systemClock.now() + slept,
        sleep: (ms, signal) => {
          if (ms === driver.formAnswerMs) return outOfTime;
          if (ms !== LONG_MS) return systemClock.sleep(ms, signal);
          slept += ms;
          return Promise.resolve();
        },
      };
      bench = await driver.start(async (event) => {
        events.push(event);
        await onEvent(event);
      }, clock);
    });

    afterEach(() => bench.stop());

    async function heard(text: string, where: Where = 'direct', personId = 'rita'): Promise<TextEvent> {
      const before = events.length;
      await bench.personSays(personId, text, where);
      const event = events[before];
      if (event?.kind !== 'text') throw new Error(`nothing was heard of "${text}"`);
      return event;
    }

    async function pressed(messageId: string, label: string, choices?: Record<string, string>): Promise<ActionEvent> {
      const before = events.length;
      const press = await bench.personPresses('rita', messageId, label, choices);
      expect(press.accepted).toBe(true);
      const event = events[before];
      if (event?.kind !== 'action') throw new Error(`no press on "${label}" was reported`);
      return event;
    }

    async function shown(personId: string, words: string): Promise<ShownMessage> {
      return eventually(() => bench.shownTo(personId).find((message) => message.text.includes(words)));
    }

    describe('what people do', () => {
      test('words in the direct message arrive with the person and the place', async () => {
        const event = await heard('create opportunity account: Acme Inc');
        expect(event).toMatchObject({
          kind: 'text',
          text: 'create opportunity account: Acme Inc',
          user: driver.user('rita'),
          conversation: { platform: driver.platform, kind: 'direct' },
        });
        expect(event.id).not.toBe('');
      });

      test('a mention in a channel arrives without the mention', async () => {
        const event = await heard('help', 'channel', 'carl');
        expect(event).toMatchObject({ text: 'help', user: driver.user('carl'), conversation: { kind: 'channel' } });
      });

      test('a mention in a chat of several people is answered there, and what is private is for the one who asked', async () => {
        const { conversation, text } = await heard('help', 'group', 'carl');
        expect([text, conversation.kind]).toEqual(['help', 'channel']);
        await bench.adapter.post(asKept(conversation), textMessage('for these people'));
        await bench.adapter.postPrivately(asKept(conversation), driver.user('carl'), textMessage('for Carl'));
        expect(await shown('rita', 'for these people')).toMatchObject({ where: 'group' });
        await shown('carl', 'for Carl');
        expect(bench.shownTo('rita').map((message) => message.text)).not.toContain('for Carl');
        expect(bench.shownTo('max')).toEqual([]);
      });

      test('the channel has one id, whoever speaks and in whatever thread', async () => {
        const ids = [];
        for (const personId of ['rita', 'carl']) {
          const { conversation } = await heard('help', 'channel', personId);
          ids.push(bench.adapter.channelOf(conversation));
        }
        expect(ids[0]).toMatch(/^(?:C0SALES|19:acme-sales@thread\.tacv2)$/u);
        expect(ids[1]).toBe(ids[0]);
        const { conversation } = await heard('help');
        expect(bench.adapter.channelOf(conversation)).not.toBe(ids[0]);
      });

      test('special characters arrive as they were typed', async () => {
        const typed = 'note text: a < b & c > "d" “e” &amp; ünïcode 🎉';
        expect((await heard(typed)).text).toBe(typed);
      });

      test('an event that is delivered again has the same id, another event another', async () => {
        const receipt = await bench.personSays('rita', 'help');
        await bench.redeliver(receipt.delivery);
        const other = await heard('help');
        expect(events.map(({ id }) => id)).toEqual([events[0]?.id, events[0]?.id, other.id]);
        expect(other.id).not.toBe(events[0]?.id);
      });

      test('the platform gets its answer only when the event is safe', async () => {
        let release = (): void => {};
        const gate = new Promise<void>((resolve) => {
          release = resolve;
        });
        onEvent = () => gate;
        let answered = false;
        const said = bench.personSays('rita', 'help').then((receipt) => {
          answered = true;
          return receipt;
        });
        await eventually(() => events[0]);
        await new Promise((resolve) => setTimeout(resolve, 50));
        expect(answered).toBe(false);
        release();
        expect((await said).accepted).toBe(true);
      });

      test('an event that could not be kept is delivered again', async () => {
        onEvent = async () => {
          if (events.length === 1) throw new Error('the store is away');
        };
        await bench.personSays('rita', 'help');
        await eventually(() => events[1]);
        expect(events[1]).toEqual(events[0]);
      });

      test('the words of the bot itself do not come back', async () => {
        const { conversation } = await heard('help');
        await bench.adapter.post(conversation, textMessage('the bot speaks'));
        await shown('rita', 'the bot speaks');
        await heard('help again');
        expect(events.map((event) => (event.kind === 'text' ? event.text : event.kind))).toEqual([
          'help',
          'help again',
        ]);
      });

      test('a press brings its token, what is chosen, and the message to edit', async () => {
        const { conversation } = await heard('connections');
        await bench.adapter.post(conversation, SAMPLE);
        const { id } = await shown('rita', 'Your opportunity');
        const press = await pressed(id, 'Close it', { app: 'Files' });
        expect(press).toMatchObject({
          token: 'token-of-close',
          values: { app: 'Files' },
          user: driver.user('rita'),
          conversation: { kind: 'direct' },
        });
        if (!press.message) throw new Error('the press names no message');
        await bench.adapter.update(press.message, textMessage('closed'));
        await eventually(() => bench.shownTo('rita').find((message) => message.id === id && message.text === 'closed'));
      });

      test('each press has an id of its own', async () => {
        const { conversation } = await heard('connections');
        await bench.adapter.post(conversation, SAMPLE);
        const { id } = await shown('rita', 'Your opportunity');
        const ids = [await pressed(id, 'Close it'), await pressed(id, 'Close it')].map((press) => press.id);
        expect(new Set(ids).size).toBe(2);
      });

      test('Login opens its page with one click', async () => {
        const { conversation } = await heard('connections');
        await bench.adapter.post(conversation, SAMPLE);
        const { id } = await shown('rita', 'Your opportunity');
        const press = await bench.personPresses('rita', id, 'Login');
        expect(press).toEqual({ accepted: true, openedUrl: 'https://behalf.example.com/login/abc' });
      });
    });

    describe('forms', () => {
      async function opened(form: Form = FORM): Promise<ActionEvent> {
        onEvent = async (event) => {
          if (event.kind === 'action') await event.openForm?.(form);
        };
        const { conversation } = await heard('connections');
        await bench.adapter.post(conversation, FORM_BUTTON);
        const { id } = await shown('rita', 'Fill it in');
        return pressed(id, 'Form');
      }

      async function submitted(values: Readonly<Record<string, string>>): Promise<FormEvent> {
        const before = events.length;
        expect((await bench.personSubmits('rita', values)).accepted).toBe(true);
        const event = events[before];
        if (event?.kind !== 'form') throw new Error('no form was reported');
        return event;
      }

      test('a press on a button that opens a form shows it to that person, with its fields', async () => {
        expect(await opened()).toMatchObject({ token: 'token-of-open', user: driver.user('rita') });
        const form = bench.formShownTo('rita');
        for (const field of FORM.fields) expect(form?.text).toContain(field.label);
        expect(form?.text).toContain('As in the CRM');
        expect(bench.formShownTo('carl')).toBeUndefined();
      });

      test('what stands in the fields comes back as text, from that person and place', async () => {
        const press = await opened();
        const event = await submitted({});
        expect(event).toMatchObject({ token: 'token-of-form', user: driver.user('rita') });
        expect(event.values).toEqual({
          account: 'Initech',
          amount: '12.5',
          urgent: 'true',
          due: '2026-12-24',
          at: '14:30',
          stage: 'new',
        });
        expect(event.conversation).toEqual(press.conversation);
        expect(event.id).not.toBe(press.id);
        expect(bench.formShownTo('rita')).toBeUndefined();
      });

      test('what is filled in comes back', async () => {
        await opened();
        const values = {
          account: 'Acme <b> & "co"',
          notes: 'two\nlines',
          amount: '7',
          urgent: 'false',
          due: '2027-01-02',
          at: '09:05',
          owner: driver.user('carl').userId,
          stage: 'won',
        };
        expect((await submitted(values)).values).toEqual(values);
      });

      test('a form that is refused stays open and says what is wrong, and can be sent off again', async () => {
        await opened();
        onEvent = async (event) => {
          if (event.kind !== 'form' || event.values['amount'] !== '-1') return;
          const form = { ...FORM, fields: FORM.fields.filter(({ name }) => name !== 'due') };
          expect(event.refuseInTime(form, { amount: 'Too little.' })).toBe(true);
        };
        const first = await submitted({ amount: '-1' });
        expect(bench.formShownTo('rita')?.text).toContain('Too little.');
        const second = await submitted({ amount: '5' });
        expect(second.id).not.toBe(first.id);
        expect(bench.formShownTo('rita')).toBeUndefined();
      });

      test('a form that is refused too late has closed, and the service is told so', async () => {
        await opened();
        let judge = (): void => {};
        const judged = new Promise<void>((resolve) => {
          judge = resolve;
        });
        const inTime: boolean[] = [];
        onEvent = async (event) => {
          if (event.kind !== 'form') return;
          runOutOfTime();
          await judged;
          inTime.push(event.refuseInTime(FORM, { amount: 'Too little.' }));
        };
        await submitted({ amount: '-1' });
        expect(bench.formShownTo('rita')).toBeUndefined();
        judge();
        expect(await eventually(() => inTime[0] ?? undefined)).toBe(false);
      });

      test('options come while one types', async () => {
        await opened();
        onEvent = async (event) => {
          if (event.kind !== 'options') return;
          expect(event).toMatchObject({
            token: 'token-of-form',
            field: 'deal',
            query: 'ac',
            user: driver.user('rita'),
          });
          event.offer([
            { label: 'Acme', value: '7' },
            { label: 'Acorn', value: '8' },
          ]);
        };
        expect(await bench.personSearches('rita', 'deal', 'ac')).toEqual(['Acme', 'Acorn']);
      });

      test('options that nobody gives are none', async () => {
        await opened();
        expect(await bench.personSearches('rita', 'deal', 'zz')).toEqual([]);
      });

      test('a button that says it opens a form may be answered in words', async () => {
        const { conversation } = await heard('connections');
        await bench.adapter.post(conversation, FORM_BUTTON);
        const { id } = await shown('rita', 'Fill it in');
        await pressed(id, 'Form');
        expect(bench.formShownTo('rita')).toBeUndefined();
      });

      test('a form that is none of ours is no event', async () => {
        expect(await bench.sendOddForm('rita')).toBeLessThan(500);
        expect(events).toEqual([]);
      });
    });

    describe('what the bot says', () => {
      test('every part of a message is shown', async () => {
        const { conversation } = await heard('help');
        await bench.adapter.post(conversation, SAMPLE);
        const message = await shown('rita', 'Your opportunity');
        for (const words of [
          'Created Acme today',
          'Amount',
          '5000',
          'App',
          'Stage',
          'Initech',
          '3 more rows',
          'Only you see this',
        ])
          expect(message.text).toContain(words);
        expect(message.buttons).toEqual(['Close it', 'Delete', 'Open', 'Login']);
      });

      test('data never acts as markup', async () => {
        const { conversation } = await heard('help');
        await bench.adapter.post(conversation, {
          fallback: MARKUP_AS_DATA,
          blocks: [
            { kind: 'text', text: [{ text: MARKUP_AS_DATA }] },
            { kind: 'fields', fields: [{ label: 'Field', value: MARKUP_AS_DATA }] },
            { kind: 'note', text: [{ text: MARKUP_AS_DATA }] },
            { kind: 'table', columns: [{ title: 'T' }], rows: [[MARKUP_AS_DATA]], more: 0 },
          ],
        });
        const message = await shown('rita', 'Field');
        expect(message.text.split(MARKUP_AS_DATA)).toHaveLength(5);
      });

      test('a message that is far too long is delivered all the same', async () => {
        const { conversation } = await heard('help');
        const options = Array.from({ length: 130 }, (_, index) => ({
          label: `Option ${index} `.repeat(20),
          value: `${index}`,
        }));
        await bench.adapter.post(conversation, {
          fallback: 'long '.repeat(20_000),
          blocks: [
            { kind: 'heading', text: 'Long heading '.repeat(100) },
            ...Array.from({ length: 80 }, (_, index) => ({
              kind: 'text' as const,
              text: [{ text: `Paragraph ${index} ${'words '.repeat(200)}` }],
            })),
            { kind: 'picklist', id: 'pick', label: 'Pick', options },
            { kind: 'buttons', buttons: [{ kind: 'action', label: 'Go '.repeat(80), token: 'token-of-go' }] },
          ],
        });
        const message = await shown('rita', 'Paragraph 0');
        expect(message.buttons).toHaveLength(1);
      });

      test('what is too long for one message goes on in further ones, in order, with the buttons on the last', async () => {
        await bench.personSays('rita', 'help', 'channel');
        const [event] = events;
        if (!event) throw new Error('nothing was heard');
        const words = Array.from({ length: 12_000 }, (_, index) => `w${index}`);
        const long: Message = {
          fallback: 'Many words',
          blocks: [
            { kind: 'buttons', buttons: [{ kind: 'action', label: 'Go', token: 'token-of-go' }] },
            ...['first', 'second'].map((half, index) => ({
              kind: 'text' as const,
              text: [{ text: `${half} ${words.slice(index * 3_000, (index + 1) * 3_000).join(' ')}` }],
            })),
          ],
        };
        const parts = bench.adapter.long.divide(long, { place: 'direct' });
        expect(parts.length).toBeGreaterThan(0);
        for (const part of parts) await bench.adapter.post(asKept(event.conversation), part, { thread: true });
        const shownParts = bench.shownTo('carl');
        expect(shownParts).toHaveLength(parts.length);
        expect(new Set(shownParts.map(({ thread }) => thread)).size).toBe(1);
        expect(shownParts.flatMap(({ text }) => text.match(/w\d+/g) ?? [])).toEqual(words.slice(0, 6_000));
        expect(shownParts.map(({ buttons }) => buttons)).toEqual([...parts.slice(1).map(() => []), ['Go']]);
      });

      test('what fits into one message is not divided', () => {
        expect(bench.adapter.long.divide(SAMPLE, { place: 'direct' })).toEqual([SAMPLE]);
      });

      test('a message can be taken away, and once it is gone that is well, too', async () => {
        const { conversation } = await heard('help', 'channel');
        const ref = asKept(await bench.adapter.post(conversation, textMessage('for a while')));
        await shown('carl', 'for a while');
        await bench.adapter.long.remove(ref);
        expect(bench.shownTo('carl')).toEqual([]);
        await bench.adapter.long.remove(ref);
      });

      test('an update replaces the message in place', async () => {
        const { conversation } = await heard('help');
        const ref = await bench.adapter.post(conversation, SAMPLE);
        const { id } = await shown('rita', 'Your opportunity');
        await bench.adapter.update(ref, textMessage('done now'));
        const message = await shown('rita', 'done now');
        expect(message).toMatchObject({ id, text: 'done now', buttons: [] });
        expect(bench.shownTo('rita')).toHaveLength(1);
      });

      test('an answer in a thread of a channel stands below the message that asked, and can be replaced there', async () => {
        const receipt = await bench.personSays('rita', 'help', 'channel');
        const [event] = events;
        if (!event) throw new Error('nothing was heard');
        const ref = await bench.adapter.post(asKept(event.conversation), textMessage('below'), { thread: true });
        const answer = await shown('carl', 'below');
        expect(answer.thread).toBe(receipt.message);
        await bench.adapter.update(asKept(ref), SAMPLE);
        expect(await shown('carl', 'Initech')).toMatchObject({ id: answer.id, thread: answer.thread });
      });

      test('places and messages can be kept as JSON and used later', async () => {
        const { conversation } = await heard('help', 'channel');
        const ref = await bench.adapter.post(asKept(conversation), textMessage('first'));
        await bench.adapter.update(asKept(ref), textMessage('second'));
        expect(await shown('carl', 'second')).toMatchObject({ where: 'channel' });
      });

      test('a private message in the direct message is an ordinary one', async () => {
        const { conversation } = await heard('help');
        await bench.adapter.postPrivately(conversation, driver.user('rita'), textMessage('for Rita'));
        expect(await shown('rita', 'for Rita')).toMatchObject({ where: 'direct' });
        expect(bench.shownTo('carl')).toEqual([]);
      });

      test('a private message for a question in a channel is seen by that person only', async () => {
        const { conversation } = await heard('help', 'channel');
        await bench.adapter.postPrivately(conversation, driver.user('rita'), textMessage('for Rita'));
        await shown('rita', 'for Rita');
        expect(bench.shownTo('carl')).toEqual([]);
      });

      test('a private message that was pressed on can be replaced, still privately', async () => {
        const { conversation } = await heard('connections', 'channel');
        await bench.adapter.postPrivately(conversation, driver.user('rita'), SAMPLE);
        const { id } = await shown('rita', 'Your opportunity');
        const press = await pressed(id, 'Delete');
        if (!press.message) throw new Error('the press names no message');
        await bench.adapter.update(asKept(press.message), textMessage('deleted'));
        await eventually(() =>
          bench.shownTo('rita').find((message) => message.id === id && message.text === 'deleted'),
        );
        expect(bench.shownTo('rita')).toHaveLength(1);
        expect(bench.shownTo('carl')).toEqual([]);
      });

      test('a message that is too much for now is delivered after the pause that the platform asks for, once', async () => {
        const { conversation } = await heard('help');
        bench.limitMessages(1);
        await bench.adapter.post(conversation, textMessage('after all'));
        expect(bench.shownTo('rita').filter(({ text }) => text === 'after all')).toHaveLength(1);
      });

      test('a message that waits for minutes is chat.delivery_failed, and says when to come back', async () => {
        const { conversation } = await heard('help');
        bench.limitMessages(600);
        const failure: unknown = await bench.adapter.post(conversation, textMessage('lost')).catch((error) => error);
        if (!isBehalfError(failure, 'chat.delivery_failed')) throw new Error('it did not fail as it should');
        expect(failure.retryAfterMs).toBe(600_000);
      });

      test('a message that is gone is said anew in the same place, and can be replaced there', async () => {
        const { conversation } = await heard('help', 'channel');
        const ref = await bench.adapter.post(conversation, textMessage('first'));
        bench.loseMessage();
        const moved = asKept(await bench.adapter.update(asKept(ref), textMessage('second')));
        expect(moved).not.toEqual(ref);
        const { id } = await shown('carl', 'second');
        await bench.adapter.update(moved, textMessage('third'));
        expect(await shown('carl', 'third')).toMatchObject({ id, where: 'channel' });
      });

      test('the words of the service wait for as long as the platform asks, and come then, once', async () => {
        const { conversation } = await heard('hello');
        const logger = new RecordingLogger();
        const patient = new PatientChats(() => bench.adapter, { clock, logger }).chats(driver.platform);
        bench.limitMessages(LONG_MS / 1000);
        await patient.post(conversation, textMessage('in the end'));
        expect(slept).toBe(LONG_MS);
        expect(bench.shownTo('rita').filter(({ text }) => text === 'in the end')).toHaveLength(1);
      });

      test('a message that the platform refuses is chat.delivery_failed', async () => {
        const { conversation } = await heard('help');
        bench.refuseMessages();
        const failure: unknown = await bench.adapter.post(conversation, textMessage('lost')).catch((error) => error);
        expect(isBehalfError(failure, 'chat.delivery_failed')).toBe(true);
      });

      test('a person is described with their name and their confirmed address', async () => {
        const { conversation, user } = await heard('help');
        const profile = await bench.adapter.describeUser(user, conversation);
        expect(profile).toMatchObject({ name: 'Rita Rep', confirmedEmail: 'rita@acme.example' });
        expect(profile.place).not.toBe('');
      });
    });

    describe('what it refuses', () => {
      test('a request that the platform did not sign', async () => {
        expect([401, 403]).toContain(await bench.sendForged());
        expect(events).toEqual([]);
      });

      test('a request that is no event', async () => {
        expect(await bench.sendMalformed()).toBe(400);
        expect(events).toEqual([]);
      });

      test('a place of another platform', async () => {
        const elsewhere: ConversationRef = {
          platform: driver.platform === 'slack' ? 'teams' : 'slack',
          kind: 'direct',
          address: {},
        };
        const failure: unknown = await bench.adapter.post(elsewhere, textMessage('lost')).catch((error) => error);
        expect(isBehalfError(failure)).toBe(true);
      });
    });
  });
}

/** What a store gives back. */
function asKept<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}
