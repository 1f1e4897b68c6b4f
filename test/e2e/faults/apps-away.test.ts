import { Browser } from '../../../playground/tour/browser.js';
import { FaultStage, SLOW_TEST_MS } from './support/fault-stage.js';

const CREATE = 'POST /api/opportunities';
const CALM = { delayMs: 0, failNext: 0, loseNext: 0 };
const UNREACHABLE = 'Acme CRM cannot be reached right now.';
const DOUBT = 'I cannot tell whether Acme CRM has still managed to create opportunities; please check there';

jest.setTimeout(SLOW_TEST_MS);

describe('an app in trouble', () => {
  let stage: FaultStage;
  let amount = 300;

  beforeAll(async () => {
    stage = await FaultStage.start({ store: 'embedded' });
    await stage.connect(stage.actor('rita'));
  });

  afterAll(() => stage.stop());

  beforeEach(() => {
    amount += 1;
  });

  afterEach(() => stage.world.apps.crmControl.setApiFault(CALM));

  test.each([
    ['429', { failNext: 1, status: 429 as const }, 'Acme CRM is receiving too many requests. Please try again later.'],
    ['500', { failNext: 1, status: 500 as const }, `${UNREACHABLE} Please try again later. ${DOUBT}`],
  ])('answers %s: the person is told, nothing is repeated, the login is kept', async (_, fault, sentence) => {
    const rita = stage.actor('rita');
    const before = await stage.calls(CREATE);
    await stage.world.apps.crmControl.setApiFault(fault);
    const answer = await stage.ask(rita, `own deal amount: ${amount}`, /Own deal did not work/);
    expect(answer.text).toContain(sentence);
    expect(await stage.calls(CREATE)).toBe(before + 1);
    await stage.ask(rita, `own deal amount: ${amount}`, new RegExp(`Own deal of ${amount}`));
    expect(await stage.deals(amount)).toBe(1);
  });

  test('cuts the connection of a call that changes nothing: it is made once more, and no doubt is said', async () => {
    const rita = stage.actor('rita');
    const { crmControl } = stage.world.apps;
    await crmControl.setApiFault({ loseNext: 1 });
    await stage.ask(rita, `look up amount: ${amount}`, new RegExp(`Looked up ${amount}`));
    await crmControl.setApiFault({ loseNext: 2 });
    const answer = await stage.ask(rita, `look up amount: ${amount}`, /Look up did not work/);
    expect(answer.text).toContain(`${UNREACHABLE} Please try again later.`);
    expect(answer.text).not.toContain('I cannot tell');
  });

  test.each([
    ['cuts the connection after it has acted', { loseNext: 1 }],
    ['takes longer than anybody waits', { delayMs: 22_000 }],
  ])('%s: the person is told that the outcome is not known', async (_, fault) => {
    const rita = stage.actor('rita');
    const before = await stage.calls(CREATE);
    await stage.world.apps.crmControl.setApiFault(fault);
    const answer = await stage.ask(rita, `own deal amount: ${amount}`, /Own deal did not work/);
    expect(answer.text).toContain(`${UNREACHABLE} Please try again later. ${DOUBT}`);
    expect(await stage.calls(CREATE)).toBe(before + 1);
  });

  test('fails in each way as a login comes back: the page says so, and the same prompt works afterwards', async () => {
    const { crmControl } = stage.world.apps;
    const carl = stage.actor('carl');
    const browser = new Browser();
    await crmControl.changeAccount('carl', { mayCreate: true });
    const prompt = await stage.ask(carl, `own deal amount: ${amount}`, /Please connect to Acme CRM/);
    for (const fault of [
      { kind: 'error', status: 500 },
      { kind: 'html', status: 503 },
      { kind: 'slow', delayMs: 11_000 },
      { kind: 'lost' },
    ] as const) {
      await crmControl.setTokenFault(fault);
      expect(await stage.logIn(carl, prompt, browser)).toContain(
        `Not connected ${UNREACHABLE} Please try again in a few minutes.`,
      );
    }
    await crmControl.setTokenFault({ kind: 'html', status: 200 });
    expect(await stage.logIn(carl, prompt, browser)).toContain('gave an answer that I do not understand');
    await crmControl.setApiFault({ failNext: 1, status: 500 });
    expect(await stage.logIn(carl, prompt, browser)).toContain('I could not find out which Acme CRM account this is');
    expect(await stage.logIn(carl, prompt, browser)).toContain('Connected');
    const answer = await stage.reads(carl, new RegExp(`Own deal of ${amount}`));
    expect(answer.id).toBe(prompt.id);
    expect(await stage.deals(amount)).toBe(1);
    expect(stage.count(carl, /Please connect/)).toBe(0);
  });

  test.each([
    ['an error', { kind: 'error', status: 500 }],
    ['an error page', { kind: 'html', status: 502 }],
  ] as const)('answers a refresh with %s: the login is kept, nobody is asked to log in', async (_, fault) => {
    const { crmControl } = stage.world.apps;
    const rita = stage.actor('rita');
    const prompts = stage.count(rita, /Please connect/);
    await crmControl.expire('rita');
    await crmControl.setTokenFault(fault);
    const answer = await stage.ask(rita, `own deal amount: ${amount}`, /Own deal did not work/);
    expect(answer.text).toContain(UNREACHABLE);
    expect(answer.text).not.toContain('I cannot tell');
    await stage.until('the refresh to be tried again', async () => {
      const again = await stage.ask(rita, `own deal amount: ${amount}`, /Own deal (?:of|did not work)/);
      return again.text.includes(`Own deal of ${amount}`);
    });
    expect(await stage.deals(amount)).toBe(1);
    expect(stage.count(rita, /Please connect/)).toBe(prompts);
  });

  test('does not answer a refresh at all, though it has made new tokens: one login mends it', async () => {
    const { crmControl } = stage.world.apps;
    const rita = stage.actor('rita');
    await crmControl.expire('rita');
    await crmControl.setTokenFault({ kind: 'lost' });
    const first = await stage.ask(rita, `own deal amount: ${amount}`, /Own deal did not work/);
    expect(first.text).toContain(UNREACHABLE);
    await stage.until('the refresh to be tried again', async () => {
      const again = await stage.ask(rita, `own deal amount: ${amount}`, /Own deal (?:of|did not work)|Please connect/);
      return !again.text.includes(UNREACHABLE);
    });
    const prompt = await stage.reads(rita, /Please connect to Acme CRM/);
    await stage.logIn(rita, prompt);
    await stage.reads(rita, new RegExp(`Own deal of ${amount}`));
    expect(await stage.deals(amount)).toBe(1);
  });
});
