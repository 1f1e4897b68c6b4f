import type { ChatEvent } from '../../../src/chat/chat-event.js';
import { type InstalledBench, type InstalledOptions, startInstalledBench } from './slack-installed.js';

/** Payloads in the shapes of Slack's documentation, for workspaces on Grid, shared channels and guests. */
const ACME = { id: 'T0ACME', name: 'Acme' };
const PARTNER = { id: 'T0PARTNER', name: 'Partner' };
const ORG = { id: 'E0ORG', name: 'Big Org' };
const GRID_1 = { id: 'T0ONE', name: 'Grid One', enterprise: ORG };
const GRID_2 = { id: 'T0TWO', name: 'Grid Two', enterprise: ORG };

let serial = 0;

/** A mention in a channel, as the Events API wraps it. */
function mention(options: {
  readonly team: string;
  readonly userTeam: string;
  readonly more?: Readonly<Record<string, unknown>>;
  readonly eventMore?: Readonly<Record<string, unknown>>;
}): Record<string, unknown> {
  serial += 1;
  return {
    token: 'verification',
    team_id: options.team,
    api_app_id: 'A0APP',
    type: 'event_callback',
    event_id: `Ev0${serial}`,
    event_time: 1_795_000_000,
    event: {
      client_msg_id: '0f2d4b3c',
      type: 'app_mention',
      text: '<@U0BOTT0ACME> help',
      user: 'U0ANN',
      ts: `179500000${serial}.000100`,
      team: options.team,
      user_team: options.userTeam,
      source_team: options.userTeam,
      channel: 'C0SHARED',
      ...options.eventMore,
    },
    ...options.more,
  };
}

function press(team: Readonly<Record<string, unknown>> | null, userTeam: string, more: object = {}): string {
  serial += 1;
  const payload = {
    type: 'block_actions',
    user: { id: 'U0ANN', username: 'ann', name: 'ann', team_id: userTeam },
    api_app_id: 'A0APP',
    token: 'verification',
    container: { type: 'message', message_ts: '1795000001.000100', channel_id: 'C0SHARED', is_ephemeral: false },
    trigger_id: `${serial}.2.abc`,
    team,
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: 'C0SHARED', name: 'shared' },
    state: { values: {} },
    response_url: 'https://hooks.slack.com/actions/T/1/x',
    actions: [{ action_id: 'a', block_id: 'b', type: 'button', value: 'token', action_ts: '1795000002.000100' }],
    ...more,
  };
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}

describe('Slack: who somebody is', () => {
  let bench: InstalledBench | undefined;
  const start = async (options: InstalledOptions = {}): Promise<InstalledBench> => {
    bench = await startInstalledBench(options);
    return bench;
  };
  const last = (): ChatEvent | undefined => bench?.events.at(-1);
  const sendPress = async (body: string): Promise<number> => {
    if (!bench) throw new Error('not started');
    const headers = bench.world.sign(body, 'application/x-www-form-urlencoded');
    return (await fetch(`${bench.origin}/slack/events`, { method: 'POST', body, headers })).status;
  };

  afterEach(async () => {
    await bench?.stop();
    bench = undefined;
  });

  it('is one person in every workspace of an organisation, in messages and clicks', async () => {
    const { install, send } = await start();
    await install(GRID_1);
    await install(GRID_2);
    for (const { id } of [GRID_1, GRID_2]) {
      const authorizations = [
        { enterprise_id: ORG.id, team_id: id, user_id: 'U0BOT', is_bot: true, is_enterprise_install: false },
      ];
      await send(mention({ team: id, userTeam: 'T0ONE', more: { enterprise_id: ORG.id, authorizations } }));
      expect(last()).toMatchObject({
        user: { tenantId: ORG.id, userId: 'U0ANN' },
        conversation: { address: { workspace: id } },
      });
      expect(last()?.person).toBeUndefined();
    }
    const enterprise = { id: ORG.id, name: ORG.name };
    await sendPress(press({ id: 'T0TWO', domain: 'two', enterprise_id: ORG.id }, 'T0ONE', { enterprise }));
    expect(last()).toMatchObject({ kind: 'action', user: { tenantId: ORG.id, userId: 'U0ANN' } });
  });

  it('is of the organisation where the app is installed for all of it, also when no team is named', async () => {
    const { install } = await start();
    await install({ ...ORG, isOrganisation: true });
    await sendPress(press(null, 'T0ONE', { enterprise: ORG, is_enterprise_install: true }));
    expect(last()).toMatchObject({ user: { tenantId: ORG.id }, conversation: { address: { workspace: ORG.id } } });
  });

  it('is in the user groups of their workspaces, also where the app is installed for all of the organisation', async () => {
    const { adapter, install, world } = await start();
    await install({ ...ORG, isOrganisation: true });
    const enterprise_user = { id: 'U0ANN', enterprise_id: ORG.id, teams: ['T0ONE', 'T0TWO'] };
    world.setUser('U0ANN', { team_id: 'T0ONE', enterprise_user });
    world.setGroup('S0SALES', 'T0TWO', ['U0ANN']);
    world.setGroup('S0OTHER', 'T0THREE', ['U0ANN']);
    world.setGroup('S0BOSSES', 'T0ONE', ['U0BEA']);
    await sendPress(press(null, 'T0ONE', { enterprise: ORG, is_enterprise_install: true }));
    const event = last();
    if (!event) throw new Error('nothing was heard');
    const isIn = (group: string) => adapter.isInGroup?.(event.user, group, event.conversation);
    const groups = ['S0SALES', 'S0SALES', 'S0OTHER', 'S0BOSSES', 'S0NONE'];
    expect(await Promise.all(groups.map(isIn))).toEqual([true, true, false, false, false]);
    world.calls.length = 0;
    expect(await isIn('S0SALES')).toBe(true);
    expect(world.calls).toEqual([]);
  });

  it('belongs to their own workspace in a shared channel, and is heard only where a recipe lets them in', async () => {
    const { install, send } = await start({ admits: (outsider) => outsider === 'external' });
    await install(ACME);
    const shared = { is_ext_shared_channel: true, context_team_id: ACME.id, context_enterprise_id: null };
    await send(mention({ team: PARTNER.id, userTeam: PARTNER.id, more: shared }));
    expect(last()).toMatchObject({
      user: { tenantId: PARTNER.id, userId: 'U0ANN' },
      person: 'external',
      hostTenantId: ACME.id,
      conversation: { address: { workspace: ACME.id } },
    });
    await sendPress(press({ id: ACME.id, domain: 'acme' }, PARTNER.id));
    expect(last()).toMatchObject({ kind: 'action', user: { tenantId: PARTNER.id }, hostTenantId: ACME.id });
  });

  it('is turned away as a stranger or a guest where nothing lets them in', async () => {
    const { events, install, send, world } = await start();
    await install(ACME);
    const authorizations = [{ enterprise_id: null, team_id: ACME.id, user_id: 'U0BOT', is_bot: true }];
    await send(mention({ team: ACME.id, userTeam: PARTNER.id, more: { is_ext_shared_channel: true, authorizations } }));
    world.setUser('U0ANN', { is_restricted: true });
    await send(mention({ team: ACME.id, userTeam: ACME.id, more: { authorizations } }));
    expect(events).toEqual([]);
  });

  it('is heard by the workspace that the event is for, though both that share the channel have the app', async () => {
    const { install, send } = await start({ admits: () => true });
    await install(ACME);
    await install(PARTNER);
    const authorizations = [{ enterprise_id: null, team_id: PARTNER.id, user_id: 'U0BOT', is_bot: true }];
    await send(mention({ team: ACME.id, userTeam: PARTNER.id, more: { is_ext_shared_channel: true, authorizations } }));
    expect(last()).toMatchObject({
      user: { tenantId: PARTNER.id },
      conversation: { address: { workspace: PARTNER.id } },
    });
    expect(last()?.person).toBeUndefined();
  });
});
