import type { Command } from 'commander';
import { slackManifestText } from '../compose/slack-manifest.js';
import type { Environment } from './environment.js';

/** `behalf slack manifest`: the Slack app, ready to be pasted at Slack. */
export function addSlackCommand(program: Command, environment: Environment): void {
  program
    .command('slack')
    .description('set up the Slack app')
    .command('manifest')
    .description('print the manifest to create or update the Slack app from; needs PUBLIC_URL or SLACK_APP_TOKEN')
    .option('--org', 'for a whole Enterprise Grid organisation', false)
    .option('--token-rotation', 'tokens end after twelve hours; Slack never takes it back', false)
    .action(async ({ org, tokenRotation }: { readonly org: boolean; readonly tokenRotation: boolean }) => {
      const configDir = environment['CONFIG_DIR'] ?? '.';
      process.stdout.write(await slackManifestText(environment, { configDir, organization: org, tokenRotation }));
    });
}
