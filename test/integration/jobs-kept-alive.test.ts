import { type ChatMessage, loginButtonsOf, textOf } from '../support/recording-chat.js';
import { recipe } from '../support/service-files.js';
import { ANN, eventually, type ServiceKit, startServiceKit } from '../support/service-kit.js';

const ACCOUNT = 'ann@acme.example';
const DAY = 86_400_000;

let kit: ServiceKit;

beforeEach(async () => {
  const steps = `  - { id: thing, action: crm.create, input: { name: a } }
  - reply: { text: "Created as {{ connections.crm.account }}." }`;
  kit = await startServiceKit({ recipes: { create: recipe({ command: 'create thing', steps }) } });
  await kit.logIn(await answerTo('create thing'), ACCOUNT);
  await kit.idle();
});

afterEach(() => kit.stop());

async function answerTo(text: string): Promise<ChatMessage> {
  const before = kit.chat.messages.length;
  await kit.say(text);
  await eventually(() => kit.chat.messages.length > before);
  await kit.idle();
  return kit.chat.last();
}

/** One look at the list, while the time runs. */
async function keepAlive(): Promise<number> {
  let isDone = false;
  const work = kit.keepAlive.work().finally(() => {
    isDone = true;
  });
  await eventually(async () => {
    await kit.clock.advance(100);
    return isDone;
  });
  return work;
}

describe('somebody who comes back after half a year, where the app ends what is not used for 90 days', () => {
  it('is still connected: their login was kept alive meanwhile, and they heard nothing of it', async () => {
    const said = kit.chat.messages.length;
    for (let passed = 0; passed < 180; passed += 10) {
      await kit.clock.jump(10 * DAY);
      await keepAlive();
    }
    expect(kit.crm.grants.filter((grant) => grant === 'refresh_token')).toHaveLength(2);
    expect(kit.chat.messages).toHaveLength(said);
    expect(textOf(await answerTo('create thing'))).toContain(`Created as ${ACCOUNT}.`);
  });

  it('is asked to log in when they need it where the app has ended their login, and not before', async () => {
    const home = await kit.openHome();
    const said = kit.chat.messages.length;
    kit.crm.forgetTokens();
    await kit.clock.jump(80 * DAY);
    await kit.openHome();
    expect(await keepAlive()).toBe(1);
    expect(kit.chat.messages).toHaveLength(said);
    await eventually(async () => {
      await kit.clock.advance(400);
      return textOf(kit.chat.homes.get(ANN.userId) ?? home).includes('Needs login');
    });
    expect(await kit.metrics.render()).toContain('behalf_kept_alive_total{connection="crm",outcome="login_ended"} 1');
    expect((await kit.auditLines()).map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ kind: 'connection', outcome: 'needs_login', by: 'service' }),
    );
    expect(loginButtonsOf(await answerTo('create thing'))).toHaveLength(1);
    expect(await keepAlive()).toBe(0);
  });
});
