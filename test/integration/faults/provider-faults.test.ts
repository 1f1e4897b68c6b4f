import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeServer } from '../../../playground/http.js';
import { isBehalfError } from '../../../src/kernel/errors.js';
import { settled } from '../../support/at-rest.js';
import { loginButtonsOf, textOf } from '../../support/recording-chat.js';
import type { AppAnswer } from '../../support/scripted-app.js';
import { recipe } from '../../support/service-files.js';
import { ANN, type ServiceKit, startServiceKit } from '../../support/service-kit.js';
import { inWords } from '../../support/wordings.js';

const ACCOUNT = 'ann@acme.example';
const DAY = 86_400_000;
const RECIPES = {
  make: recipe({
    command: 'make',
    steps: `  - { id: made, action: crm.create, input: { name: one } }
  - reply: { text: "Made as {{ connections.crm.account }}" }`,
  }),
};

/** Whoever a provider sends us on to. */
const strangers: string[] = [];
const stranger = createServer((request, response) => {
  strangers.push(request.url ?? '');
  response.end('{}');
});
let strangerUrl = '';

const FAULTS = {
  'a page in place of JSON': () => ({ status: 200, headers: { 'content-type': 'text/html' }, text: '<html>Hi</html>' }),
  'an empty body': () => ({ status: 200, headers: { 'content-type': 'application/json' }, text: '' }),
  'half of its JSON': () => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    text: '{"access_token":',
  }),
  '500': () => ({ status: 500, body: { message: 'stack-trace-canary' } }),
  '503 with a page': () => ({ status: 503, headers: { 'content-type': 'text/html' }, text: '<html>Sorry</html>' }),
  '429': () => ({ status: 429, headers: { 'retry-after': '30' }, body: {} }),
  'a redirect elsewhere': () => ({ status: 307, headers: { location: `${strangerUrl}/token` }, body: {} }),
} satisfies Record<string, () => AppAnswer>;

type Fault = keyof typeof FAULTS;

let kit: ServiceKit;

beforeAll(async () => {
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  const { port } = stranger.address() as AddressInfo;
  strangerUrl = `http://127.0.0.1:${port}`;
});

afterAll(() => closeServer(stranger));

beforeEach(async () => {
  kit = await startServiceKit({ recipes: RECIPES });
});

afterEach(async () => {
  await kit.stop();
  expect(strangers).toEqual([]);
});

/** The codes of what was logged. */
function logged(): readonly string[] {
  return kit.logger.lines.flatMap(({ fields: { err } }) => (isBehalfError(err) ? [err.code] : []));
}

async function prompted() {
  await kit.say('make');
  await settled();
  await kit.idle();
  return kit.chat.last();
}

async function connect(): Promise<void> {
  await kit.logIn(await prompted(), ACCOUNT);
  await kit.idle();
  kit.chat.messages.length = 0;
  kit.logger.lines.length = 0;
  kit.crm.calls.length = 0;
  kit.crm.grants.length = 0;
}

async function answerTo(command: string): Promise<string> {
  await kit.say(command);
  await kit.idle();
  return textOf(kit.chat.last()).replace(/\(reference \w+\)/u, '(reference)');
}

const connections = async () => (await kit.kept.connections.list(ANN)).length;

describe('an app whose API answers with', () => {
  const REACH = 'Acme CRM cannot be reached right now. Please try again later.';
  const ODD = 'Acme CRM gave an answer that I do not understand.';
  const DOUBT =
    'I cannot tell whether Acme CRM has still managed to create things; please check there before you try again.';
  test.each<[Fault, string, string]>([
    ['a page in place of JSON', `${ODD} ${DOUBT}`, 'app.unexpected_answer'],
    ['half of its JSON', `${ODD} ${DOUBT}`, 'app.unexpected_answer'],
    ['500', `${REACH} ${DOUBT}`, 'app.unavailable'],
    ['503 with a page', `${REACH} ${DOUBT}`, 'app.unavailable'],
    ['429', 'Acme CRM is receiving too many requests. Please try again in 30 seconds.', 'app.rate_limited'],
    ['a redirect elsewhere', `${ODD} ${DOUBT}`, 'app.unexpected_answer'],
  ])('%s: the person is told in our words, nothing is repeated, and the login is kept', async (fault, words, code) => {
    await connect();
    kit.crm.answer(() => FAULTS[fault]());
    const answer = await answerTo('make');
    expect(answer).toBe(`Make did not work. ${words} (reference)`);
    expect(answer).not.toContain('canary');
    expect(logged()).toEqual([code]);
    expect(kit.crm.calls).toHaveLength(1);
    kit.crm.answer(undefined);
    await kit.clock.advance(60_000);
    expect(await answerTo('make')).toBe(`Made as ${ACCOUNT}`);
    expect(kit.crm.grants).toEqual([]);
  });

  test('an empty body: that counts as done, with nothing to show for it', async () => {
    await connect();
    kit.crm.answer(() => FAULTS['an empty body']());
    expect(await answerTo('make')).toBe(`Made as ${ACCOUNT}`);
    expect(logged()).toEqual([]);
  });
});

/** How each counts as the answer of an OAuth server. */
const OAUTH_FAULTS: readonly (readonly [Fault, 'oauth.protocol' | 'oauth.transient'])[] = [
  ['a page in place of JSON', 'oauth.protocol'],
  ['an empty body', 'oauth.protocol'],
  ['half of its JSON', 'oauth.protocol'],
  ['500', 'oauth.transient'],
  ['503 with a page', 'oauth.transient'],
  ['429', 'oauth.transient'],
  ['a redirect elsewhere', 'oauth.transient'],
];

describe('an OAuth server that answers the end of a login with', () => {
  const words = {
    'oauth.transient': 'Acme CRM cannot be reached right now. Please try again in a few minutes.',
    'oauth.protocol': 'Acme CRM gave an answer that I do not understand. Please tell your administrator.',
  };
  test.each(OAUTH_FAULTS)(
    '%s: the page says so, nobody is connected, and the same prompt works afterwards',
    async (fault, code) => {
      const prompt = await prompted();
      const { url = '' } = loginButtonsOf(prompt)[0] ?? {};
      kit.crm.tokenAnswer = FAULTS[fault]();
      const outcome = await (await kit.openLogin(url)).comeBack(ACCOUNT);
      expect(inWords(outcome)).toMatchObject({ kind: 'provider_error', text: words[code] });
      expect(logged()).toEqual([code]);
      expect(await connections()).toBe(0);
      expect((await kit.jobList()).map(({ status }) => status)).toEqual(['suspended']);
      kit.crm.tokenAnswer = undefined;
      await kit.logIn(prompt, ACCOUNT);
      await kit.idle();
      expect(textOf(prompt)).toBe(`Made as ${ACCOUNT}`);
    },
  );
});

describe('an OAuth server that answers a refresh with', () => {
  const words = {
    'oauth.transient': 'Acme CRM cannot be reached right now. Please try again later.',
    'oauth.protocol': 'Acme CRM gave an answer to the login that I do not understand. Please tell your administrator.',
  };
  test.each(OAUTH_FAULTS)(
    '%s: the person is told, the app is not called, and the login is kept',
    async (fault, code) => {
      await connect();
      await kit.clock.jump(DAY);
      kit.crm.tokenAnswer = FAULTS[fault]();
      expect(await answerTo('make')).toBe(`Make did not work. ${words[code]} (reference)`);
      expect(new Set(logged())).toEqual(new Set([code]));
      expect(kit.crm.calls).toEqual([]);
      kit.crm.tokenAnswer = undefined;
      await kit.clock.advance(10 * 60_000);
      expect(await answerTo('make')).toBe(`Made as ${ACCOUNT}`);
      expect(kit.crm.grants.at(-1)).toBe('refresh_token');
    },
  );
});

describe('an OAuth server that lies about the life of its tokens', () => {
  test.each([
    ['longer than they live', 10 * 365 * 86_400],
    ['nothing at all', undefined],
    ['nonsense', 'soon'],
  ])('says %s: the app refuses one, it is refreshed once, and the person hears nothing of it', async (_, says) => {
    kit.crm.saysExpiresIn = says;
    await connect();
    kit.crm.forgetTokens('access');
    expect(await answerTo('make')).toBe(`Made as ${ACCOUNT}`);
    expect(kit.crm.grants).toEqual(['refresh_token']);
    expect(await answerTo('make')).toBe(`Made as ${ACCOUNT}`);
    expect(kit.crm.grants).toEqual(['refresh_token']);
  });

  test('says that they are over when it gives them out: each is used, and the login is kept', async () => {
    kit.crm.saysExpiresIn = 0;
    await connect();
    expect(await answerTo('make')).toBe(`Made as ${ACCOUNT}`);
    expect(await connections()).toBe(1);
  });
});
