import { eventually } from './browser.js';
import { fileAct, guestAct, programAct, slashAct, threadAct } from './place-acts.js';
import { askedFormAct, discountAct, formsAct, loopAct, pipelineAct, searchAct } from './recipe-acts.js';
import { type Act, countOpportunities, labels, logIn, newestOpportunity, type Stage } from './stage.js';

export const STORY: readonly Act[] = [
  { title: 'help lists the commands, and an unknown text gets the closest ones', play: helpAct },
  { title: 'A first command asks for a login, and goes on by itself after it', play: firstLoginAct },
  { title: 'The same command again: no login; its button runs the next command', play: secondTimeAct },
  { title: 'Missing parameters are asked for one by one, and cancel stops', play: questionsAct },
  { title: 'The colleague logs in as himself, and may not create', play: colleagueAct },
  { title: 'A recipe with the switch off acts under the shared connection', play: sharedAct },
  { title: 'In a channel everything personal stays private', play: channelAct },
  { title: 'Two apps: one message asks for both logins', play: twoAppsAct },
  { title: 'The app takes the login back: the job asks anew and goes on at the failed step', play: revokedAct },
  { title: 'A token runs out: it is refreshed without a word', play: expiredAct },
  { title: 'Teams: the login runs in the sign-in window of the chat client', play: teamsAct },
  { title: 'A table of what the app has, and a picklist that runs the next command', play: pipelineAct },
  { title: 'A recipe asks the channel, and somebody else decides', play: discountAct },
  { title: 'A form instead of questions, in both chats', play: formsAct },
  { title: 'The CRM finds what is typed in a form or behind a command', play: searchAct },
  { title: 'A recipe asks in the middle of its work, with a form', play: askedFormAct },
  { title: 'A recipe goes through a list', play: loopAct },
  { title: 'In a thread of a channel, the answer stays in the thread', play: threadAct },
  { title: 'A slash command in the channel is answered to the person alone', play: slashAct },
  { title: 'A file that is sent along goes into the app', play: fileAct },
  { title: 'A guest may do what a recipe opens to guests, and nothing else', play: guestAct },
  { title: 'A program runs a recipe with a key, and no person', play: programAct },
  { title: 'Other e-mail addresses: a code pasted into the chat proves who is in the browser', play: pastedCodeAct },
  { title: 'The service restarts while a login is pending', play: restartAct },
  { title: 'personal_connections: disconnect, reconnect, delete', play: connectionsAct },
  { title: 'A login that is denied, and one that is cancelled', play: deniedAct },
];

async function helpAct({ check, rita }: Stage): Promise<void> {
  await rita.slack.say('help');
  const help = await rita.slack.hears(/What I can do for you/);
  check(
    'help offers the commands as buttons',
    help.buttons.some(({ label }) => label === 'Create opportunity'),
  );
  await rita.slack.say('creat oportunity');
  const unknown = await rita.slack.hears(/Did you mean/);
  check('the closest command is offered first', unknown.buttons[0]?.label === 'Create opportunity');
}

async function firstLoginAct(stage: Stage): Promise<void> {
  const { check, rita, tell } = stage;
  await rita.slack.say('create opportunity account: Acme amount: 5000');
  const prompt = await rita.slack.hears(/Please connect to Acme CRM/);
  check('the prompt has Login and Cancel', labels(prompt) === 'Login Cancel');
  const page = await logIn(stage, rita, rita.slack, prompt, 'Login');
  check('our page says which account was connected', page.text.includes('rita@acme.example'));
  const answer = await rita.slack.hears(/Created .* as rita@acme\.example/);
  check("the prompt itself became the recipe's answer", answer.id === prompt.id);
  await rita.slack.hears(/Connected Acme CRM as rita@acme\.example/);
  const newest = await newestOpportunity(stage);
  check('in the CRM it was created by Rita', newest.created_by.username === 'rita' && newest.amount === 5000);
  tell(`In the CRM: ${newest.id} ${newest.account}, ${newest.amount}, created by ${newest.created_by.name}`);
}

async function secondTimeAct(stage: Stage): Promise<void> {
  const { check, rita } = stage;
  await rita.slack.say('create opportunity account: Müller & Söhne: Export amount: 7,500.50');
  const answer = await rita.slack.hears(/Created .* as rita@acme\.example|Please connect|did not work/);
  check('there was no login', !answer.text.includes('Please connect'));
  check('the value kept its colon', (await newestOpportunity(stage)).account === 'Müller & Söhne: Export');
  await rita.slack.say('create opportunity account: Initech');
  const created = await rita.slack.hears(/Created .* as rita@acme\.example/);
  await rita.slack.press(created, 'Close it');
  await rita.slack.hears(/Closed .* as won/);
  check('the button closed it', (await newestOpportunity(stage)).stage === 'Closed Won');
}

async function questionsAct(stage: Stage): Promise<void> {
  const { check, rita } = stage;
  const before = await countOpportunities(stage);
  await rita.slack.say('large deal');
  await rita.slack.hears(/Which account\?/);
  await rita.slack.say('Initech');
  await rita.slack.hears(/What amount\?/);
  await rita.slack.say('a lot');
  await rita.slack.hears(/must be a number/);
  await rita.slack.say('250000');
  await rita.slack.hears(/need the head of sales/);
  await rita.slack.say('large deal account: Initech');
  await rita.slack.hears(/What amount\?/);
  await rita.slack.say('cancel');
  await rita.slack.hears(/Cancelled/);
  check('nothing was created', (await countOpportunities(stage)) === before);
}

async function colleagueAct(stage: Stage): Promise<void> {
  const { carl, check } = stage;
  await carl.slack.say('create opportunity account: Acme amount: 10');
  const prompt = await carl.slack.hears(/Please connect to Acme CRM/);
  await logIn(stage, carl, carl.slack, prompt, 'Login');
  const refusal = await carl.slack.hears(/may not|permission/);
  check('it is their account that lacks the permission', refusal.text.includes('carl@acme.example'));
  await carl.slack.say('create opportunity account: Acme amount: 10');
  const again = await carl.slack.hears(/may not|permission|Please connect/);
  check('there is no loop of logins', !again.text.includes('Please connect'));
}

async function sharedAct({ carl, check, tell, world }: Stage): Promise<void> {
  await carl.slack.say('log note text: Called Acme, they will call back');
  await carl.slack.hears(/Logged as Integration User/);
  const { notes } = await world.apps.crmControl.records();
  check('in the CRM it was created by the integration user', notes.at(-1)?.created_by.name === 'Integration User');
  tell(`In the CRM: a note created by ${notes.at(-1)?.created_by.name}`);
}

async function channelAct({ carl, check, rita }: Stage): Promise<void> {
  await rita.slack.say('@Behalf personal_connections', 'channel');
  const list = await rita.slack.hears(/Acme CRM as rita@acme\.example/);
  check(
    'only Rita can see it',
    list.isPrivate && !carl.slack.sees().some(({ text }) => text.includes('as rita@acme.example')),
  );
}

async function twoAppsAct(stage: Stage): Promise<void> {
  const { carl, check } = stage;
  await carl.slack.say('personal_connections');
  const list = await carl.slack.hears(/Your connections/);
  await carl.slack.choose(list, /Acme CRM/);
  await carl.slack.press(list, 'Disconnect');
  await carl.slack.hears(/Disconnected Acme CRM/);
  await stage.world.apps.crmControl.changeAccount('carl', { mayCreate: true });
  await carl.slack.say('file proposal account: Umbrella');
  const prompt = await carl.slack.hears(/Please connect to Acme CRM and Acme Files/);
  await logIn(stage, carl, carl.slack, prompt, 'Login to Acme CRM');
  const half = await carl.slack.hears(/Please connect to Acme Files/);
  check('the same message asks for the rest', half.id === prompt.id && half.text.includes('✓ Acme CRM is connected'));
  await logIn(stage, carl, carl.slack, half, 'Login to Acme Files');
  await carl.slack.hears(/Filed .* as carl@acme\.example/);
  const { files } = await stage.world.apps.filesControl.records();
  check("the file is Carl's", files.at(-1)?.owner.username === 'carl');
  await stage.world.apps.crmControl.changeAccount('carl', { mayCreate: false });
}

async function teamsAct(stage: Stage): Promise<void> {
  const { check, rita, tell } = stage;
  await rita.teams.say('create opportunity account: Globex amount: 900');
  const prompt = await rita.teams.hears(/Please connect to Acme CRM/);
  const link = await rita.teams.press(prompt, 'Login');
  const page = await rita.browser.logIn(link ?? '', { username: 'rita' });
  const code = /data-login-code="([^"]+)"/.exec(page.html)?.[1] ?? '';
  check('the window gets a code for the chat client', code !== '' && page.text.includes('One more step'));
  tell('The sign-in window hands the code to Teams, and Teams sends it as the person who is signed in');
  await rita.teams.handOver(code);
  await rita.teams.hears(/Created .* as rita@acme\.example/);
  check('created by Rita', (await newestOpportunity(stage)).created_by.username === 'rita');
}

async function revokedAct(stage: Stage): Promise<void> {
  const { check, rita, tell, world } = stage;
  await world.apps.crmControl.revoke('rita');
  tell("The CRM's administrator revokes all logins of Rita");
  const before = await countOpportunities(stage);
  await rita.slack.say('create opportunity account: Globex amount: 77');
  const prompt = await rita.slack.hears(/Please connect to Acme CRM/);
  await logIn(stage, rita, rita.slack, prompt, 'Login');
  await rita.slack.hears(/Created .* as rita@acme\.example/);
  check('exactly one opportunity was created', (await countOpportunities(stage)) === before + 1);
}

async function expiredAct(stage: Stage): Promise<void> {
  const { check, rita, tell, world } = stage;
  const refreshes = async (): Promise<number> =>
    (await world.apps.crmControl.counts()).tokenCalls['refresh_token'] ?? 0;
  const before = await refreshes();
  await world.apps.crmControl.expire('rita');
  tell("Rita's access token at the CRM runs out");
  await rita.slack.say('find opportunities account: Globex');
  const answer = await rita.slack.hears(/Globex.*Prospecting|Please connect/);
  check('there was no login', !answer.text.includes('Please connect'));
  check('one refresh was made', (await refreshes()) === before + 1);
}

async function pastedCodeAct(stage: Stage): Promise<void> {
  const { carl, check, max, tell } = stage;
  await max.slack.say('find opportunities account: Acme');
  const prompt = await max.slack.hears(/Please connect to Acme CRM/);
  const page = await logIn(stage, max, max.slack, prompt, 'Login');
  const code = /data-login-code="([^"]+)"/.exec(page.html)?.[1] ?? '';
  check('the page shows a code and connects nothing yet', code !== '' && page.text.includes('One more step'));
  await max.slack.say(code);
  await max.slack.hears(/Acme.*Prospecting/);
  tell('The same with a stranger: Carl sends Max a link of his own');
  await carl.teams.say('find opportunities account: Acme');
  const trap = await carl.teams.hears(/Please connect to Acme CRM/);
  const trapPage = await max.browser.logIn((await carl.teams.press(trap, 'Login')) ?? '', { username: 'max' });
  await max.teams.say(/data-login-code="([^"]+)"/.exec(trapPage.html)?.[1] ?? '');
  await max.teams.hears(/somebody else's login/);
  await carl.teams.hears(/opened by somebody else/);
  await carl.teams.press(trap, 'Cancel');
  await carl.teams.hears(/Cancelled/);
}

async function restartAct(stage: Stage): Promise<void> {
  const { carl, check, service, tell, world } = stage;
  await world.apps.crmControl.revoke('carl');
  await world.apps.crmControl.changeAccount('carl', { mayCreate: true });
  const before = await countOpportunities(stage);
  await carl.slack.say('create opportunity account: Umbrella amount: 1');
  const prompt = await carl.slack.hears(/Please connect to Acme CRM/);
  const link = await carl.slack.press(prompt, 'Login');
  const start = await carl.browser.open(link ?? '');
  const provider = await carl.browser.submit(start, /\/login\//);
  await service.restart('SIGKILL');
  tell('The service is killed and started again while Carl is at the login page of the CRM');
  await carl.browser.answerProvider(provider, { username: 'carl' });
  await carl.slack.hears(/Created .* as carl@acme\.example/);
  check('exactly one opportunity was created', (await countOpportunities(stage)) === before + 1);
  await world.apps.crmControl.changeAccount('carl', { mayCreate: false });
}

async function connectionsAct(stage: Stage): Promise<void> {
  const { check, rita, world } = stage;
  await rita.teams.say('connections');
  const list = await rita.teams.hears(/Acme CRM as rita@acme\.example — Connected/);
  await rita.teams.choose(list, /Acme CRM/);
  const revoked = (await world.apps.crmControl.revocations()).length;
  await rita.teams.press(list, 'Disconnect');
  const disconnected = await rita.teams.hears(/Disconnected Acme CRM/);
  check('the message is edited in place', disconnected.id === list.id);
  await eventually('the CRM to be asked to revoke', async () =>
    (await world.apps.crmControl.revocations()).length > revoked ? true : undefined,
  );
  const link = await rita.teams.press(disconnected, 'Reconnect Acme CRM');
  const page = await rita.browser.logIn(link ?? '', { username: 'rita' });
  await rita.teams.handOver(/data-login-code="([^"]+)"/.exec(page.html)?.[1] ?? '');
  await rita.teams.hears(/Connected Acme CRM as rita/);
  await rita.teams.say('personal_connections');
  const again = await rita.teams.hears(/Acme CRM as rita@acme\.example — Connected/);
  await rita.teams.choose(again, /Acme CRM/);
  await rita.teams.press(again, 'Delete');
  const question = await rita.teams.hears(/Delete your connection to/);
  check('the question says what uses it', question.text.includes('Create opportunity'));
  await rita.teams.press(question, 'Delete it');
  await rita.teams.hears(/You have no personal connections yet/);
}

async function deniedAct(stage: Stage): Promise<void> {
  const { check, rita } = stage;
  await rita.teams.say('find opportunities account: Acme');
  const prompt = await rita.teams.hears(/Please connect to Acme CRM/);
  const link = await rita.teams.press(prompt, 'Login');
  const page = await rita.browser.logIn(link ?? '', { username: 'rita', allow: false });
  check('our page says that nothing was connected', page.text.includes('Not connected'));
  await rita.teams.press(prompt, 'Cancel');
  const cancelled = await rita.teams.hears(/Cancelled/);
  check('the prompt says so', cancelled.id === prompt.id);
}
