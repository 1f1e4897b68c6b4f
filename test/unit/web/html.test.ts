import { textsFor } from '../../../src/texts/texts-for.js';
import { escapeHtml, html } from '../../../src/web/html.js';
import { page } from '../../../src/web/pages/layout.js';
import { connectedPage, loginPage, loginProblemPage, proofPage } from '../../../src/web/pages/login-pages.js';

const EVIL = `"><script>alert('x')</script>&amp;`;
const ESCAPED = '&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;';

const texts = textsFor('en-GB');

describe('markup', () => {
  test('escapes what is filled in, and nothing that it made itself', () => {
    expect(escapeHtml(EVIL)).toBe(ESCAPED);
    const inner = html`<b title="${EVIL}">${EVIL}</b>`;
    expect(html`<p>${inner}${[inner]}${5}${undefined}</p>`.text).toBe(
      `<p>${`<b title="${ESCAPED}">${ESCAPED}</b>`.repeat(2)}5</p>`,
    );
  });

  test.each([
    [
      'login page',
      loginPage({
        texts,
        app: EVIL,
        holder: { person: EVIL, place: EVIL },
        platform: EVIL,
        scopes: [EVIL],
        action: EVIL,
        formTargets: ['https://provider.example'],
        headers: {},
      }),
    ],
    ['page of a login that worked', connectedPage({ texts, app: EVIL, account: EVIL, platform: EVIL })],
    [
      'page of a code',
      proofPage({ texts, app: EVIL, platform: EVIL, code: EVIL, account: EVIL, validMs: 60_000, popUpScripts: [EVIL] }),
    ],
    ['page of a problem', loginProblemPage({ texts, title: EVIL, text: EVIL, status: 400, reference: EVIL })],
  ])('lets nothing into the %s', (_, { body }) => {
    expect(String(body)).toContain(ESCAPED);
    expect(String(body)).not.toContain("<script>alert('x')");
    expect(String(body)).not.toContain(EVIL);
  });
});

describe('every page', () => {
  const { headers = {}, body } = page({ texts, title: 'T', body: html`<p>x</p>`, loginCode: 'AB12-CD34' });

  test('is neither cached, framed, sniffed nor told where it came from', () => {
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
  });

  test('loads nothing from elsewhere and has no script or style of its own in it', () => {
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    );
    expect(String(body)).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|https?:\/\//);
    expect(String(body)).toContain('<body data-login-code="AB12-CD34">');
  });

  test('says what language it is in and how that is read', () => {
    const german = page({ texts: textsFor('de-AT'), title: 'T', body: html`` });

    expect(String(body)).toContain('<html lang="en-GB" dir="ltr">');
    expect(String(german.body)).toContain('<html lang="de-AT" dir="ltr">');
    expect(german.headers).toMatchObject({ 'content-language': 'de-AT' });
  });
});
