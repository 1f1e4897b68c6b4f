import type { Actor } from './actors.js';
import { newestOpportunity, type Stage } from './stage.js';

export async function pipelineAct(stage: Stage): Promise<void> {
  const { check, rita } = stage;
  await rita.slack.say('pipeline account: Globex');
  const table = await rita.slack.hears(/Pipeline of Globex/);
  check('the table shows names and stages', /Globex opportunity.*900.*Prospecting/.test(table.text));
  const { id } = await newestOpportunity(stage);
  await rita.slack.choose(table, new RegExp(id));
  await rita.slack.press(table, 'Close it');
  await rita.slack.hears(/Closed .* as won/);
  check('what was chosen is closed', (await newestOpportunity(stage)).stage === 'Closed Won');
}

export async function discountAct({ carl, check, rita, world }: Stage): Promise<void> {
  await rita.slack.say('@Behalf approve discount account: Acme percent: 15', 'channel');
  const question = await carl.slack.hears(/Rita Rep wants to give Acme a discount of 15 %/);
  await carl.slack.press(question, 'Approve');
  await carl.slack.hears(/Approve, by Carl Colleague/);
  await rita.slack.hears(/Acme gets 15 %, as Carl Colleague approved/);
  const note = (await world.apps.crmControl.records()).notes.at(-1);
  check('Carl decided, and it was done as Rita', note?.created_by.username === 'rita');
}

export async function formsAct(stage: Stage): Promise<void> {
  const { check, rita } = stage;
  await openForm(rita.slack);
  const wrong = await rita.slack.fillIn({ account: 'Initech', amount: '5', close_date: '2026-12-24' });
  check('the form says what is wrong', wrong.includes('Between 100 and 100000'));
  await rita.slack.fillIn({ account: 'Initech', amount: '4200', close_date: '2026-12-24' });
  await rita.slack.hears(/New deal with Initech/);
  // A button of a command that needs something opens its form at once.
  await rita.teams.say('help new deal');
  await rita.teams.press(await rita.teams.hears(/Type new deal/), 'New deal');
  await rita.teams.fillIn({ account: 'Globex', amount: '6400', close_date: '2027-01-31' });
  await rita.teams.hears(/New deal with Globex/);
  check('both deals are in the CRM', (await newestOpportunity(stage)).name === 'Globex, closes 2027-01-31');
}

export async function askedFormAct({ check, rita, world }: Stage): Promise<void> {
  for (const [actor, account] of [
    [rita.slack, 'Acme'],
    [rita.teams, 'Globex'],
  ] as const) {
    await actor.say(`plan visit account: ${account}`);
    await actor.press(await actor.hears(/What is the visit to \w+ about\?/), 'Answer');
    await actor.fillIn({ day: '2026-12-24' });
    await actor.hears(new RegExp(`Noted: Visit to ${account}, on 2026-12-24`));
    const note = (await world.apps.crmControl.records()).notes.at(-1);
    check(
      'what stood in the form beforehand was taken',
      note?.text === `Visit to ${account}, 2026-12-24, 2 h (On site)`,
    );
  }
}

export async function searchAct(stage: Stage): Promise<void> {
  const { check, rita } = stage;
  const { id } = await newestOpportunity(stage);
  for (const [actor, to] of [
    [rita.slack, 'Prospecting'],
    [rita.teams, 'Negotiation'],
  ] as const) {
    await actor.say('move opportunity');
    await actor.press(await actor.hears(/Which opportunity\?/), 'Fill in a form');
    const [offered] = await actor.look('opportunity', id);
    const forged = await actor.fillIn({ opportunity: offered?.value ?? '', stage: 'Lost' }).catch(() => 'not sent');
    check('what is not on offer is not taken', forged !== '');
    check('the CRM was asked while Rita typed', offered?.label.includes(id) ?? false);
    await actor.fillIn({ opportunity: offered?.value ?? '', stage: to });
    await actor.hears(new RegExp(`Moved .* to ${to}`));
    check('it was moved', (await newestOpportunity(stage)).stage === to);
  }
  await rita.slack.say('move opportunity globex stage: Prospecting');
  const question = await rita.slack.hears(/I have found th(?:is|ese) for “globex”/);
  await rita.slack.choose(question, new RegExp(id));
  await rita.slack.press(question, 'Choose');
  await rita.slack.hears(/Moved .* to Prospecting/);
}

export async function loopAct({ check, rita, world }: Stage): Promise<void> {
  await rita.teams.say('clear out account: Globex');
  await rita.teams.hears(/Closed as lost: OPP-\d+, OPP-\d+/);
  const { opportunities } = await world.apps.crmControl.records();
  const left = opportunities.filter(({ account, stage }) => account === 'Globex' && !stage.startsWith('Closed'));
  check('none of them is open any more', left.length === 0);
}

async function openForm(actor: Actor): Promise<void> {
  await actor.say('new deal');
  await actor.press(await actor.hears(/Which account\?/), 'Fill in a form');
}
