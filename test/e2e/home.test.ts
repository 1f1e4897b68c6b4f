import { eventually } from '../../playground/tour/browser.js';
import { type Readable, readMessage } from '../../playground/tour/read-message.js';
import { CREATE, connectionsOf } from './support/logins.js';
import { type E2eStage, type Player, START_MS, startStage } from './support/stage.js';

let stage: E2eStage;
let rita: Player;

beforeAll(async () => {
  stage = await startStage();
  rita = stage.player('rita');
}, START_MS);

afterAll(() => stage.stop());

/** What stands in Rita's Home tab now. */
function home(): Readable {
  const native = stage.world.slack.homes.viewOf('rita');
  return native
    ? readMessage({ id: '', author: 'bot', at: 0, text: '', native })
    : { text: '', buttons: [], picklists: [] };
}

/** Once it reads so, without anybody opening it again. */
async function homeReads(pattern: RegExp): Promise<Readable> {
  return eventually(
    () => `Rita's Home tab to read ${pattern}; it reads: ${home().text}`,
    () => (pattern.test(home().text) ? home() : undefined),
  );
}

async function press(label: string): Promise<void> {
  const { status } = await stage.world.slack.homes.press('rita', { buttonText: label });
  expect(status).toBe(200);
}

function publications(): number {
  return stage.world.slack.calls.filter(({ method, ok }) => method === 'views.publish' && ok).length;
}

describe('the Home tab of Rita, from the first look to the last connection', () => {
  it('shows her what she can do, and that she has no connection', async () => {
    const { request } = await stage.world.slack.homes.open('rita');
    expect(request.status).toBe(200);
    expect(home().text).toContain('You have no personal connections yet.');
    expect(home().text).toContain('create opportunity account: ');
    await rita.slack.say('help');
    const help = await rita.slack.hears(/What I can do for you/);
    const commands = help.buttons.map(({ label }) => label).filter((label) => label !== 'Personal connections');
    const own = ['Export my data', 'Erase everything about me'];
    expect(home().buttons.map(({ label }) => label)).toEqual([...own, ...commands]);
  });

  it('opens the form of a command, and shows what waits for her login then', async () => {
    await rita.slack.say(CREATE);
    const prompt = await rita.slack.hears(/Please connect/);
    const shown = await homeReads(/Create opportunity — Waits for your login to Acme CRM/);
    expect(shown.buttons.map(({ label }) => label).slice(0, 2)).toEqual(['Login to Acme CRM', 'Cancel']);
    await press('Create opportunity');
    expect(stage.world.slack.modals.openOf('rita')).toBeDefined();
    stage.world.slack.modals.close('rita');
    expect(prompt.text).toContain('Acme CRM');
  });

  it('leads her to the login, which ends what waits and shows the connection', async () => {
    const link = home().buttons.find(({ label }) => label === 'Login to Acme CRM')?.url;
    await rita.browser.logIn(link ?? '', { username: 'rita' });
    await rita.slack.hears(/Created .* as rita@acme\.example/);
    const shown = await homeReads(/Acme CRM as rita@acme\.example — Connected/);
    expect(shown.text).not.toContain('Waiting requests');
  });

  it('says the same as personal_connections', async () => {
    await stage.world.slack.homes.open('rita');
    const list = await connectionsOf(rita.slack);
    expect(home().text).toContain(list.text);
    expect(home().picklists.map(({ id, options }) => ({ id, options }))).toEqual(
      expect.arrayContaining(list.picklists.map(({ id, options }) => ({ id, options }))),
    );
  });

  it('starts a command, whose answer comes in the direct message', async () => {
    await press('Create opportunity');
    const wrong = await rita.slack.fillIn({ account: 'Globex', amount: '7' });
    expect(wrong).toBe('');
    const answer = await rita.slack.hears(/Created .* as rita@acme\.example/);
    expect(answer.isPrivate).toBe(true);
    expect(answer.conversation).toBe('D0RITA');
  });

  it('disconnects, says so there once, and personal_connections agrees', async () => {
    await stage.world.slack.homes.open('rita');
    const drawn = publications();
    await stage.world.slack.homes.select('rita', { actionId: 'pick:connection' }, 'acme-crm');
    await press('Disconnect');
    expect(home().text).toMatch(/^Disconnected Acme CRM \(rita@acme\.example\)\./);
    expect(publications() - drawn).toBe(1);
    const list = await connectionsOf(rita.slack);
    expect(list.text).toContain('rita@acme.example — Disconnected');
    expect(home().text).toContain(list.text);
  });

  it('logs in again from there, and deletes after a question that stands there', async () => {
    const link = home().buttons.find(({ label }) => label === 'Reconnect Acme CRM')?.url;
    await rita.browser.logIn(link ?? '', { username: 'rita' });
    await homeReads(/rita@acme\.example — Connected/);
    await stage.world.slack.homes.select('rita', { actionId: 'pick:connection' }, 'acme-crm');
    await press('Delete');
    expect(home().text).toContain('Delete your connection to Acme CRM (rita@acme.example)?');
    await press('Delete it');
    expect(home().text).toMatch(/Deleted Acme CRM .*\nYou have no personal connections yet\./);
  });

  it('cancels what waits, and the prompt in the direct message says so', async () => {
    await rita.slack.say(CREATE);
    await rita.slack.hears(/Please connect/);
    await homeReads(/Waits for your login to Acme CRM/);
    await press('Cancel');
    expect(home().text).toMatch(/^Cancelled\./);
    await rita.slack.hears(/^Cancelled: Create opportunity/);
  });

  it('took nothing that Slack would refuse, and nothing went wrong', () => {
    const failed = stage.world.slack.calls.filter(({ ok }) => !ok);
    expect(failed).toEqual([]);
    expect(stage.world.slack.warnings).toEqual([]);
    expect(stage.log()).not.toContain('a home could not');
  });
});
