import { buttonsOf, contentOf, textOf } from '../../support/recording-chat.js';
import { recipe } from '../../support/service-files.js';
import { type ServiceKit, startServiceKit } from '../../support/service-kit.js';

const STEPS = '  - reply: { text: "Done {{ job.id != null }}" }';

/** `count` commands of the CRM, one of files and one of no app. */
function recipes(count: number): Readonly<Record<string, string>> {
  const ofCrm = Array.from({ length: count }, (_, index) => {
    const name = `task ${String(index + 1).padStart(3, '0')}`;
    const command = name.replace(' ', '-');
    const parameters = index === 0 ? '[{ name: what }]' : '[]';
    return [command, recipe({ command, parameters, connections: 'crm: { use: crm-shared }', steps: STEPS })] as const;
  });
  return {
    ...Object.fromEntries(ofCrm),
    store: recipe({ command: 'store', connections: 'files: { use: files, verify_user_access: true }', steps: STEPS }),
    about: recipe({ command: 'about', connections: '{}', steps: STEPS }),
  };
}

describe('a long help', () => {
  let kit: ServiceKit;

  afterEach(() => kit.stop());

  async function help(text = 'help') {
    await kit.say(text);
    return kit.chat.last();
  }

  const choices = (message: Parameters<typeof contentOf>[0]) =>
    contentOf(message).blocks.flatMap((block) => (block.kind === 'picklist' ? block.options : []));
  const labels = (message: Parameters<typeof contentOf>[0]) => buttonsOf(message).map(({ label }) => label);

  test('lists commands by their app, and those of none last; one page has nothing to turn', async () => {
    kit = await startServiceKit({ recipes: recipes(2) });
    const message = await help();
    expect(textOf(message).split('\n').slice(0, 8)).toEqual([
      'What I can do for you:',
      'Acme CRM',
      'task-001 what: … — For a test',
      'task-002 — For a test',
      'Acme Files',
      'store — For a test',
      'More',
      'about — For a test',
    ]);
    expect(labels(message)).toEqual(['Task-001', 'Task-002', 'Store', 'About', 'Personal connections']);
    expect(choices(message)).toEqual([]);
  });

  test('has pages that are turned in place, each with a list of all commands', async () => {
    kit = await startServiceKit({ recipes: recipes(43) });
    const message = await help();
    expect(textOf(message)).toContain('Page 1 of 3.');
    expect(labels(message).slice(-3)).toEqual(['Task-020', 'Next page', 'Personal connections']);
    expect(choices(message)).toHaveLength(45);
    await kit.press(message, 'Next page');
    expect(textOf(message)).toContain('Page 2 of 3.');
    expect(labels(message)).toContain('Previous page');
    await kit.press(message, 'Next page');
    expect(textOf(message)).toContain('Acme Files\nstore — For a test\nMore\nabout — For a test\nPage 3 of 3.');
    expect(labels(message)).not.toContain('Next page');
    await kit.press(message, 'Previous page');
    expect(textOf(message)).toContain('Page 2 of 3.');
    expect(kit.chat.messages).toHaveLength(1);
  });

  test('runs the command that is chosen in the list, and nothing that is not there', async () => {
    kit = await startServiceKit({ recipes: recipes(43) });
    const message = await help();
    expect(buttonsOf(message)[0]).toMatchObject({ label: 'Run it', opensForm: true });
    for (const command of ['', 'no such thing']) {
      await kit.press(message, 'Run it', { values: { command } });
      expect(textOf(kit.chat.last())).toContain('Please choose something in the list first');
    }
    await kit.press(message, 'Run it', { values: { command: 'task-033' } });
    await kit.idle();
    expect((await kit.jobList()).map((job) => job.recipe)).toEqual(['task-033']);
    await kit.press(message, 'Run it', { values: { command: 'task-001' } });
    expect(textOf(kit.chat.last())).toContain('What?');
  });

  test('of an app has pages of that app alone', async () => {
    kit = await startServiceKit({ recipes: recipes(43) });
    const message = await help('help crm');
    await kit.press(message, 'Next page');
    await kit.press(message, 'Next page');
    expect(textOf(message)).toContain('Page 3 of 3.');
    expect(textOf(message)).not.toContain('store —');
  });

  test('offers of very many commands those from its page on', async () => {
    kit = await startServiceKit({ recipes: recipes(130) });
    const message = await help();
    expect(choices(message)).toHaveLength(100);
    await kit.press(message, 'Next page');
    expect(choices(message)[0]).toEqual({ label: 'Task-021', value: 'task-021' });
  });
});
