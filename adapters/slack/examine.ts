import type { ExamineClock, Finding } from '../../src/doctor/examination.port.js';
import type { Clock } from '../../src/kernel/clock.port.js';
import { BehalfError } from '../../src/kernel/errors.js';
import type { HttpClient } from '../../src/kernel/http-client.port.js';
import type { Secret } from '../../src/kernel/secret.js';
import type { SlackConfig } from './config.js';
import { apiUrlOf } from './config.js';
import { isJsonObject, parseJson, textAt } from './json.js';
import { TRANSIENT_ERRORS } from './oauth.js';
import { missingScopes } from './scopes.js';
import { SIGN_IN_PATH } from './sign-in.js';

const MAX_ANSWER_BYTES = 64 * 1024;
const SUBJECT = 'slack';
const COPY_BOT_TOKEN =
  'Copy it anew: OAuth & Permissions → Bot User OAuth Token; where there is none, install the app again.';
const MAKE_APP_TOKEN =
  'Make an app-level token (xapp-…) with the scope connections:write: Basic Information → App-Level Tokens.';
const REINSTALL = 'Update the app from `behalf slack manifest` and install it again.';

interface Parts {
  readonly httpClient: HttpClient;
  readonly clock: Clock;
  readonly examineClock: ExamineClock;
}

/**
 * What Slack says of the configuration. Changes nothing. `signIn`: people sign in with Slack before a login.
 * @throws BehalfError where Slack cannot be reached
 */
export async function examineSlack(
  config: SlackConfig & { readonly signIn?: boolean },
  parts: Parts,
): Promise<readonly Finding[]> {
  const { appToken, botToken, client, publicUrl, signIn, signingSecret } = config;
  const apiUrl = apiUrlOf(config);
  return [
    ...(botToken ? await examineBotToken(apiUrl, botToken, parts) : []),
    ...(appToken ? [await examineAppToken(apiUrl, appToken, parts)] : []),
    ...(client && !botToken ? [installation(publicUrl)] : []),
    ...(client && signIn ? [signingIn(publicUrl)] : []),
    ...(signingSecret ? [requests(publicUrl)] : []),
  ];
}

/** https://docs.slack.dev/reference/methods/auth.test */
async function examineBotToken(apiUrl: string, token: Secret, parts: Parts): Promise<readonly Finding[]> {
  const asked = parts.clock.now();
  const { answer, headers } = await post(`${apiUrl}auth.test`, token, parts);
  const clock = parts.examineClock('Slack', headers['date'], { asked, answered: parts.clock.now() });
  if (answer['ok'] !== true) return [...clock, refusal('SLACK_BOT_TOKEN', answer, COPY_BOT_TOKEN)];
  const team = textAt(answer, 'team') ?? textAt(answer, 'team_id') ?? 'a workspace';
  const granted = headers['x-oauth-scopes']?.split(',').map((scope) => scope.trim());
  const missing = granted ? missingScopes(granted) : [];
  const scopes: Finding =
    missing.length > 0
      ? { subject: SUBJECT, state: 'wrong', says: `the app lacks the scopes ${missing.join(', ')}`, fix: REINSTALL }
      : {
          subject: SUBJECT,
          state: granted ? 'ok' : 'unknown',
          says: granted ? 'the app has every scope that it needs' : 'Slack does not tell the scopes of the app',
        };
  return [...clock, { subject: SUBJECT, state: 'ok', says: `the bot works in ${team}` }, scopes];
}

/** https://docs.slack.dev/reference/methods/apps.connections.open */
async function examineAppToken(apiUrl: string, token: Secret, parts: Parts): Promise<Finding> {
  const { answer } = await post(`${apiUrl}apps.connections.open`, token, parts);
  if (answer['ok'] === true) return { subject: SUBJECT, state: 'ok', says: 'Socket Mode can be opened' };
  return refusal('SLACK_APP_TOKEN', answer, MAKE_APP_TOKEN);
}

function refusal(token: string, answer: Readonly<Record<string, unknown>>, fix: string): Finding {
  const error = errorOf(answer);
  if (!TRANSIENT_ERRORS.has(error))
    return { subject: SUBJECT, state: 'wrong', says: `Slack refuses ${token}: ${error}`, fix };
  const says = `Slack does not say now whether ${token} is right: ${error}`;
  return {
    subject: SUBJECT,
    state: 'unknown',
    says,
    fix: 'Look once more in a minute, and at the status page of Slack.',
  };
}

function installation(publicUrl = ''): Finding {
  return {
    subject: SUBJECT,
    state: 'ok',
    says: `workspaces install the app at ${publicUrl}/slack/install`,
    fix: 'Slack tells only at an installation whether client id and client secret are right.',
  };
}

function signingIn(publicUrl = ''): Finding {
  return {
    subject: SUBJECT,
    state: 'ok',
    says: `people who sign in with Slack come back to ${publicUrl}${SIGN_IN_PATH}`,
    fix: 'OAuth & Permissions of the app must have exactly this redirect URL and the user scope openid, as `behalf slack manifest` prints them; or set SLACK_SIGN_IN=off.',
  };
}

function requests(publicUrl = ''): Finding {
  return {
    subject: SUBJECT,
    state: 'ok',
    says: `Slack sends events, commands and presses to ${publicUrl}/slack/events`,
    fix: 'Event Subscriptions, Interactivity and Slash Commands of the app must have exactly this URL; only a request of Slack tells whether SLACK_SIGNING_SECRET is right.',
  };
}

async function post(url: string, token: Secret, { httpClient }: Parts) {
  const response = await httpClient.request({
    method: 'POST',
    url,
    headers: { authorization: `Bearer ${token.reveal()}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: '',
    maxBytes: MAX_ANSWER_BYTES,
  });
  const answer = parseJson(response.body.toString('utf8'));
  if (!isJsonObject(answer))
    throw new BehalfError('chat.delivery_failed', `Slack answers ${response.status} and nothing that can be read`);
  return { answer, headers: response.headers };
}

/** Slack's codes are words of this form; anything else is not repeated. */
function errorOf(answer: Readonly<Record<string, unknown>>): string {
  const error = answer['error'];
  return typeof error === 'string' && /^[a-z0-9_]{1,60}$/.test(error) ? error : 'no reason given';
}
