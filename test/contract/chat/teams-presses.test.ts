import { readCard } from '../../../playground/teams/cards.js';
import type { ActionEvent, ChatEvent } from '../../../src/chat/chat-event.js';
import type { Form } from '../../../src/chat/form.js';
import { type Message, textMessage } from '../../../src/chat/message.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { startTeamsBench, type TeamsBench, type TeamsBenchOptions } from './teams-driver.js';

const BUTTONS: Message = {
  fallback: 'Choose',
  blocks: [
    { kind: 'text', text: [{ text: 'Choose' }] },
    {
      kind: 'buttons',
      buttons: [
        { kind: 'action', label: 'Go', token: 'token-of-go' },
        { kind: 'action', label: 'Form', token: 'token-of-form', opensForm: true },
      ],
    },
  ],
};

const DONE: Message = {
  fallback: 'Done',
  blocks: [
    { kind: 'heading', text: 'Done' },
    { kind: 'fields', fields: [{ label: 'Amount', value: '5000' }] },
  ],
};

const FORM: Form = {
  token: 'token-of-form',
  title: 'Close',
  submitLabel: 'Close it',
  fields: [{ name: 'deal', label: 'Deal', optional: false, kind: 'select' }],
};

let teams: TeamsBench;
let onPress: (press: ActionEvent) => Promise<void>;
let told: (boolean | undefined)[];

async function start(options: TeamsBenchOptions = {}): Promise<void> {
  told = [];
  onPress = async () => {};
  teams = await startTeamsBench({
    handler: async (event: ChatEvent) => {
      if (event.kind === 'text') await teams.adapter.post(event.conversation, BUTTONS);
      if (event.kind === 'action') await onPress(event);
    },
    ...options,
  });
}

afterEach(() => teams.stop());

async function cardFor(where: 'direct' | 'channel' = 'direct'): Promise<string> {
  await teams.personSays('rita', 'help', where);
  return teams.shownTo('rita').at(-1)?.id ?? '';
}

async function replace(press: ActionEvent, message: Message): Promise<void> {
  if (!press.message) throw new Error('the press names no message');
  await teams.adapter.update(press.message, message);
}

function textOf(card: unknown): string {
  return readCard(card).text;
}

describe('Teams: the answer to a press', () => {
  test('brings the card that has taken the place of the pressed one', async () => {
    await start();
    onPress = (press) => replace(press, DONE);
    const result = await teams.teams.press('rita', await cardFor(), { title: 'Go' });
    if (result.kind !== 'invoked' || result.outcome.kind !== 'card') throw new Error('no card came');
    expect(textOf(result.outcome.card)).toContain('5000');
    expect(teams.shownTo('rita')).toMatchObject([{ buttons: [] }]);
    expect(teams.teams.cardFindings).toEqual([]);
  });

  test('brings plain words as a card too, since only a card can take the place of one', async () => {
    await start();
    onPress = (press) => replace(press, textMessage('closed'));
    const result = await teams.teams.press('rita', await cardFor(), { title: 'Go' });
    if (result.kind !== 'invoked' || result.outcome.kind !== 'card') throw new Error('no card came');
    expect(textOf(result.outcome.card)).toBe('closed');
  });

  test('brings the newest of several, and everybody in a channel sees that one', async () => {
    await start();
    onPress = async (press) => {
      await replace(press, textMessage('working'));
      await replace(press, DONE);
    };
    const id = await cardFor('channel');
    const result = await teams.teams.press('carl', id, { title: 'Go' });
    if (result.kind !== 'invoked' || result.outcome.kind !== 'card') throw new Error('no card came');
    expect(textOf(result.outcome.card)).toContain('5000');
    for (const person of ['rita', 'carl', 'max'])
      expect(teams.shownTo(person).find((message) => message.id === id)?.text).toContain('5000');
  });

  test('is a word while the card stays as it is; what comes later is an update', async () => {
    await start();
    let pressed: ActionEvent | undefined;
    onPress = async (press) => {
      pressed = press;
    };
    const result = await teams.teams.press('rita', await cardFor(), { title: 'Go' });
    expect(result).toMatchObject({ outcome: { kind: 'toast', text: 'One moment…' } });
    if (!pressed) throw new Error('nothing was pressed');
    await replace(pressed, DONE);
    expect(teams.shownTo('rita')[0]?.text).toContain('5000');
  });

  test('is not the card of another message that changes meanwhile', async () => {
    await start();
    const first = await cardFor();
    const second = await cardFor();
    onPress = async (press) => {
      if (!press.message) return;
      const other = { ...press.message, address: { ...press.message.address, activityId: first } };
      await teams.adapter.update(other, DONE);
    };
    const result = await teams.teams.press('rita', second, { title: 'Go' });
    expect(result).toMatchObject({ outcome: { kind: 'toast' } });
  });

  test('tells why nothing happens, to the person who pressed alone', async () => {
    await start();
    onPress = async (press) => void told.push(press.tell?.('Only the person who asked can use this.'));
    const id = await cardFor('channel');
    const before = teams.teams.messages().length;
    const result = await teams.teams.press('carl', id, { title: 'Go' });
    expect(result).toMatchObject({ outcome: { kind: 'toast', text: 'Only the person who asked can use this.' } });
    expect(told).toEqual([true]);
    expect(teams.teams.messages()).toHaveLength(before);
  });

  test('tells it in a dialog where the button opens one', async () => {
    await start();
    onPress = async (press) => void told.push(press.tell?.('This button is too old.'));
    const result = await teams.teams.press('rita', await cardFor(), { title: 'Form' });
    expect(result).toMatchObject({ outcome: { kind: 'toast', text: 'This button is too old.' } });
    expect(told).toEqual([true]);
  });

  test('gives a client that asks for more of the options those behind what it has', async () => {
    await start({
      handler: async (event) => {
        if (event.kind === 'text') await teams.adapter.post(event.conversation, BUTTONS);
        if (event.kind === 'action') await event.openForm?.(FORM);
        if (event.kind === 'options')
          event.offer(Array.from({ length: 40 }, (_, index) => ({ label: `Deal ${index}`, value: `${index}` })));
      },
    });
    await teams.teams.press('rita', await cardFor(), { title: 'Form' });
    const offered = async (skip: number) => {
      const choices = await teams.teams.dialogs.search('rita', 'field.deal', 'd', skip);
      return choices.map(({ value }) => Number(value));
    };
    expect((await offered(0)).slice(0, 2)).toEqual([0, 1]);
    expect((await offered(15)).slice(0, 2)).toEqual([15, 16]);
    expect(await offered(40)).toEqual([]);
  });

  test('cannot tell it to a client of the old kind, so that a message must', async () => {
    await start();
    onPress = async (press) => void told.push(press.tell?.('This button is too old.'));
    await teams.teams.press('rita', await cardFor(), { title: 'Go', oldClient: true });
    expect(told).toEqual([undefined]);
  });

  test('cannot tell anything when it has been given', async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    await start({
      clock: {
        now: systemClock.now,
        sleep: (ms, signal) => systemClock.sleep(ms === 4_000 ? 20 : ms, signal),
      },
    });
    let finished = (): void => {};
    const end = new Promise<void>((resolve) => {
      finished = resolve;
    });
    onPress = async (press) => {
      await gate;
      await replace(press, DONE);
      told.push(press.tell?.('Too late.'));
      finished();
    };
    const result = await teams.teams.press('rita', await cardFor(), { title: 'Go' });
    expect(result).toMatchObject({ outcome: { kind: 'toast', text: 'One moment…' } });
    release();
    await end;
    expect(told).toEqual([false]);
    expect(teams.shownTo('rita')[0]?.text).toContain('5000');
  });
});
