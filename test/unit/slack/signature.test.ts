import { createHmac } from 'node:crypto';
import { checkSignature } from '../../../adapters/slack/signature.js';

const SECRET = '8f742231b10e8888abcd99yyyzzz85a5';
const NOW = 1_531_420_618;

interface Forgery {
  readonly timestamp?: string;
  readonly secret?: string;
  readonly signedBody?: string;
  readonly body?: Buffer;
  readonly signature?: string;
}

function verdictOf(forgery: Forgery = {}): string {
  const timestamp = forgery.timestamp ?? String(NOW);
  const body = forgery.body ?? Buffer.from('token=x&text=help');
  const signed = forgery.signedBody ?? body.toString('latin1');
  const mac = createHmac('sha256', forgery.secret ?? SECRET)
    .update(`v0:${timestamp}:`)
    .update(signed, 'latin1');
  const signature = forgery.signature ?? `v0=${mac.digest('hex')}`;
  const headers = { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature };
  return checkSignature({ headers, body }, { signingSecret: SECRET, nowMs: NOW * 1000 });
}

describe('the signature of a Slack request', () => {
  test("takes the example of Slack's documentation", () => {
    const body = Buffer.from(
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
    );
    const headers = {
      'x-slack-request-timestamp': '1531420618',
      'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    };
    expect(checkSignature({ headers, body }, { signingSecret: SECRET, nowMs: NOW * 1000 })).toBe('genuine');
  });

  test('is made over the bytes, whatever they are', () => {
    expect(verdictOf({ body: Buffer.from([0xff, 0xfe, 0x00, 0x41]) })).toBe('genuine');
  });

  test.each([
    ['of another secret', { secret: 'guess' }, 'bad_signature'],
    ['of an empty secret', { secret: '' }, 'bad_signature'],
    ['of another body', { signedBody: 'token=x&text=delete' }, 'bad_signature'],
    ['five minutes and a second old', { timestamp: String(NOW - 301) }, 'outside_time'],
    ['five minutes and a second in the future', { timestamp: String(NOW + 301) }, 'outside_time'],
    ['of another version', { signature: `v1=${'0'.repeat(64)}` }, 'unsigned'],
    ['that is too short', { signature: 'v0=abc' }, 'unsigned'],
    ['in capitals', { signature: `v0=${'A'.repeat(64)}` }, 'unsigned'],
    ['that is empty', { signature: '' }, 'unsigned'],
    ['with no time', { timestamp: '' }, 'unsigned'],
    ['with a negative time', { timestamp: '-1' }, 'unsigned'],
    ['with a time that is no number', { timestamp: '1e9' }, 'unsigned'],
    ['with a fraction of a time', { timestamp: `${NOW}.5` }, 'unsigned'],
  ] as const)('a signature %s is refused', (_what, forgery, verdict) => {
    expect(verdictOf(forgery)).toBe(verdict);
  });

  test.each([300, -300])('a clock that differs by %d seconds is still good', (skew) => {
    expect(verdictOf({ timestamp: String(NOW + skew) })).toBe('genuine');
  });

  test('a request without any header is refused', () => {
    const verdict = checkSignature(
      { headers: {}, body: Buffer.alloc(0) },
      { signingSecret: SECRET, nowMs: NOW * 1000 },
    );
    expect(verdict).toBe('unsigned');
  });
});
