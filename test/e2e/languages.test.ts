import type { Heard } from '../../playground/tour/actors.js';
import { codeOn, startAfresh } from './support/logins.js';
import { type E2eStage, type Player, START_MS, startStage } from './support/stage.js';

const CREATE = 'create opportunity account: Acme amount: 1';

let stage: E2eStage;

beforeAll(async () => {
  stage = await startStage({ clients: { carl: { locale: 'de-AT' }, max: { locale: 'fr-FR' } } });
}, START_MS);

afterAll(() => stage.stop());

describe.each(['slack', 'teams'] as const)('in %s', (platform) => {
  let carl: Player;
  let rita: Player;
  let max: Player;

  beforeEach(() => {
    carl = stage.player('carl');
    rita = stage.player('rita');
    max = stage.player('max');
  });

  it('each person reads their own language, or English where there is none, also side by side in a channel', async () => {
    const answers: Heard[] = [];
    for (const player of [carl, rita, max]) {
      await player[platform].say('@Behalf help', 'channel');
      answers.push(await player[platform].hears(/create opportunity/));
    }
    const [german, english, french] = answers;

    expect(german?.text).toContain('Das kann ich für Sie tun');
    expect(german?.buttons.map(({ label }) => label)).toContain('Persönliche Verbindungen');
    expect(english?.text).toContain('What I can do for you');
    expect(french?.text).toContain('What I can do for you');
  });

  it('somebody with a German client logs in, is refused by the app and ends the connection, all in German', async () => {
    await carl[platform].say(CREATE);
    await rita[platform].say(CREATE);
    const prompt = await carl[platform].hears(/Bitte verbinden Sie sich mit Acme CRM, damit es mit .* weitergeht/);
    expect(prompt.buttons.map(({ label }) => label)).toEqual(['Anmelden', 'Abbrechen']);
    expect((await rita[platform].hears(/Please connect to Acme CRM/)).buttons[0]?.label).toBe('Login');
    const link = prompt.buttons[0]?.url ?? '';

    // The language is that of the person whose login it is, whatever the browser's is.
    const page = await carl.browser.open(link);
    expect(page.html).toContain('<html lang="de-AT" dir="ltr">');
    expect(page.text).toContain('Sie melden sich bei Acme CRM mit Ihrem eigenen Konto an.');
    const last = await carl.browser.logIn(link, { username: 'carl' });
    if (platform === 'teams') {
      expect(last.text).toContain('Noch ein Schritt');
      await carl.teams.handOver(codeOn(last));
    } else {
      expect(last.text).toMatch(/Acme CRM ist verbunden als carl@acme\.example ?\./);
    }

    await carl[platform].hears(/Acme CRM ist verbunden als carl@acme\.example\. Das sind nicht Sie/);
    const refusal = await carl[platform].hears(/hat nicht geklappt/);
    expect(refusal.text).toMatch(/Ihr Konto bei Acme CRM \(carl@acme\.example\) darf das nicht: „.+“/);
    expect(refusal.text).toContain('Wer Acme CRM verwaltet, kann es erlauben.');
    await carl[platform].say('personal_connections');
    const list = await carl[platform].hears(/Ihre Verbindungen/);
    await carl[platform].choose(list, /./);
    await carl[platform].press(list, 'Löschen');
    await carl[platform].press(await carl[platform].hears(/Ihre Verbindung zu Acme CRM .* löschen\?/), 'Ja, löschen');
    await carl[platform].hears(/ist gelöscht\./);
    await startAfresh(rita[platform]);
  });

  it('a request that is cancelled says so in the language that it was made in', async () => {
    await carl[platform].say(CREATE);
    await carl[platform].hears(/Bitte verbinden Sie sich/);
    await carl[platform].say('cancel');

    await carl[platform].hears(/Abgebrochen: .*Es wurde nichts getan\./);
    await carl[platform].say('creat oportunity');
    await carl[platform].hears(/Meinten Sie .*create opportunity/);
  });
});

describe('a login page that does not know whose it is', () => {
  it.each([
    ['de-CH, fr;q=0.9, en;q=0.8', 'de-CH', 'Dieser Link gilt nicht mehr'],
    ['fr, en;q=0.5, de;q=0.7', 'de', 'Dieser Link gilt nicht mehr'],
    ['fr, pt', 'en', 'This link does not work any more'],
  ])('is in the language of the browser: %s', async (header, locale, title) => {
    const response = await fetch(`${stage.world.serviceUrl}/login/unknown`, { headers: { 'accept-language': header } });
    const html = await response.text();

    expect(response.status).toBe(404);
    expect(html).toContain(`<html lang="${locale}" dir="ltr">`);
    expect(html).toContain(title);
  });
});
