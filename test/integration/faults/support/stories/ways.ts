import { loginButtonsOf } from '../../../../support/recording-chat.js';
import type { Story } from '../job-walk.js';
import type { Run } from '../run.js';
import { checkTokens, connect, goAndConnect, OWN, revoke } from './logins.js';

/** More than one link may have open at a time. */
const TOO_OFTEN = 11;

const CONNECTED = /^Connected Acme CRM as/u;

async function promptOf(run: Run): Promise<string> {
  await run.say('go');
  const asks = () => run.chat.messages.findLast((message) => loginButtonsOf(message).length > 0);
  const sleeps = async () => (await run.jobs()).some(({ status }) => status === 'suspended');
  await run.until('the prompt', async () => (await sleeps()) && asks() !== undefined);
  const message = asks();
  return (message && loginButtonsOf(message)[0]?.url) ?? '';
}

/** Opens the link again and again without going on, and then logs in. */
async function openOften(run: Run): Promise<void> {
  const url = await promptOf(run);
  for (let time = 0; time < TOO_OFTEN; time += 1) await run.openLogin(url);
  await connect(run);
}

/** Has the list of those who left worked off, and what follows from it. */
async function endAll(run: Run): Promise<void> {
  while ((await run.endConnections()) !== 0) await run.wait();
  await revoke(run);
}

/** As {@link checkTokens}, once who was to be ended when the process died shows up again. */
function checkEnded(connections: number) {
  return async (run: Run) => {
    await run.restart(15 * 60_000);
    await endAll(run);
    return checkTokens(connections)(run);
  };
}

/** Ways of a login besides the browser alone, and what ends connections without their person. */
export const WAY_STORIES: readonly Story[] = [
  {
    name: 'a login in a channel',
    recipes: { go: OWN },
    async act(run) {
      await run.say('go', run.channel);
      await connect(run);
    },
    check: checkTokens(1),
    mayAlsoSay: CONNECTED,
    mayNotSay: CONNECTED,
  },
  {
    name: 'a login whose page is opened again and again',
    recipes: { go: OWN },
    act: openOften,
    check: checkTokens(1),
    mayAlsoSay: CONNECTED,
    mayNotSay: CONNECTED,
  },
  {
    name: 'a login of who signs in to the chat platform before',
    ways: 'sign-in',
    recipes: { go: OWN },
    act: openOften,
    check: checkTokens(1),
    mayAlsoSay: CONNECTED,
    mayNotSay: CONNECTED,
  },
  {
    name: 'a login that somebody else has signed in for',
    ways: 'sign-in',
    recipes: { go: OWN },
    async act(run) {
      const url = await promptOf(run);
      run.signsIn = 'somebody-else';
      await run.logIn(url);
    },
    check: checkTokens(0),
    // Who was not told that the link is burnt finds out when they use it.
    mayAlsoSay: /somebody else/iu,
    mayNotSay: /somebody else/iu,
  },
  {
    name: 'a login that the chat client does',
    ways: 'silent',
    recipes: { go: OWN },
    act: goAndConnect,
    check: checkTokens(1),
    mayAlsoSay: CONNECTED,
    mayNotSay: CONNECTED,
  },
  {
    name: 'the end of the connections of somebody who has left',
    recipes: { go: OWN },
    prepare: goAndConnect,
    async act(run) {
      await run.tell({ ...run.user, kind: 'person-left', why: 'deactivated' });
      await endAll(run);
      // Whom a process that has died had on its list shows up again.
      await run.restart(15 * 60_000);
      await endAll(run);
    },
    check: checkEnded(0),
  },
  {
    name: 'a person who has left and is back in time',
    recipes: { go: OWN },
    prepare: goAndConnect,
    async act(run) {
      await run.tell({ ...run.user, kind: 'person-left', why: 'app-removed' });
      await run.tell({ ...run.user, kind: 'person-back' });
      await endAll(run);
    },
    check: checkEnded(1),
  },
];
