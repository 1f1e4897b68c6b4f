import { setTimeout as wait } from 'node:timers/promises';
import { logIn, type Stage } from './stage.js';

const PATIENCE = 40;
const LOOK_MS = 250;

export async function threadAct({ carl, check, rita }: Stage): Promise<void> {
  for (const [hers, his] of [
    [rita.slack, carl.slack],
    [rita.teams, carl.teams],
  ] as const) {
    await hers.say('@Behalf log note text: Called Initech', 'channel');
    const answer = await hers.hears(/Logged as Integration User/);
    const thread = answer.thread ?? answer.id;
    await his.say('@Behalf log note text: I will visit them', 'channel', { thread });
    const second = await hers.hears(/Logged as Integration User/);
    check('the answer stands in the same thread', second.thread === thread && second.id !== answer.id);
  }
}

export async function slashAct({ carl, check, rita }: Stage): Promise<void> {
  await rita.slack.command('pipeline account: Initech');
  const table = await rita.slack.hears(/Pipeline of Initech/);
  check('only Rita can see it', table.isPrivate && !carl.slack.sees().some(({ id }) => id === table.id));
}

export async function fileAct(stage: Stage): Promise<void> {
  const { check, rita, tell, world } = stage;
  const content = Buffer.from('Our best offer');
  const files = [{ name: 'Offer for Initech.txt', mimeType: 'text/plain', content }];
  await rita.slack.say('store document', 'direct', { files });
  const prompt = await rita.slack.hears(/Please connect to Acme Files/);
  await logIn(stage, rita, rita.slack, prompt, 'Login');
  await rita.slack.hears(/Stored .* as rita@acme\.example/);
  const stored = (await world.apps.filesControl.records()).files.at(-1);
  const isWhole = stored?.encoding === 'base64' && Buffer.from(stored.content, 'base64').equals(content);
  check('the app has it, byte for byte, in the name of Rita', isWhole && stored.owner.username === 'rita');
  tell(`In Acme Files: ${stored?.name}, ${stored?.size} bytes, stored by ${stored?.owner.name}`);
}

export async function guestAct({ check, gina, world }: Stage): Promise<void> {
  await gina.slack.say('pipeline account: Initech');
  await gina.slack.hears(/Pipeline is not open to you/);
  await gina.teams.say('pipeline account: Initech');
  await gina.teams.hears(/Pipeline is not open to you/);
  await gina.slack.say('log note text: Gina met Initech at the fair');
  await gina.slack.hears(/Logged as Integration User/);
  const note = (await world.apps.crmControl.records()).notes.at(-1);
  check('her note is in the CRM', note?.text === 'Gina met Initech at the fair');
}

export async function programAct({ check, tell, world }: Stage): Promise<void> {
  const headers = { authorization: `Bearer ${world.programKey}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ inputs: { text: 'Hello from a program' } });
  const started = await fetch(`${world.frontUrl}/api/recipes/write-note/jobs`, { method: 'POST', headers, body });
  check('the job is accepted', started.status === 202);
  const address = new URL(started.headers.get('location') ?? '', world.frontUrl);
  let answer = '';
  for (let look = 0; look < PATIENCE && !answer.includes('succeeded'); look += 1) {
    await wait(LOOK_MS);
    answer = await (await fetch(address, { headers })).text();
  }
  check('it has succeeded', answer.includes('"status":"succeeded"'));
  const note = (await world.apps.crmControl.records()).notes.at(-1);
  check('the note is under the shared account', note?.created_by.name === 'Integration User');
  tell(`In the CRM: ${note?.text}, created by ${note?.created_by.name}`);
}
