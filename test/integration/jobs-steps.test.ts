import { settled } from '../support/at-rest.js';
import { loginButtonsOf, textOf } from '../support/recording-chat.js';
import type { AppCall } from '../support/scripted-app.js';
import { recipe } from '../support/service-files.js';
import { eventually, gate, type ServiceKit, startServiceKit } from '../support/service-kit.js';

const SHARED = 'crm: { use: crm-shared }';
const NAMES = `"{{ $split(parameters.names, ',') }}"`;
const LIST = '[{ name: names }]';
const CREATE = '{ action: crm.create, input: { name: "{{ item }}" } }';

/** A recipe that acts with the connection of everybody. */
function shared(command: string, steps: string, more: { readonly parameters?: string; readonly more?: string } = {}) {
  return recipe({ command, steps, connections: SHARED, ...more });
}

const RECIPES = {
  each: shared(
    'each',
    `  - id: made
    for_each: ${NAMES}
    as: name
    collect: "{{ index & '=' & steps.thing.id }}"
    do:
      - { id: thing, action: crm.create, input: { name: "{{ name }}" } }
  - reply: { text: "{{ $join(steps.made, ' ') }}" }`,
    { parameters: LIST },
  ),
  parallel: shared(
    'parallel',
    `  - id: made
    for_each: ${NAMES}
    concurrency: 3
    collect: "{{ steps.thing.id }}"
    do:
      - { id: thing, action: crm.create, input: { name: "{{ item }}" } }
  - reply: { text: "{{ $join(steps.made, ' ') }}" }`,
    { parameters: LIST },
  ),
  nested: shared(
    'nested',
    `  - id: table
    for_each: "{{ ['a', 'b'] }}"
    as: letter
    collect: "{{ $join(steps.row, '+') }}"
    do:
      - id: row
        for_each: "{{ [1, 2] }}"
        collect: "{{ letter & item & index }}"
        do:
          - { action: crm.create, input: { name: "{{ letter & item }}" } }
  - reply: { text: "{{ $join(steps.table, ' / ') }}" }`,
  ),
  few: shared('few', `  - { for_each: ${NAMES}, max: 2, do: [${CREATE}] }\n  - reply: { text: Done }`, {
    parameters: LIST,
  }),
  loose: shared(
    'loose',
    `  - id: all
    for_each: "{{ parameters.names }}"
    collect: "{{ item }}"
    do: [${CREATE}]
  - reply: { text: "{{ $count(steps.all) }}: {{ steps.all[0] }}" }`,
    { parameters: '[{ name: names, optional: true }]' },
  ),
  dice: recipe({
    command: 'dice',
    steps: `  - id: all
    for_each: "{{ $map([1..3], function() { 'x' & $random() }) }}"
    collect: "{{ item }}"
    do: [${CREATE}]
  - reply: { text: "{{ $join(steps.all, ' ') }}" }`,
  }),
  shout: recipe({
    command: 'shout',
    steps: `  - { action: crm.find }
  - for_each: "{{ ['a', 'b', 'c'] }}"
    concurrency: 3
    do: [{ reply: { text: "Said {{ item }}" } }]`,
  }),
  early: shared(
    'early',
    `  - for_each: ${NAMES}
    do:
      - { if: "{{ item = 'b' }}", then: [{ stop: { message: "Enough at {{ index }}" } }] }
      - ${CREATE}
  - reply: { text: Never }`,
    { parameters: LIST },
  ),
  again: shared(
    'again',
    '  - { id: found, action: crm.find, retry: 2 }\n  - reply: { text: "{{ steps.found.name }}" }',
  ),
  patient: shared(
    'patient',
    `  - try:
      - ${CREATE.replace('{{ item }}', 'first')}
      - { action: crm.create, input: { name: second } }
    retry: { times: 3, wait: 2 }
  - reply: { text: Both }`,
  ),
  careful: shared(
    'careful',
    `  - try: [{ action: crm.create, input: { name: x } }]
    retry: 3
    on_error:
      - reply: { text: "{{ error.message }}|{{ error.code }}|{{ error.app }}|{{ error.action }}|{{ error.reference }}" }
  - reply: { text: After }`,
  ),
  keyed: shared('keyed', '  - { action: crm.create_once, input: { name: x }, retry: 1 }'),
  both: shared(
    'both',
    `  - try: [{ for_each: "{{ ['a', 'b'] }}", concurrency: 2, do: [${CREATE}] }]
    retry: 3
    on_error: [{ reply: { text: "{{ error.message }}" } }]`,
  ),
  worse: shared(
    'worse',
    `  - action: crm.find
    on_error: [{ action: crm.create, input: { name: x } }, { reply: { text: Never } }]`,
  ),
  most: shared(
    'most',
    `  - id: outcomes
    for_each: ${NAMES}
    collect: "{{ $exists(steps.thing) ? 'made' : 'failed' }} {{ item }}"
    do:
      - id: thing
        action: crm.create
        input: { name: "{{ item }}" }
        on_error:
          - log: { text: "{{ item }} has failed: {{ error.code }}", level: warn }
      - log: "{{ item }} is over"
  - reply: { text: "{{ $join(steps.outcomes, ', ') }}" }`,
    { parameters: LIST },
  ),
  recall: shared(
    'recall',
    `  - try:
      - { id: first, action: crm.find }
      - if: "{{ steps.first.id }}"
        then: [{ id: second, action: crm.find }]
      - { id: card, reply: { text: Trying } }
      - { action: crm.create, input: { name: x } }
    on_error:
      - ask: { text: "Go on?", buttons: [{ text: "Yes" }] }
      - reply: { text: "{{ steps.first.id }} {{ steps.second.id }} {{ error.code }}", update: card }
  - reply: { text: "{{ steps.first.id }}" }`,
  ),
  slow: shared('slow', '  - { action: crm.create, input: { name: x }, timeout: 1 }\n  - reply: { text: Never }'),
  slowly: shared('look', '  - { action: crm.find, timeout: 1 }\n  - reply: { text: Never }'),
  hurry: shared(
    'hurry',
    `  - { action: crm.create, input: { name: one } }
  - { action: crm.create, input: { name: two } }`,
    { more: 'timeout: 5' },
  ),
  wait: shared(
    'wait',
    `  - { action: crm.find }
  - { id: go, ask: { text: "Go on?", buttons: [{ text: "Yes" }] } }
  - { action: crm.create, input: { name: one } }
  - reply: { text: Done }`,
    { more: 'timeout: 5' },
  ),
};

/** As long as a platform needs while much else is going on. */
async function slowly(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await settled();
}

describe('the steps of a job', () => {
  let kit: ServiceKit;

  beforeEach(async () => {
    kit = await startServiceKit({ recipes: RECIPES });
  });

  afterEach(async () => {
    await kit.stop();
  });

  const nameOf = ({ body }: Pick<AppCall, 'body'>): unknown =>
    typeof body === 'object' && body !== null && 'name' in body ? body.name : undefined;
  const created = () => kit.crm.callsOf('POST').map(nameOf);
  const statuses = async () => (await kit.jobList()).map(({ status }) => status);
  const notes = () => kit.logger.lines.filter(({ message }) => message.startsWith('a step failed'));

  async function run(text: string): Promise<void> {
    await kit.say(text);
    await kit.idle();
  }

  /** Waits until so many steps have failed and what follows has begun. */
  async function failed(times: number): Promise<void> {
    await eventually(() => notes().length === times);
    await settled();
  }

  /** The app says what it was given. */
  function echo(): void {
    kit.crm.answer((call) => ({ body: { id: `#${nameOf(call)}` } }));
  }

  describe('in a loop', () => {
    test('are done for one item after the other, and give a list in their order', async () => {
      echo();
      await run('each names: c,a,b');
      expect(created()).toEqual(['c', 'a', 'b']);
      expect(kit.chat.texts()).toEqual(['0=#c 1=#a 2=#b']);
    });

    test('are done for as many items at a time as the recipe says, and the list is in order all the same', async () => {
      const hold = gate();
      let running = 0;
      let most = 0;
      kit.crm.answer(async (call) => {
        running += 1;
        most = Math.max(most, running);
        await hold.opened;
        running -= 1;
        return { body: { id: `#${nameOf(call)}` } };
      });
      await kit.say('parallel names: a,b,c,d,e');
      await eventually(() => running === 3);
      await settled();
      expect(created()).toHaveLength(3);
      hold.open();
      await kit.idle();
      expect(most).toBe(3);
      expect([...created()].sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
      expect(kit.chat.texts()).toEqual(['#a #b #c #d #e']);
    });

    test('may be a loop', async () => {
      await run('nested');
      expect(created()).toEqual(['a1', 'a2', 'b1', 'b2']);
      expect(kit.chat.texts()).toEqual(['a10+a21 / b10+b21']);
    });

    test('are not begun when there are more items than may be', async () => {
      await run('few names: a,b,c');
      expect(created()).toEqual([]);
      expect(kit.chat.texts()).toEqual([
        expect.stringContaining('These are 3 things, and I may work on 2 at most. Nothing was done to them.'),
      ]);
      await run('few names: a,b');
      expect(created()).toEqual(['a', 'b']);
    });

    test('are done once for one thing, and never for nothing', async () => {
      await run('loose names: one');
      await run('loose');
      expect(created()).toEqual(['one']);
      expect(kit.chat.texts()).toEqual(['1: one', '0: ']);
    });

    test('may end the recipe', async () => {
      await run('early names: a,b,c');
      expect(created()).toEqual(['a']);
      expect(kit.chat.texts()).toEqual(['Enough at 1']);
    });

    test('go on with the same items after a login in the middle, and with none twice', async () => {
      await kit.say('dice');
      await eventually(() => kit.chat.messages.length === 1);
      await kit.idle();
      kit.crm.answer(({ method }) => {
        if (method !== 'POST' || created().length !== 2) return undefined;
        kit.crm.forgetTokens();
        return { status: 401 };
      });
      await kit.logIn(kit.chat.last(), 'ann@acme.example');
      await eventually(async () => (await statuses())[0] === 'suspended' && created().length === 2);
      await settled();
      const prompt = kit.chat.messages.find((message) => loginButtonsOf(message).length > 0);
      if (!prompt) throw new Error('No login was asked for');
      const [first, second] = created();
      kit.crm.answer(undefined);
      await kit.logIn(prompt, 'ann@acme.example');
      await kit.idle();
      expect(created().slice(0, 3)).toEqual([first, second, second]);
      expect(new Set(created()).size).toBe(3);
      expect(kit.chat.texts()).toContain([...new Set(created())].join(' '));
    });

    test('say each what they have to say, also where a login was asked for first', async () => {
      await kit.say('shout');
      await eventually(() => kit.chat.messages.length === 1);
      await kit.idle();
      kit.chat.holdWhen((_, message) => (message?.fallback.startsWith('Said') ? slowly() : undefined));
      await kit.logIn(kit.chat.last(), 'ann@acme.example');
      await kit.idle();
      const said = kit.chat.texts().filter((text) => text.startsWith('Said'));
      expect(said.sort()).toEqual(['Said a', 'Said b', 'Said c']);
    });

    test('go on with the next item when what fails is taken care of', async () => {
      kit.crm.answer((call) => (nameOf(call) === 'b' ? { status: 403 } : undefined));
      await run('most names: a,b,c');
      expect(kit.chat.texts()).toEqual(['made a, failed b, made c']);
      expect(await statuses()).toEqual(['succeeded']);
    });
  });

  describe('that fail', () => {
    test('are tried again after a pause that doubles', async () => {
      kit.crm.answer(() => ({ status: 503 }));
      await kit.say('again');
      await failed(1);
      await kit.clock.advance(999);
      expect(kit.crm.calls).toHaveLength(1);
      await kit.clock.advance(1);
      await failed(2);
      kit.crm.answer(undefined);
      await kit.clock.advance(1_999);
      expect(kit.crm.calls).toHaveLength(2);
      await kit.clock.advance(1);
      await kit.idle();
      expect(kit.crm.calls).toHaveLength(3);
      expect(kit.chat.texts()).toEqual(['Thing']);
    });

    test('are tried as often as the recipe says', async () => {
      kit.crm.answer(() => ({ status: 503 }));
      await kit.say('again');
      await failed(1);
      await kit.clock.advance(1_000);
      await failed(2);
      await kit.clock.advance(2_000);
      await kit.idle();
      expect(kit.crm.calls).toHaveLength(3);
      expect(kit.chat.texts()).toEqual([expect.stringContaining('Again did not work.')]);
      expect(await statuses()).toEqual(['failed']);
    });

    test('are tried again when the app wants it, and those before them are not', async () => {
      kit.crm.answer((call) =>
        nameOf(call) === 'second' ? { status: 429, headers: { 'retry-after': '7' } } : undefined,
      );
      await kit.say('patient');
      await failed(1);
      kit.crm.answer(undefined);
      await kit.clock.advance(6_999);
      expect(created()).toEqual(['first', 'second']);
      await kit.clock.advance(1);
      await kit.idle();
      expect(created()).toEqual(['first', 'second', 'second']);
      expect(kit.chat.texts()).toEqual(['Both']);
    });

    test('are not tried again when the app wants too long a pause', async () => {
      kit.crm.answer(() => ({ status: 429, headers: { 'retry-after': '31' } }));
      await run('patient');
      expect(created()).toEqual(['first']);
      expect(await statuses()).toEqual(['failed']);
    });

    test('are never repeated when they may have had their effect', async () => {
      kit.crm.answer(() => ({ hangUp: true }));
      await run('careful');
      expect(created()).toEqual(['x']);
      expect(kit.chat.texts()).toEqual([
        expect.stringContaining('I cannot tell whether Acme CRM has still managed to create things'),
        'After',
      ]);
    });

    test('are repeated under the same key where the app knows it, and leave a doubt when that does not help', async () => {
      kit.crm.answer(() => ({ hangUp: true }));
      await kit.say('keyed');
      await failed(1);
      await kit.clock.advance(1_000);
      await kit.idle();
      expect(new Set(kit.crm.callsOf('POST').map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
      expect(created()).toEqual(['x', 'x']);
      expect(kit.chat.texts()).toEqual([expect.stringContaining('I cannot tell whether Acme CRM has still managed')]);
    });

    test.each([['a'], ['b']])('are not repeated beside %s, which failed in a passing way', async (passing) => {
      const hold = gate();
      kit.crm.answer(async (call) => {
        if (created().length === 2) hold.open();
        await hold.opened;
        return nameOf(call) === passing ? { status: 429 } : { hangUp: true };
      });
      await run('both');
      expect([...created()].sort()).toEqual(['a', 'b']);
      expect(kit.chat.texts()).toEqual([expect.stringContaining('I cannot tell whether Acme CRM has still managed')]);
    });

    test('are not tried again when the same would come of it', async () => {
      kit.crm.answer(() => ({ status: 403 }));
      await run('patient');
      expect(created()).toEqual(['first']);
    });

    test('tell what happened to the steps that follow', async () => {
      kit.crm.answer(() => ({ status: 409, body: { message: 'Taken' } }));
      await run('careful');
      const [text = '', after] = kit.chat.texts();
      const [message, code, app, action, reference] = text.split('|');
      expect(message).toContain('Acme CRM says: Taken');
      expect([code, app, action]).toEqual(['app.conflict', 'Acme CRM', 'create']);
      expect(notes().map(({ fields }) => JSON.stringify(fields['err']))).toEqual([
        expect.stringContaining(reference ?? ''),
      ]);
      expect(reference).toMatch(/^[0-9a-f]{8}$/);
      expect(after).toBe('After');
      expect(await statuses()).toEqual(['succeeded']);
    });

    test('end the job when those that follow fail, too', async () => {
      kit.crm.answer(({ method }) => ({ status: 409, body: { message: method } }));
      await run('worse');
      expect(kit.chat.texts()).toEqual([expect.stringContaining('Acme CRM says: POST')]);
      expect(await statuses()).toEqual(['failed']);
    });

    test('leave behind what those before them gave, also when the job has slept since', async () => {
      kit.crm.answer(({ method }) => (method === 'POST' ? { status: 403 } : undefined));
      await kit.say('recall');
      await eventually(() => kit.chat.messages.length === 2);
      await kit.idle();
      await kit.press(kit.chat.last(), 'Yes');
      await kit.idle();
      expect(kit.chat.texts()).toEqual(['r1 r2 app.forbidden', expect.stringContaining('Go on?'), 'r1']);
    });
  });

  test('write into the log and into the job', async () => {
    kit.crm.answer((call) => (nameOf(call) === 'b' ? { status: 403 } : undefined));
    await run('most names: a,b');
    const lines = [
      ['info', 'a is over'],
      ['warn', 'b has failed: app.forbidden'],
      ['info', 'b is over'],
    ];
    const [job] = await kit.jobList();
    expect(job?.state.log?.map(({ level, text }) => [level, text])).toEqual(lines);
    const logged = kit.logger.lines.filter(({ message }) => message === 'recipe log');
    expect(logged.map(({ level, fields }) => [level, fields['text']])).toEqual(lines);
    expect(logged.every(({ fields }) => fields['jobId'] === job?.id && fields['recipe'] === 'most')).toBe(true);
  });

  describe('that take too long', () => {
    test('leave in doubt what they may have done', async () => {
      const hold = gate();
      kit.crm.answer(() => hold.opened.then(() => undefined));
      await run('slow');
      hold.open();
      expect(kit.chat.texts()).toEqual([
        expect.stringMatching(
          /^Slow did not work\. .*I cannot tell whether Acme CRM has still managed to create things/,
        ),
      ]);
    });

    test('leave nothing in doubt where they only looked', async () => {
      const hold = gate();
      kit.crm.answer(() => hold.opened.then(() => undefined));
      await run('look');
      hold.open();
      expect(kit.chat.texts()).toEqual([expect.not.stringContaining('I cannot tell')]);
    });

    test('end the job before the next one, which says what stays done', async () => {
      const hold = gate();
      kit.crm.answer(() => hold.opened.then(() => undefined));
      await kit.say('hurry');
      await eventually(() => created().length === 1);
      await kit.clock.advance(5_000);
      hold.open();
      await kit.idle();
      expect(created()).toEqual(['one']);
      expect(await statuses()).toEqual(['failed']);
      expect(kit.chat.texts()).toEqual([
        expect.stringMatching(/^Hurry .*This took longer than it may take\. What had been done before stays done\./),
      ]);
    });

    test('are not those that wait for somebody', async () => {
      await kit.say('wait');
      await eventually(() => kit.chat.messages.length === 1);
      await kit.idle();
      await kit.clock.advance(600_000);
      await kit.press(kit.chat.last(), 'Yes');
      await kit.idle();
      expect(created()).toEqual(['one']);
      expect(kit.chat.texts()).toContain('Done');
    });
  });

  describe('of a job that is cancelled', () => {
    /** Ann's loop, in the call for its first item until the gate opens. */
    async function running() {
      const hold = gate();
      kit.crm.answer(() => hold.opened.then(() => undefined));
      await kit.say('each names: a,b,c');
      await eventually(() => created().length === 1);
      return hold;
    }

    test('are not begun any more', async () => {
      const hold = await running();
      await kit.say('cancel');
      expect(kit.chat.texts()).toEqual(['I stop Each as soon as what it is doing now is over.']);
      hold.open();
      await kit.idle();
      expect(created()).toEqual(['a']);
      expect(kit.chat.texts().at(-1)).toBe('Cancelled: Each. What had been done before stays done.');
      expect(await statuses()).toEqual(['cancelled']);
    });

    test('are not begun any more in the process that runs it, wherever it was cancelled', async () => {
      const hold = await running();
      const other = await kit.replica();
      await kit.clock.advance(1_000);
      await kit.say('cancel', { replica: other });
      const looks = () => kit.calls.filter((call) => call === 'expiring.get').length;
      const before = looks();
      await kit.clock.advance(11_000);
      await eventually(() => looks() > before);
      await settled();
      hold.open();
      await kit.idle();
      expect(created()).toEqual(['a']);
      expect(await statuses()).toEqual(['cancelled']);
    });

    test('are not waited for before they are tried again', async () => {
      kit.crm.answer(() => ({ status: 503 }));
      await kit.say('again');
      await failed(1);
      await kit.say('cancel');
      await kit.idle();
      expect(kit.crm.calls).toHaveLength(1);
      expect(kit.chat.texts().at(-1)).toBe('Cancelled: Again. Nothing was done.');
    });

    test('do not ask for a login any more', async () => {
      await kit.say('dice');
      await eventually(() => kit.chat.messages.length === 1);
      await kit.idle();
      const hold = gate();
      kit.crm.answer(async ({ method }) => {
        if (method !== 'POST') return undefined;
        await hold.opened;
        kit.crm.forgetTokens();
        return { status: 401 };
      });
      const prompt = kit.chat.last();
      await kit.logIn(prompt, 'ann@acme.example');
      await eventually(() => created().length === 1);
      await kit.say('cancel');
      hold.open();
      await kit.idle();
      expect(await statuses()).toEqual(['cancelled']);
      expect(textOf(prompt)).toBe('Cancelled: Dice. Nothing was done.');
    });
  });
});
