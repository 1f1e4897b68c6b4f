import { buttonsOf, type ChatMessage, loginButtonsOf } from '../../../../support/recording-chat.js';
import { recipe } from '../../../../support/service-files.js';
import type { Story } from '../job-walk.js';
import type { Death, Run } from '../run.js';

const DAY = 86_400_000;

export const OWN = recipe({
  command: 'go',
  steps: `  - { id: made, action: crm.create, input: { name: mine } }
  - reply: { text: "Made {{ steps.made.name }} as {{ connections.crm.account }}" }`,
});
const BOTH = recipe({
  command: 'go',
  connections: 'crm: { use: crm, verify_user_access: true }\n  files: { use: files, verify_user_access: true }',
  steps: `  - { action: crm.create, input: { name: one } }
  - { action: files.create, input: { name: two } }
  - reply: { text: "Made one as {{ connections.crm.account }}, two as {{ connections.files.account }}" }`,
});

async function isOver(run: Run): Promise<boolean> {
  return (await run.jobs()).every(({ keepUntil }) => keepUntil !== undefined);
}

/** Logs in wherever a prompt asks for it, as often as it takes, until all jobs have ended. */
export async function connect(run: Run): Promise<void> {
  const prompt = () => run.chat.messages.findLast((message) => loginButtonsOf(message).length > 0);
  const sleeps = async () => (await run.jobs()).some(({ status }) => status === 'suspended');
  for (;;) {
    await run.until(
      'a prompt or the end',
      async () => (await isOver(run)) || (prompt() !== undefined && (await sleeps())),
    );
    const message = prompt();
    if ((await isOver(run)) || !message) return;
    // Who finds the page broken, or the link used up, tries the next one, and looks into the chat again.
    for (const { url } of loginButtonsOf(message)) if ((await run.logIn(url)) === 'connected') break;
    await run.wait();
  }
}

export async function goAndConnect(run: Run): Promise<void> {
  await run.say('go');
  await connect(run);
}

/** Has the list of revocations worked off, as far as it is due. */
export async function revoke(run: Run): Promise<void> {
  while ((await run.revoke()) !== 0) await run.wait();
}

/** True where something was due. */
async function keepAlive(run: Run): Promise<boolean> {
  for (let isAny = false; ; isAny = true) {
    if ((await run.keepAlive()) === 0) return isAny;
    await run.wait();
  }
}

/** One refresh token a connection is good in the end, and none besides. */
export function checkTokens(connections: number) {
  return async (run: Run) => {
    // Longer than anything is kept on the list for later.
    await run.restart(15 * 60_000);
    await revoke(run);
    const tokens = run.world.app.refreshTokensOf(run.account);
    const isDone = (await run.jobs()).every(({ status }) => status === 'succeeded');
    const orphans = tokens.length - connections;
    const allowed = run.deaths.filter(diedOverTokens).length;
    return (isDone && orphans < 0) || orphans > allowed ? [`good tokens: ${tokens}`] : [];
  };
}

/** The process had got tokens that nobody else knew of: they were neither stored nor listed for revocation. */
function diedOverTokens({ effects }: Death): boolean {
  const since = effects.slice(effects.lastIndexOf('connections.write') + 1);
  const calledAt = since.lastIndexOf('http.request');
  const isAction = since[calledAt - 1] === 'jobs.write';
  return calledAt >= 0 && !isAction && !since.includes('revocations.add', calledAt);
}

/** Logins, refreshes and the ends of connections. */
export const LOGIN_STORIES: readonly Story[] = [
  {
    name: 'a login whose e-mail address proves the person',
    recipes: { go: OWN },
    act: goAndConnect,
    check: checkTokens(1),
    mayAlsoSay: /^Connected Acme CRM as/u,
    mayNotSay: /^Connected Acme CRM as/u,
  },
  {
    name: 'a login that is proven by a pasted code',
    recipes: { go: OWN },
    async act(run) {
      run.chat.emails.clear();
      await goAndConnect(run);
    },
    check: checkTokens(1),
    mayAlsoSay: /^Connected Acme CRM as|I do not know that code|login has expired/u,
    mayNotSay: /^Connected Acme CRM as/u,
  },
  {
    name: 'logins to two apps',
    recipes: { go: BOTH },
    act: goAndConnect,
    check: checkTokens(2),
    mayAlsoSay: /^Connected Acme (?:CRM|Files) as/u,
    mayNotSay: /^Connected Acme (?:CRM|Files) as/u,
  },
  {
    name: 'a refresh',
    recipes: { go: OWN },
    prepare: goAndConnect,
    laterMs: 2 * DAY,
    act: goAndConnect,
    check: checkTokens(1),
    mayAlsoSay: /^Connected Acme CRM as/u,
  },
  {
    name: 'a login that is kept alive',
    recipes: { go: OWN },
    prepare: goAndConnect,
    // Within the time after which the app would end it.
    laterMs: 80 * DAY,
    async act(run) {
      const isKept = await keepAlive(run);
      if (!isKept && run.deaths.length === 0) throw new Error('There was nothing to keep alive');
      await goAndConnect(run);
    },
    async check(run) {
      // What the one that died had taken shows itself again.
      await run.restart(30 * 60_000);
      await keepAlive(run);
      return checkTokens(1)(run);
    },
    mayAlsoSay: /^Connected Acme CRM as/u,
  },
  {
    name: 'a login after the app has forgotten the person',
    recipes: { go: OWN },
    prepare: goAndConnect,
    async act(run) {
      run.world.app.forgetTokens();
      await goAndConnect(run);
    },
    check: checkTokens(1),
    mayAlsoSay: /^Connected Acme CRM as/u,
    mayNotSay: /^Connected Acme CRM as/u,
  },
  {
    name: 'a login that nobody does in time',
    recipes: { go: OWN },
    act: (run) => run.say('go'),
    check: checkTokens(0),
  },
  {
    name: 'a request that is cancelled before the login',
    recipes: { go: OWN },
    async act(run) {
      await run.say('go');
      await run.until('the prompt', async () => (await run.jobs()).some(({ status }) => status === 'suspended'));
      await run.say('cancel');
    },
    check: checkTokens(0),
    mayAlsoSay: /There is nothing/u,
    mayNotSay: /^Cancelled: Go\.$/u,
  },
  {
    name: 'a connection that is ended by its person',
    recipes: { go: OWN },
    prepare: goAndConnect,
    act: (run) => endConnection(run, ['Disconnect']),
    check: checkTokens(0),
    mayAlsoSay: /connections/u,
    // It says then that it is disconnected; what there was to revoke nobody knows any more.
    mayNotSay: /^Disconnected/u,
  },
  {
    name: 'a connection that is deleted by its person',
    recipes: { go: OWN },
    prepare: goAndConnect,
    act: (run) => endConnection(run, ['Delete', 'Delete it']),
    check: checkTokens(0),
    mayAlsoSay: /connections/u,
    // Nobody is there any more who knows.
    mayNotSay: /^Deleted/u,
  },
  {
    name: 'tokens that the app is told to end',
    recipes: { go: OWN },
    async prepare(run) {
      await goAndConnect(run);
      await endConnection(run, ['Delete', 'Delete it']);
    },
    act: revoke,
    check: checkTokens(0),
  },
  {
    name: 'tokens that the app does not end at first',
    recipes: { go: OWN },
    async prepare(run) {
      await goAndConnect(run);
      await endConnection(run, ['Delete', 'Delete it']);
    },
    async act(run) {
      run.world.app.revocationAnswers.splice(0, Number.POSITIVE_INFINITY, { status: 503 }, { status: 500 });
      await revoke(run);
      await run.restart(60_000);
      await revoke(run);
    },
    async check(run) {
      // Who was not heard at the first try may need another one.
      await run.restart(15 * 60_000);
      await revoke(run);
      return checkTokens(0)(run);
    },
  },
];

async function endConnection(run: Run, labels: readonly string[]): Promise<void> {
  await run.say('personal_connections');
  for (const label of labels) {
    const holds = (message: ChatMessage) => buttonsOf(message).some((button) => button.label === label);
    const message = run.chat.messages.findLast((candidate) => holds(candidate) && !isNotice(candidate));
    if (!message) throw new Error(`Nothing offers ${label}: ${run.chat.texts().join(' | ')}`);
    await run.press(message, label, { connection: 'crm' });
  }
}

/** The message that tells of a login has a button of the same name. */
function isNotice({ versions }: ChatMessage): boolean {
  return versions.at(-1)?.fallback.startsWith('Connected') ?? false;
}
