import { App, HTTPReceiver, LogLevel } from '@slack/bolt';

/** What Behalf is measured against on Slack: Bolt as its documentation shows it, echoing. */
async function main(): Promise<void> {
  const signingSecret = process.env['SLACK_SIGNING_SECRET'] ?? '';
  const receiver = new HTTPReceiver({ signingSecret, logLevel: LogLevel.ERROR });
  const app = new App({
    token: process.env['SLACK_BOT_TOKEN'] ?? '',
    receiver,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: process.env['SLACK_API_URL'] ?? '' },
  });
  app.message(async ({ message, say }) => {
    if ('text' in message) await say(message.text ?? '');
  });
  await app.start(Number(process.env['PORT']));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
