import { erasePerson } from '../../src/privacy/erase-person.js';
import { ANN, ANNS_ACCOUNT, type ConnectionKit, startConnectionKit } from '../support/connection-kit.js';

const ann = { ...ANN, platform: 'slack' as const };

describe('what is erased of a person', () => {
  let kit: ConnectionKit;

  beforeEach(async () => {
    kit = await startConnectionKit();
  });

  afterEach(() => kit.stop());

  it('is also the login that a request has made by itself while it was waited for', async () => {
    const { clock, connections, parent, stores } = kit;
    const logIn = (token: string) => connections.activate(ANN, parent.name, kit.tokens(token), ANNS_ACCOUNT);
    await logIn('first');
    // Chat clients vouch for people where single sign-on is on; a request asks them before its first step.
    const jobs = {
      end: async () => 1,
      async forget() {
        await logIn('second');
        return { forgotten: 1, running: 0 };
      },
    };

    const erased = await erasePerson({ records: stores.expiring, connections, jobs, clock }, ann);

    expect(erased).toMatchObject({
      isWhole: true,
      jobs: 1,
      connections: [{ name: parent.name }, { name: parent.name }],
    });
    expect(await connections.list(ANN)).toEqual([]);
    expect(await stores.revocations.due(clock.now(), 9, 0)).toHaveLength(2);
  });
});
