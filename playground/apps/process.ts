import { DemoAppsOptionsSchema, startDemoApps } from './index.js';

/**
 * The demo apps as a child process: options as JSON in the first argument or in `DEMO_APPS_OPTIONS`, one JSON line
 * with the addresses on standard output when they are ready; ends on SIGTERM or when standard input closes.
 */
async function run(): Promise<void> {
  const options = DemoAppsOptionsSchema.parse(JSON.parse(process.argv[2] ?? process.env['DEMO_APPS_OPTIONS'] ?? '{}'));
  const { crm, files, stop } = await startDemoApps(options);
  let stopping = false;
  const end = () => {
    if (stopping) return;
    stopping = true;
    void stop().finally(() => process.exit(0));
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  process.stdin.once('end', end).once('close', end).resume();
  process.stdout.write(`${JSON.stringify({ crm, files })}\n`);
}

run().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
