import { textMessage } from '../../../src/chat/message.js';
import { BehalfError } from '../../../src/kernel/errors.js';
import {
  comeBack,
  cookieOf,
  directMessage,
  type InstalledBench,
  type InstalledOptions,
  shiftedClock,
  startInstalledBench,
} from './slack-installed.js';
import { failureOf } from './slack-scene.js';
import { CLIENT_ID, SCOPES } from './slack-world.js';

const ACME = { id: 'T0ACME', name: 'Acme' };
const BETA = { id: 'T0BETA', name: 'Beta & Sons' };
const ORG = { id: 'E0ORG', name: 'Big Org', isOrganisation: true };
const GRID = { id: 'T0GRID', name: 'Grid Team', enterprise: { id: 'E0ORG', name: 'Big Org' } };
const HOUR = 3_600_000;

describe('Slack: an app that many workspaces install', () => {
  let bench: InstalledBench | undefined;
  const start = async (options: InstalledOptions = {}): Promise<InstalledBench> => {
    bench = await startInstalledBench(options);
    return bench;
  };

  afterEach(async () => {
    await bench?.stop();
    bench = undefined;
  });

  it('sends the browser to Slack with the scopes of the manifest and a state that only the browser can redeem', async () => {
    const { origin, world } = await start();
    const begun = await fetch(`${origin}/slack/install`, { redirect: 'manual' });
    expect(begun.status).toBe(303);
    const target = new URL(begun.headers.get('location') ?? '');
    expect(target.origin + target.pathname).toBe(`${world.origin}/oauth/v2/authorize`);
    expect(Object.fromEntries(target.searchParams)).toEqual({
      client_id: CLIENT_ID,
      scope: SCOPES,
      redirect_uri: `${origin}/slack/oauth_redirect`,
      state: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
    });
    expect(begun.headers.get('set-cookie')).toMatch(/; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/);
    expect(cookieOf(begun)).not.toContain(target.searchParams.get('state') ?? '');
  });

  it('works in each workspace with the token of that workspace, as its bot', async () => {
    const { adapter, hear, install, lifecycle, world } = await start();
    const page = await install(ACME);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('The bot is now in Acme.')]);
    expect(await (await install(BETA)).text()).toContain('Beta &amp; Sons');
    const inAcme = await hear({ team_id: ACME.id });
    const inBeta = await hear({ team_id: BETA.id });
    expect([inAcme?.user, inBeta?.user]).toEqual([
      { platform: 'slack', tenantId: ACME.id, userId: 'U1' },
      { platform: 'slack', tenantId: BETA.id, userId: 'U1' },
    ]);
    world.calls.length = 0;
    for (const event of [inAcme, inBeta]) if (event) await adapter.post(event.conversation, textMessage('hello'));
    expect(world.calls.map(({ method, token }) => [method, token])).toEqual([
      ['chat.postMessage', world.tokenOf(ACME.id)],
      ['chat.postMessage', world.tokenOf(BETA.id)],
    ]);
    expect(lifecycle.map(({ kind, tenantId }) => [kind, tenantId])).toEqual([
      ['tenant-back', ACME.id],
      ['tenant-back', BETA.id],
    ]);
  });

  it('tells the audit log who has it and who was refused, and not who only came along', async () => {
    const { audited, install, origin } = await start({ allowedTeams: [ACME.id] });
    await install(ACME);
    await install(BETA);
    await fetch(`${origin}/slack/oauth_redirect?state=${'s'.repeat(43)}&code=c`);
    expect(audited).toEqual([
      { kind: 'installation', outcome: 'installed', by: 'service', person: { platform: 'slack', tenant: ACME.id } },
      {
        kind: 'installation',
        outcome: 'refused',
        by: 'service',
        person: { platform: 'slack', tenant: BETA.id },
        code: 'not_allowed',
      },
    ]);
  });

  it('finds the installation of a whole organisation, also where no workspace is named', async () => {
    const { adapter, hear, install, world } = await start();
    await install(ORG);
    const authorizations = [{ enterprise_id: ORG.id, team_id: 'T0ANY', is_enterprise_install: true }];
    const heard = await hear({ team_id: 'T0ANY', authorizations });
    expect(heard?.user.tenantId).toBe(ORG.id);
    const again = await hear({ team_id: null, enterprise_id: ORG.id, is_enterprise_install: true });
    expect(again?.conversation.address['workspace']).toBe(ORG.id);
    if (heard) await adapter.postPrivately(heard.conversation, heard.user, textMessage('hello'));
    expect(world.calls.at(-1)?.token).toBe(world.tokenOf(ORG.id));
  });

  it('knows a person of an organisation by the organisation in each of its workspaces', async () => {
    const { hear, install } = await start();
    await install(GRID);
    expect((await hear({ team_id: GRID.id, enterprise_id: 'E0ORG' }))?.user.tenantId).toBe('E0ORG');
  });

  it('answers to a conversation whose workspace another process has heard', async () => {
    const first = await start();
    await first.install(ACME);
    const heard = await first.hear({ team_id: ACME.id });
    const second = await first.another();
    if (heard) await second.adapter.post(heard.conversation, textMessage('done'));
    await second.stop();
    expect(first.world.calls.at(-1)).toMatchObject({
      method: 'chat.postMessage',
      token: first.world.tokenOf(ACME.id),
    });
  });

  it('goes on at once with the token of a new installation that another process has taken in', async () => {
    const first = await start();
    await first.install(ACME);
    const second = await first.another();
    const heard = await second.hear({ team_id: ACME.id });
    first.world.uninstall(ACME.id);
    await first.install(ACME);
    second.storeCalls.length = 0;
    if (heard) await Promise.all(['1', '2'].map((text) => second.adapter.post(heard.conversation, textMessage(text))));
    const said = first.world.calls.slice(-2).map(({ args, token }) => [args['text'], token]);
    expect(said.sort()).toEqual(['1', '2'].map((text) => [text, first.world.tokenOf(ACME.id)]));
    expect(second.storeCalls).toEqual(['get']);
    await second.stop();
  });

  it('asks once with a token that is dead and once more in the store, and ends no new installation by an old removal', async () => {
    const first = await start();
    await first.install(ACME);
    const second = await first.another();
    const heard = await second.hear({ team_id: ACME.id });
    const removed = { team_id: ACME.id, event: { type: 'app_uninstalled' } };
    first.world.uninstall(ACME.id);
    first.world.calls.length = 0;
    if (heard) await failureOf(second.adapter.post(heard.conversation, textMessage('hello')));
    expect(first.world.calls).toHaveLength(1);
    await first.install(ACME);
    // It comes late, to the process that has not heard of the new installation.
    const event_time = Math.floor(Date.now() / 1000) - 5;
    expect(await second.send(directMessage({ ...removed, event_time }))).toBe(200);
    expect(second.lifecycle).toEqual([]);
    first.world.uninstall(ACME.id);
    const now = { event_time: Math.floor(Date.now() / 1000) + 5 };
    for (const process of [first, second, first])
      expect(await process.send(directMessage({ ...removed, ...now }))).toBe(200);
    expect([first, second].map(({ lifecycle }) => lifecycle.map(({ kind }) => kind))).toEqual([
      ['tenant-back', 'tenant-back', 'tenant-left'],
      [],
    ]);
    await first.install(ACME);
    expect(await second.hear({ team_id: ACME.id })).toBeDefined();
    await second.stop();
  });

  it('asks the store for a workspace once in four minutes, however many commands come', async () => {
    const { advance, clock } = shiftedClock();
    const { hear, install, storeCalls } = await start({ clock });
    await install(ACME);
    await hear({ team_id: ACME.id });
    storeCalls.length = 0;
    for (let n = 0; n < 10; n += 1) await hear({ team_id: ACME.id });
    expect(storeCalls).toEqual([]);
    advance(4 * 60_000);
    await hear({ team_id: ACME.id });
    expect(storeCalls).toEqual(['get']);
  });

  it('rotates tokens that end, and goes on with the new one', async () => {
    const { advance, clock } = shiftedClock();
    const { adapter, hear, install, world } = await start({ clock });
    await install(ACME, { rotates: true });
    const before = world.tokenOf(ACME.id);
    const heard = await hear({ team_id: ACME.id });
    advance(12 * HOUR - 60_000);
    if (heard) await adapter.post(heard.conversation, textMessage('hello'));
    expect(world.tokenOf(ACME.id)).not.toBe(before);
    expect(world.calls.filter(({ args }) => args['grant_type'] === 'refresh_token')).toHaveLength(1);
    expect(world.calls.at(-1)?.token).toBe(world.tokenOf(ACME.id));
  });

  it('lets only the workspaces in that the administrator names, and gives the token of another one back', async () => {
    const { hear, install, world } = await start({ allowedTeams: [ACME.id, 'E0ORG'] });
    const page = await install(BETA);
    expect([page.status, await page.text()]).toEqual([403, expect.stringContaining('not among the workspaces')]);
    expect(world.calls.at(-1)?.method).toBe('auth.revoke');
    expect(world.tokenOf(BETA.id)).toBeUndefined();
    expect(await hear({ team_id: BETA.id })).toBeUndefined();
    expect((await install(GRID)).status).toBe(200);
    expect((await install(ACME)).status).toBe(200);
  });

  it('does not work any more in workspaces that the administrator has taken off the list, and still hears them leave', async () => {
    const before = await start();
    for (const place of [ACME, BETA, GRID]) await before.install(place);
    const after = await before.another({ allowedTeams: [ACME.id, 'E0ORG'] });
    for (const { id } of [ACME, BETA, GRID]) await after.hear({ team_id: id });
    expect(after.events.map(({ conversation }) => conversation.address['workspace'])).toEqual([ACME.id, GRID.id]);
    expect(after.logLines.join('\n')).toContain('is not among SLACK_ALLOWED_TEAMS');
    before.world.uninstall(BETA.id);
    await after.send(directMessage({ team_id: BETA.id, event: { type: 'app_uninstalled' } }));
    expect(after.lifecycle).toEqual([{ kind: 'tenant-left', platform: 'slack', tenantId: BETA.id }]);
    await after.stop();
  });

  it.each([
    ['cancelled in Slack', { error: 'access_denied' }, 200, 'cancelled'],
    ['without a code', {}, 400, 'could not be read'],
    ['with a code that Slack does not know', { code: 'guess' }, 502, 'does not accept'],
  ])('installs nothing when it comes back %s', async (_how, query, status, text) => {
    const { origin, world } = await start();
    const begun = await fetch(`${origin}/slack/install`, { redirect: 'manual' });
    const state = new URL(begun.headers.get('location') ?? '').searchParams.get('state') ?? '';
    const url = `${origin}/slack/oauth_redirect?${new URLSearchParams({ ...query, state })}`;
    const page = await fetch(url, { headers: { cookie: cookieOf(begun) } });
    expect([page.status, await page.text()]).toEqual([status, expect.stringContaining(text)]);
    expect(world.tokenOf(ACME.id)).toBeUndefined();
  });

  describe('attacks', () => {
    it('the state of another browser installs nothing, whatever its cookie', async () => {
      const { origin, world } = await start();
      const attacker = await fetch(`${origin}/slack/install`, { redirect: 'manual' });
      const victim = await fetch(`${origin}/slack/install`, { redirect: 'manual' });
      const state = new URL(attacker.headers.get('location') ?? '').searchParams.get('state') ?? '';
      const url = `${origin}/slack/oauth_redirect?${new URLSearchParams({ code: world.consent(ACME), state })}`;
      for (const cookie of ['', cookieOf(victim), 'behalf-install=x.1', `behalf-install=${state}.1`]) {
        const page = await fetch(url, { headers: { cookie } });
        expect([page.status, await page.text()]).toEqual([403, expect.stringContaining('another browser')]);
      }
      expect(world.calls).toEqual([]);
    });

    it('a state works once', async () => {
      const { origin, world } = await start();
      const begun = await fetch(`${origin}/slack/install`, { redirect: 'manual' });
      expect((await comeBack(origin, begun, world.consent(ACME))).status).toBe(200);
      const calls = world.calls.length;
      const again = await comeBack(origin, begun, world.consent(BETA));
      expect([again.status, await again.text()]).toEqual([403, expect.stringContaining('opened already')]);
      expect(world.calls).toHaveLength(calls);
    });

    it('a state is too old after ten minutes', async () => {
      const { advance, clock } = shiftedClock();
      const { origin, world } = await start({ clock });
      const begun = await fetch(`${origin}/slack/install`, { redirect: 'manual' });
      advance(10 * 60_000 + 1);
      expect((await comeBack(origin, begun, world.consent(ACME))).status).toBe(403);
      expect(world.calls).toEqual([]);
    });

    it('an event that names a workspace without the app is not answered with the token of another one', async () => {
      const { events, install, send, world } = await start();
      await install(ACME);
      world.calls.length = 0;
      const event = { type: 'message', channel_type: 'im', channel: 'D1', user: 'U1', text: 'help', ts: '1.1' };
      const forged = { type: 'event_callback', event_id: 'Ev', team_id: BETA.id, event: { ...event, team: ACME.id } };
      expect(await send(forged)).toBe(200);
      expect([events, world.calls]).toEqual([[], []]);
    });

    it('an address that names a workspace without the app is not written to with the token of another one', async () => {
      const { adapter, hear, install, world } = await start();
      await install(ACME);
      const heard = await hear({ team_id: ACME.id });
      if (!heard) throw new Error('nothing was heard');
      world.calls.length = 0;
      for (const workspace of [BETA.id, null]) {
        const address = { ...heard.conversation.address, workspace };
        const failure = await failureOf(adapter.post({ ...heard.conversation, address }, textMessage('x')));
        expect(failure).toMatchObject({ code: 'chat.delivery_failed' });
      }
      expect(world.calls).toEqual([]);
    });

    it('no token, code or secret gets into the log, a page or the rows of the store', async () => {
      const { hear, install, logLines, origin, stores, world } = await start();
      const pages = [await install(ACME, { rotates: true }), await install(BETA)];
      world.refuse('oauth.v2.access', 'internal_error');
      pages.push(await install(ACME));
      await hear({ team_id: ACME.id });
      const texts = await Promise.all(pages.map((page) => page.text()));
      expect(texts.at(-1)).toContain('could not be installed');
      const owner = { platform: 'slack', tenantId: ACME.id, userId: '' };
      const rows = (await stores.connections.list(owner)).map(({ sealed }) => Buffer.from(sealed).toString('latin1'));
      expect(rows).toHaveLength(1);
      expect([...logLines, ...texts, ...rows].join('\n')).not.toContain('canary');
      expect(origin).not.toBe('');
    });
  });

  it('goes on with the token that it has while the store is away', async () => {
    const { advance, clock } = shiftedClock();
    const { hear, install, stores } = await start({ clock });
    await install(ACME);
    await hear({ team_id: ACME.id });
    const get = jest.spyOn(stores.connections, 'get').mockRejectedValue(new BehalfError('store.unavailable', 'away'));
    advance(5 * 60_000);
    expect(await hear({ team_id: ACME.id })).toBeDefined();
    expect(get).toHaveBeenCalled();
    expect(await hear({ team_id: BETA.id })).toBeUndefined();
  });
});
