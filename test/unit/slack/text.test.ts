import { escapeText, readTypedText } from '../../../adapters/slack/text.js';

const read = (text: string): string => readTypedText(text, 'U0BOT');

describe('the text that a person typed in Slack', () => {
  test.each([
    ['<@U0BOT> help', 'help'],
    ['<@U0BOT|behalf> help', 'help'],
    ['<@U0BOT>: help', 'help'],
    ['please <@U0BOT> create deal', 'please create deal'],
    ['create deal <@U0BOT>', 'create deal'],
    ['<@U0BOT>', ''],
    ['<@U0BOT><@U0BOT>help', 'help'],
  ])('%s loses the mention of the bot and no other word', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  test.each([
    ['assign to <@U1|carl>', 'assign to @carl'],
    ['assign to <@U1>', 'assign to @U1'],
    ['<@U0BOTTOM|x> help', '@x help'],
    ['in <#C1|sales> now', 'in #sales now'],
    ['in <#C1>', 'in #C1'],
    ['<!here> and <!channel|channel>', '@here and @channel'],
    ['<!subteam^S1|@sales>', '@sales'],
    ['<!date^1392734382^{date}|Feb 18, 2014>', 'Feb 18, 2014'],
    ['see <https://acme.example/a?b=1&amp;c=2>', 'see https://acme.example/a?b=1&c=2'],
    ['account: <http://acme.com|acme.com>', 'account: acme.com'],
    ['mail <mailto:a@acme.example|a@acme.example>', 'mail a@acme.example'],
    ['mail <mailto:a@acme.example>', 'mail a@acme.example'],
    ['url: <https://acme.example/a?b=1&amp;c=2|the page>', 'url: the page (https://acme.example/a?b=1&c=2)'],
    ['<http://acme.com/Deals|ACME.com>', 'ACME.com'],
    ['<https://acme.com/|https://acme.com>', 'https://acme.com'],
    ['<https://somewhere.example/x|here>', 'here (https://somewhere.example/x)'],
    ['<https://here.example/where/here?a=1|here>', 'here'],
    ['<https://tickets.example/browse/ABC-1|ABC-1>', 'ABC-1'],
    ['to <mailto:ann@acme.example|Ann &amp; Co>', 'to Ann & Co (ann@acme.example)'],
    ['call <tel:+4930123|030 123>', 'call 030 123'],
  ])('%s shows entities as the person sees them', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  test('undoes escapes exactly once', () => {
    expect(read('a &lt; b &amp;lt; c &amp;amp; d &gt; e &quot;')).toBe('a < b &lt; c &amp; d > e &quot;');
  });

  test('does not take typed angle brackets for a mention', () => {
    expect(read('&lt;@U0BOT&gt; help')).toBe('<@U0BOT> help');
  });

  test('makes odd spaces normal and drops invisible characters, but keeps quotes and line breaks', () => {
    expect(read('account:\u00a0“Acme\u202fInc”\u200b\r\nsecond\ufeff line ')).toBe('account: “Acme Inc”\nsecond line');
  });

  test('is what was escaped', () => {
    const text = 'a & <b> &amp; <@U0BOT>';
    expect(read(escapeText(text))).toBe(text);
  });
});
