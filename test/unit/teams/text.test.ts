import { textOfHtml, typedText } from '../../../adapters/teams/text.js';

const BOT = '28:bot';

function mention(text = '<at>Behalf</at>', id = BOT) {
  return { type: 'mention', text, mentioned: { id, name: 'Behalf' } };
}

function html(content: string) {
  return [{ contentType: 'text/html', content }];
}

describe('the HTML of a message in Teams', () => {
  test.each([
    ['<div><p>one</p><p>two<br>three</p></div>', 'one\ntwo\nthree'],
    ['<p>a &lt;b&gt; &amp;amp; c</p>', 'a <b> &amp; c'],
    ['see <a href="https://acme.example" title="x">https://acme.example</a>', 'see https://acme.example'],
    ['<a href="https://acme.example/x"><b>the</b> page</a>.', 'the page (https://acme.example/x).'],
    ['<a href="https://one.example">first</a> <a href="https://two.example">', 'first (https://one.example)'],
    ['<img alt="a picture" src="x"> <img src="y">', 'a picture'],
    ['', ''],
  ])('reads as in Teams: %s', (html, text) => {
    expect(textOfHtml(html)).toBe(text);
  });

  test('is read in no time, however it is made', () => {
    const startedAt = performance.now();
    for (const part of ['<a href="">', ' ', '<', '<a ', '\n ', '<img alt="', '&#'])
      expect(typeof textOfHtml(part.repeat(100_000 / part.length))).toBe('string');
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

describe('what was typed in Teams', () => {
  it.each([
    ['a mention before', '<at>Behalf</at> help', 'help'],
    ['a mention with a hard space', '<at>Behalf</at>&nbsp;help', 'help'],
    ['a real hard space', '<at>Behalf</at>\u00a0help\u00a0me', 'help me'],
    ['a mention after', 'help <at>Behalf</at>', 'help'],
    ['two mentions', '<at>Behalf</at> help <at>Behalf</at>', 'help'],
    ['line breaks after the mention', '<at>Behalf</at>\r\n\r\nhelp\r\nme', 'help\nme'],
    ['nothing but the mention', '<at>Behalf</at>&nbsp;\n', ''],
    ['encoded signs', '<at>Behalf</at> a &lt;b&gt; &amp; &quot;c&quot; &#39;d&#39; &#x1F389;', 'a <b> & "c" \'d\' 🎉'],
    ['a twice encoded sign', '<at>Behalf</at> &amp;lt;', '&lt;'],
    ['entities that are none', '<at>Behalf</at> &unknown; &#0; &#99999999;', '&unknown; &#0; &#99999999;'],
  ])('%s', (_what, text, expected) => {
    expect(typedText({ text, entities: [mention()] }, BOT)).toBe(expected);
  });

  it('keeps the names of other people', () => {
    const entities = [mention(), mention('<at>Rita Rep</at>', '29:rita')];
    const text = '<at>Behalf</at> assign to <at>Rita Rep</at> now';
    expect(typedText({ text, entities }, BOT)).toBe('assign to Rita Rep now');
  });

  it('removes a mention by its entity, not by the name of the bot', () => {
    const text = '<at id="0">Our Bot (Test)</at> help';
    expect(typedText({ text, entities: [mention('<at id="0">Our Bot (Test)</at>')] }, BOT)).toBe('help');
  });

  it('leaves a text alone that its HTML shows to be as it was typed', () => {
    const text = 'note: a < b & c &amp; d';
    expect(typedText({ text, attachments: html('<p>note: a &lt; b &amp; c &amp;amp; d</p>') }, BOT)).toBe(text);
  });

  it.each([
    ['with lines', 'x = "a &amp; b"\r\ny', '<p>x = "a &amp;amp; b"</p>\n<p>y</p>'],
    ['with a bold part', 'a&amp;b', '<p>a<strong>&amp;amp;</strong>b</p>'],
  ])('leaves a text alone that its HTML shows to be as it was typed: %s', (_what, text, content) => {
    expect(typedText({ text, attachments: html(content) }, BOT)).toBe(text.replaceAll('\r', ''));
  });

  it('decodes a text that its HTML shows to be encoded', () => {
    const attachments = html('<p>a &lt; b &amp; c</p>');
    expect(typedText({ text: 'a &lt; b &amp; c', attachments }, BOT)).toBe('a < b & c');
  });

  it.each([
    ['alone', '<quoted messageId="1772050244572"/> Acme', 'Acme'],
    ['with a line of its own', '<quoted messageId="1772050244572"/>\r\nAcme', 'Acme'],
    ['more than one', '<quoted messageId="1"/> Acme <quoted messageId="2" /> Globex', 'Acme Globex'],
    ['beside a mention', '<quoted messageId="1772050244572"/><at>Behalf</at>&nbsp;R&amp;D', 'R&D'],
    ['without a word', '<quoted messageId="1772050244572"/>', ''],
  ])('leaves out what stands for a quoted message: %s', (_what, text, expected) => {
    const quoted = { type: 'quotedReply', quotedReply: { messageId: '1772050244572', preview: 'Which account?' } };
    expect(typedText({ text, entities: [mention(), quoted] }, BOT)).toBe(expected);
  });

  it('reads what was typed beside a quoted message as it was typed', () => {
    const quote =
      '<blockquote itemscope="" itemtype="http://schema.skype.com/Reply" itemid="1772050244572">\n<strong itemprop="mri">Behalf</strong><span itemprop="time"></span>\n<p itemprop="preview">Which &lt;account&gt;?</p>\n</blockquote>';
    const text = '<quoted messageId="1772050244572"/> a &amp; b';
    expect(typedText({ text, attachments: html(`${quote}\n<p>a &amp;amp; b</p>`) }, BOT)).toBe('a &amp; b');
  });

  it('has nothing to say about a message without a text', () => {
    expect(typedText({ text: null, entities: null }, BOT)).toBe('');
  });

  it('is fast on hostile text', () => {
    const text = `${'<at>'.repeat(20_000)}${'&#'.repeat(20_000)}`;
    expect(typedText({ text, attachments: html('<'.repeat(20_000)) }, BOT)).toContain('&#');
    const startedAt = performance.now();
    for (const part of ['<blockquote >', '<blockquote ', '<quoted messageId="', '<blockquote schema.skype.com/Reply'])
      typedText({ text: part.repeat(10_000), attachments: html(part.repeat(10_000)) }, BOT);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
