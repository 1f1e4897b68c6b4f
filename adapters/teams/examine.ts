import { z } from 'zod';
import type { ExamineClock, Finding } from '../../src/doctor/examination.port.js';
import type { Clock } from '../../src/kernel/clock.port.js';
import { asBehalfError } from '../../src/kernel/errors.js';
import type { HttpClient } from '../../src/kernel/http-client.port.js';
import type { Logger } from '../../src/kernel/logger.port.js';
import { BotToken } from './bot-token.js';
import { checkConfig, endpointsOf, type TeamsConfig } from './config.js';
import { SIGN_IN_PATH } from './sign-in.js';

const SUBJECT = 'teams';
const COMPARE =
  'Compare MicrosoftAppId, MicrosoftAppTenantId and the secret or certificate with the app registration; the secret may have expired.';
const MAX_ANSWER_BYTES = 256 * 1024;
const Metadata = z.object({ issuer: z.string(), jwks_uri: z.url() });

interface Parts {
  readonly httpClient: HttpClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly examineClock: ExamineClock;
}

/**
 * What Microsoft says of the configuration. Changes nothing. `signIn`: people sign in with Entra ID before a login.
 * @throws BehalfError `config.invalid`, or where it cannot be reached
 */
export async function examineTeams(
  config: TeamsConfig & { readonly signIn?: boolean },
  parts: Parts,
): Promise<readonly Finding[]> {
  checkConfig(config);
  return [
    await examineCredential(config, parts),
    ...(await examineKeys(config, parts)),
    {
      subject: SUBJECT,
      state: 'ok',
      says: `Teams sends activities to ${config.publicUrl}/api/messages`,
      fix: 'Azure Bot → Configuration → Messaging endpoint must be exactly this URL, and the channel Microsoft Teams must be switched on.',
    },
    ...(config.signIn ? [signingIn(config.publicUrl)] : []),
  ];
}

function signingIn(publicUrl: string): Finding {
  return {
    subject: SUBJECT,
    state: 'ok',
    says: `people who sign in with Entra ID come back to ${publicUrl}${SIGN_IN_PATH}`,
    fix: 'App registration → Authentication → platform Web must have exactly this redirect URI; Microsoft tells only at a sign-in whether it does.',
  };
}

async function examineCredential(config: TeamsConfig, { clock, httpClient, logger }: Parts): Promise<Finding> {
  const { appId, credential } = config;
  const { audience, tokenUrl } = endpointsOf(config);
  try {
    await new BotToken({ tokenUrl, appId, credential, audience, clock, httpClient, logger }).get();
    return { subject: SUBJECT, state: 'ok', says: `Microsoft gives the bot ${appId} a token` };
  } catch (error) {
    const { details, message, retryAfterMs } = asBehalfError(error);
    const code = details['code'] === undefined ? '' : ` (${details['code']})`;
    const isRefused = retryAfterMs === undefined;
    return {
      subject: SUBJECT,
      state: isRefused ? 'wrong' : 'unknown',
      says: isRefused ? `${message}${code}` : `the token endpoint of Microsoft does not answer now${code}`,
      fix: isRefused ? COMPARE : 'Look at the network, and at the status page of Microsoft 365; then look once more.',
    };
  }
}

/** The keys by which the channel's tokens are checked. */
async function examineKeys(
  config: TeamsConfig,
  { clock, examineClock, httpClient }: Parts,
): Promise<readonly Finding[]> {
  const { issuer, openIdMetadataUrl: url } = endpointsOf(config);
  const asked = clock.now();
  const { body, headers, status } = await httpClient.request({ method: 'GET', url, maxBytes: MAX_ANSWER_BYTES });
  const times = examineClock('Microsoft', headers['date'], { asked, answered: clock.now() });
  const metadata = Metadata.safeParse(parse(body));
  if (status !== 200 || !metadata.success || metadata.data.issuer !== issuer) {
    const says = `${url} does not tell the keys of ${issuer}`;
    return [
      ...times,
      { subject: SUBJECT, state: 'wrong', says, fix: 'Compare BOT_CLOUD and BOT_OPENID_METADATA_URL.' },
    ];
  }
  return [...times, { subject: SUBJECT, state: 'ok', says: `the keys of ${issuer} can be read` }];
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
