import { eventually } from '../../../playground/tour/browser.js';
import { askForLogin, codeOn, connectionsOf, startAfresh } from '../support/logins.js';
import { type E2eStage, type Player, START_MS, startStage } from '../support/stage.js';

const FIND = 'find opportunities account: Acme';
const CREATE = 'create opportunity account: Acme';

let stage: E2eStage;

beforeAll(async () => {
  stage = await startStage();
}, START_MS);

afterAll(() => stage.stop());

describe.each(['slack', 'teams'] as const)('a command that acts as the person, in %s', (platform) => {
  let carl: Player;
  let rita: Player;

  beforeEach(() => {
    carl = stage.player('carl');
    rita = stage.player('rita');
  });

  afterEach(async () => {
    // Whatever happened: the account of the shared connection has done nothing of it.
    const { notes, opportunities } = await stage.world.apps.crmControl.records();
    expect([...notes, ...opportunities].filter(({ created_by }) => created_by.username !== 'rita')).toEqual([]);
    await stage.world.apps.crmControl.reset();
    for (const actor of [carl[platform], rita[platform]]) await startAfresh(actor);
  });

  async function connect(): Promise<void> {
    const { link } = await askForLogin(rita[platform], CREATE);
    const page = await rita.browser.logIn(link, { username: 'rita' });
    if (platform === 'teams') await rita.teams.handOver(codeOn(page));
    await rita[platform].hears(/Created .* as rita@acme\.example/);
    await rita[platform].hears(/Connected Acme CRM as rita@acme\.example/);
  }

  async function apiCalls(): Promise<number> {
    return (await stage.world.apps.crmControl.counts()).apiCalls.total;
  }

  it('of somebody without a connection asks for a login, and calls nothing', async () => {
    const before = await apiCalls();
    await askForLogin(carl[platform], CREATE);
    await askForLogin(carl[platform], FIND);
    expect(await apiCalls()).toBe(before);
  });

  it('of somebody else than the one who is connected asks for a login, and calls nothing', async () => {
    await connect();
    const before = await apiCalls();
    await askForLogin(carl[platform], CREATE);
    expect(await apiCalls()).toBe(before);
  });

  it('asks for a login when the app has ended the one there was', async () => {
    await connect();
    await stage.world.apps.crmControl.revoke('rita');
    const { prompt } = await askForLogin(rita[platform], CREATE);
    expect(prompt.text).toContain('The app has ended the login');
  });

  it('says so when the token has expired and cannot be refreshed at present', async () => {
    await connect();
    await stage.world.apps.crmControl.expire('rita');
    await stage.world.apps.crmControl.setTokenFault({ kind: 'error', status: 503, times: 50 });
    await rita[platform].say(CREATE);
    const answer = await rita[platform].hears(/did not work|Please connect|Created/);
    expect(answer.text).toContain('did not work');
  });

  it('asks for a login after Disconnect, and after Delete', async () => {
    await connect();
    const list = await connectionsOf(rita[platform]);
    await rita[platform].choose(list, /Acme CRM/);
    await rita[platform].press(list, 'Disconnect');
    await rita[platform].hears(/Disconnected Acme CRM/);
    await askForLogin(rita[platform], CREATE);
    await startAfresh(rita[platform]);
    await askForLogin(rita[platform], CREATE);
    const { opportunities } = await stage.world.apps.crmControl.records();
    expect(opportunities).toHaveLength(1);
  });
});

describe('a command that acts under the shared connection', () => {
  it('does so, which shows that there was one to fall back to', async () => {
    const { slack } = stage.player('carl');
    await slack.say('log note text: shared');
    await slack.hears(/Logged as Integration User/);
    const note = await eventually('the note', async () =>
      (await stage.world.apps.crmControl.records()).notes.find(({ text }) => text === 'shared'),
    );
    expect(note.created_by.username).toBe('integration');
  });
});
