import { loginButtonsOf, textOf } from '../support/recording-chat.js';
import { recipe } from '../support/service-files.js';
import { ANN, BOB, eventually, type ServiceKit, startServiceKit } from '../support/service-kit.js';

const RECIPES = {
  create: recipe({ command: 'create thing', steps: '  - { action: crm.create, input: { name: x } }' }),
  other: recipe({ command: 'find thing', steps: '  - { action: crm.find, input: { name: x } }' }),
};

let kit: ServiceKit;
beforeEach(async () => {
  kit = await startServiceKit({ recipes: RECIPES });
});
afterEach(() => kit.stop());

describe('A recipe that is taken away while jobs of it wait for logins', () => {
  it('ends them all with a word in place of the prompt, kills their links, and leaves other jobs alone', async () => {
    await kit.say('create thing');
    await kit.say('create thing', { user: BOB });
    await kit.say('find thing');
    await eventually(() => kit.chat.messages.filter((message) => loginButtonsOf(message).length > 0).length === 3);
    const prompt = kit.chat.messages.find((message) => textOf(message).includes('Create thing'));
    const url = prompt ? loginButtonsOf(prompt)[0]?.url : undefined;

    await kit.jobs.waiting.recipeStopped({ id: 'create', name: 'Create thing' });

    const jobs = await kit.jobList();
    expect(jobs.map(({ recipe: id, status, user }) => [id, user.userId, status])).toEqual([
      ['create', ANN.userId, 'cancelled'],
      ['create', BOB.userId, 'cancelled'],
      ['other', ANN.userId, 'suspended'],
    ]);
    const ended = kit.chat.messages.filter((message) => textOf(message).includes('Create thing'));
    expect(ended.map(textOf)).toEqual([
      expect.stringContaining('has been stopped by whoever looks after it'),
      expect.stringContaining('has been stopped by whoever looks after it'),
    ]);
    expect(ended.flatMap(loginButtonsOf)).toEqual([]);
    await expect(kit.openLogin(url ?? '')).rejects.toThrow('does not work');
  });
});
