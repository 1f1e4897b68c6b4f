import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { PEOPLE } from '../../playground/people.js';
import { readMessage } from '../../playground/tour/read-message.js';
import { playTour } from '../../playground/tour/tour.js';
import { toJsonLine } from '../../src/audit/audit-lines.js';
import { openAuditLog } from '../../src/compose/audit.js';
import { parseStoreConfig } from '../../src/config.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { askForLogin, codeOn, startAfresh, visit } from './support/logins.js';
import { flawsOf, foreignParts } from './support/page-headers.js';
import { type RecordedStage, startRecordedStage } from './support/recorded-stage.js';
import { findIn, personalTokensOf, secretsOf } from './support/secrets.js';
import { START_MS } from './support/stage.js';
import { dumpFolder, dumpRedis, READABLE_REDIS } from './support/store-dump.js';

const ROOT = join(__dirname, '../..');
const STORY_MS = 120_000;
/** What an operator runs to look at the service. */
const COMMANDS = [
  ['check'],
  ['connections'],
  ['connections', 'test', 'acme-crm'],
  ['audit', '--json'],
  ['audit', 'verify'],
  ['doctor'],
  ['slack', 'manifest'],
  ['nonsense'],
];

/** Typed by a person. */
const TYPED = { name: 'typed text', value: 'Zwölfzylinder Canary 4711' };

describe.each(['embedded', 'redis'] as const)('after the whole story on the %s store', (store) => {
  let redis: RedisServer | undefined;
  let stage: RecordedStage;
  let dump: Buffer;
  /** The audit log, opened. */
  let audit: string;
  /** Every answer of the service that a person or a scraper can read. */
  let answers: string;
  let chat: string;
  /** Everything that the commands of the operator print. */
  let printed: string;

  beforeAll(async () => {
    redis = store === 'redis' ? await startRedis(READABLE_REDIS) : undefined;
    stage = await startRecordedStage(redis?.url);
    await playTour(stage.world, stage.service, () => undefined);
    await playBadLuck();
    await stage.service.stop();
    dump = redis ? await dumpRedis(redis.url) : dumpFolder(stage.world.serviceEnv['DATA_DIR'] ?? '');
    audit = await readAudit();
    printed = await runCommands();
    answers = stage.recorders.service.exchanges.map(({ answer }) => answer).join('\n');
    chat = JSON.stringify([
      stage.world.slack.calls.map(({ args }) => args),
      stage.world.teams.requests.filter(({ direction }) => direction === 'from-bot'),
      stage.world.conversations.all(),
    ]);
  }, START_MS + STORY_MS);

  afterAll(async () => {
    await stage.stop();
    await redis?.stop();
  });

  async function runCommands(): Promise<string> {
    const environment = { PATH: process.env['PATH'], ...stage.world.serviceEnv };
    const outputs: string[] = [];
    for (const words of COMMANDS) outputs.push(await runCommand(words, environment));
    return outputs.join('\n');
  }

  async function readAudit(): Promise<string> {
    const { close, log } = await openAuditLog(parseStoreConfig(stage.world.serviceEnv));
    const lines: string[] = [];
    try {
      expect(await log.verify()).toMatchObject({ kind: 'whole' });
      for await (const line of log.read()) lines.push(toJsonLine(line));
    } finally {
      await close();
    }
    return lines.join('');
  }

  /** What the tour has not: codes, wrong requests, and apps that fail. */
  async function playBadLuck(): Promise<void> {
    const { crmControl } = stage.world.apps;
    const [carl, max, rita] = [stage.player('carl'), stage.player('max'), stage.player('rita')];
    for (const actor of [carl.teams, max.slack, max.teams]) await startAfresh(actor);
    const login = await askForLogin(max.slack);
    // With a link of its own to the same login.
    await stage.world.slack.homes.open('max');
    const native = stage.world.slack.homes.viewOf('max');
    const home = readMessage({ id: '', author: 'bot', at: 0, text: '', native });
    const again = home.buttons.find(({ label }) => label.startsWith('Login to'))?.url ?? '';
    expect(again).not.toBe(login.link);
    expect((await visit(again)).status).toBe(200);
    const code = codeOn(await max.browser.logIn(login.link, { username: 'max' }));
    await max.slack.say(code);
    await max.slack.hears(/Created .* as max\.private@mail\.example/);
    await crmControl.setTokenFault({ kind: 'html', status: 502 });
    const failing = await askForLogin(max.teams);
    await max.teams.handOver(codeOn(await max.browser.logIn(failing.link, { username: 'max' })));
    await max.teams.hears(/did not|not work|later|again/);
    await crmControl.setApiFault({ failNext: 20, status: 500 });
    await max.slack.say(`log note text: ${TYPED.value}`);
    await max.slack.hears(/did not work/);
    await crmControl.setApiFault({ failNext: 0 });
    await max.slack.say(`create opportunity account: ${TYPED.value}`);
    await max.slack.hears(/did not work/);
    await max.slack.say(TYPED.value);
    await max.slack.hears(/I don't know that command/);
    const forwarded = await askForLogin(carl.teams);
    const burned = codeOn(await rita.browser.logIn(forwarded.link, { username: 'rita' }));
    await rita.teams.handOver(burned);
    await rita.teams.hears(/somebody else's login/);
    await visit(`${login.link}x`);
    await visit(`${stage.world.frontUrl}/oauth/callback/acme-crm?code=${'c'.repeat(43)}&state=${'s'.repeat(43)}`);
    await stage.world.slack.sendRaw(JSON.stringify({ text: TYPED.value }), { 'content-type': 'application/json' });
    const activity = stage.world.teams.activity('rita', TYPED.value);
    await stage.world.teams.sendRaw({ activity, token: stage.world.teams.makeToken({ audience: 'another' }) });
    for (const path of ['/metrics', '/healthz', '/readyz', '/nowhere']) await visit(stage.world.frontUrl + path);
  }

  it('there was enough to look for, and it can be found where it belongs', () => {
    const names = new Set([...secretsOf(stage), ...personalTokensOf(stage)].map(({ name }) => name));
    expect([...names].sort()).toEqual(
      [
        ...['ACME_CRM_API_KEY', 'ACME_CRM_CLIENT_SECRET', 'ACME_FILES_CLIENT_SECRET', 'ENCRYPTION_KEYS'],
        'API_KEYS',
        ...['MicrosoftAppPassword', 'SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET'],
        ...['access_token', 'authorization', 'button', 'client authorization', 'code', 'code_verifier', 'cookie'],
        ...['id_token', 'login code', 'login link', 'refresh_token', 'response URL', 'state', 'token'],
      ].sort(),
    );
    expect(findIn(chat, personalTokensOf(stage))).toEqual(expect.arrayContaining(['login link', 'button']));
    expect(findIn(answers, personalTokensOf(stage))).toEqual(expect.arrayContaining(['login link', 'login code']));
    expect(stage.log()).toContain('"msg":"job finished"');
    const [, jobId = 'none'] = /"jobId":"([^"]+)"/.exec(stage.log()) ?? [];
    expect(dump.includes(jobId)).toBe(true);
  });

  it('no secret, link, code, button or typed text is in the log', () => {
    expect(findIn(stage.log(), [...secretsOf(stage), ...personalTokensOf(stage), TYPED])).toEqual([]);
  });

  it('no secret, link, code, button or typed text is in the audit log, which has the whole story', () => {
    for (const kind of ['action', 'login', 'connection', 'revocation', 'job'])
      expect(audit).toContain(`"kind":"${kind}"`);
    expect(findIn(audit, [...secretsOf(stage), ...personalTokensOf(stage), TYPED])).toEqual([]);
  });

  it('no secret, link, code, button, typed text or person is in the traces, which have the whole story', () => {
    const traces = stage.traces.bodies.join('\n');
    expect(stage.traces.refused).toEqual([]);
    for (const name of ['run job', 'step action', 'complete login', 'prove login', 'refresh token', 'POST'])
      expect([name, stage.traces.named(name).length > 0]).toEqual([name, true]);
    expect(findIn(traces, [...secretsOf(stage), ...personalTokensOf(stage), TYPED])).toEqual([]);
    const people = PEOPLE.flatMap((person) => [person.email, person.slackUserId, person.aadObjectId]);
    expect(people.filter((known) => traces.includes(known))).toEqual([]);
  });

  it('no secret is in any message of a chat', () => {
    expect(findIn(chat, secretsOf(stage))).toEqual([]);
  });

  it('no secret is in any page, error or metric', () => {
    expect(findIn(answers, secretsOf(stage))).toEqual([]);
  });

  it('no secret, link, code, button or typed text is in what any command prints', () => {
    for (const said of ['acme-crm', '"kind":"login"', 'The audit log is whole', 'wrong,'])
      expect(printed).toContain(said);
    expect(findIn(printed, [...secretsOf(stage), ...personalTokensOf(stage), TYPED])).toEqual([]);
  });

  it('every answer is kept by nobody and framed by nobody, and every page loads and runs what is ours alone', () => {
    const { exchanges } = stage.recorders.service;
    const pages = exchanges.filter(({ answerHeaders }) => answerHeaders['content-type']?.startsWith('text/html'));
    expect(new Set(pages.map(({ status }) => status)).size).toBeGreaterThan(1);
    expect(exchanges.flatMap(flawsOf)).toEqual([]);
    expect(pages.flatMap(({ answer }) => foreignParts(answer))).toEqual([]);
  });

  it('no secret, link, code, button or typed text is in the store', () => {
    expect(findIn(dump, [...secretsOf(stage), ...personalTokensOf(stage), TYPED])).toEqual([]);
  });
});

/** What it prints, however it ends. */
function runCommand(words: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const command = ['--import', 'tsx', join('src', 'main.ts'), ...words];
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd: ROOT, env, timeout: 60_000 }, (_error, stdout, stderr) =>
      resolve(`${stdout}${stderr}`),
    );
  });
}
