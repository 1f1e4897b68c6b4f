import { buttonsOf, textOf } from '../../support/recording-chat.js';
import { recipe } from '../../support/service-files.js';
import { BOB, type ServiceKit, startServiceKit } from '../../support/service-kit.js';

const STEPS = '  - reply: { text: Ordered }';
const SHARED = 'crm: { use: crm-shared }';

const RECIPES = {
  order: `allow: { users: [ann@acme.example] }\n${recipe({
    command: 'order chair',
    connections: SHARED,
    parameters: `
    - { name: model, prompt: "Which model?", hint: as in the list, example: Oak }
    - { name: size, type: select, options: [Small, Large], default: Small }
    - { name: due, type: date, optional: true }
    - { name: origin, hidden: true, optional: true }`,
    steps: STEPS,
  })}`,
  store: recipe({ command: 'store', connections: 'files: { use: files, verify_user_access: true }', steps: STEPS }),
  desk: recipe({ command: 'help desk', connections: SHARED, steps: '  - reply: { text: Desk }' }),
  ask: recipe({ command: 'note', connections: SHARED, parameters: '[{ name: text }]', steps: STEPS }),
};

describe('help with something behind it', () => {
  let kit: ServiceKit;

  beforeEach(async () => {
    kit = await startServiceKit({ recipes: RECIPES });
  });

  afterEach(() => kit.stop());

  async function answerTo(text: string, user?: typeof BOB): Promise<string> {
    kit.chat.messages.length = 0;
    await kit.say(text, user ? { user } : {});
    await kit.idle();
    return kit.chat.texts().join('\n');
  }

  test('shows a command with its parameters, an example and a button', async () => {
    const answer = await answerTo('help  Order Chair');
    expect(answer.split('\n')).toEqual([
      'Order chair',
      'For a test',
      'model — Which model? (as in the list; e.g. Oak)',
      expect.stringMatching(/^size — .*\(one of: Small, Large; Small unless you say\)$/u),
      expect.stringMatching(/^due — .*\(a date; may be left out\)$/u),
      expect.stringMatching(/^Type order chair model: Oak /u),
      'What you leave out, I ask for.',
    ]);
    expect(answer).not.toContain('origin');
    expect(buttonsOf(kit.chat.last()).map(({ label }) => label)).toEqual(['Order chair']);
  });

  test.each(['help cancel', 'help personal_connections', 'help Connections'])(
    '%s tells of what is built in',
    async (text) => {
      const answer = await answerTo(text);
      expect(answer).toMatch(/^personal_connections shows the apps/);
      expect(answer).not.toContain("I don't know");
    },
  );

  test('verbindungen shows the connections of whoever reads German, as the help says', async () => {
    await kit.say('help', { locale: 'de-DE' });
    expect(textOf(kit.chat.last())).toContain('personal_connections oder verbindungen zeigt');
    await kit.say('verbindungen', { locale: 'de-DE' });
    expect(textOf(kit.chat.last())).toContain('Sie haben noch keine persönlichen Verbindungen.');
  });

  test('help help shows all there is, in German too', async () => {
    expect(await answerTo('help help')).toContain('What I can do for you');
    await kit.say('hilfe hilfe', { locale: 'de-DE' });
    expect(textOf(kit.chat.last())).toContain('Das kann ich für Sie tun');
  });

  test('lists the commands of an app, by its name', async () => {
    const answer = await answerTo('help files');
    expect(answer).toContain('store');
    expect(answer).not.toContain('order chair');
  });

  test('tells nobody of what they may not run', async () => {
    expect(await answerTo('help crm', BOB)).not.toContain('order chair');
    expect(await answerTo('help order chair', BOB)).toBe("I don't know that command. help shows what I can do.");
  });

  test('suggests what is close to something unknown', async () => {
    expect(await answerTo('help order chairs')).toBe("I don't know that command. Did you mean order chair?");
  });

  test('leaves commands that begin with the word alone', async () => {
    expect(await answerTo('help desk')).toBe('Desk');
  });

  test('is an answer while a question is open', async () => {
    await answerTo('note');
    expect(await answerTo('help with the printer')).toBe('Ordered');
    expect((await kit.jobList()).map(({ state }) => state.parameters)).toEqual([{ text: 'help with the printer' }]);
    expect(textOf(kit.chat.last())).toBe('Ordered');
  });
});
