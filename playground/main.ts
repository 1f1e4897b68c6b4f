import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PEOPLE } from './people.js';
import { type RunningService, startService } from './service.js';
import { playTour } from './tour/tour.js';
import { startWorld, type World } from './world.js';

const USAGE = `Usage: npm run playground -- [options]

Starts Behalf with a Slack, a Microsoft Teams and two demo apps, all on this machine.

  --port <number>   port of the page (default 3300)
  --redis <url>     keep the service's state in Redis instead of a file
  --tour            play the whole story in this terminal, check it, and end
  --readme          with --tour: put its transcript into docs/tour.md, and its heart into README.md
  --help            show this text
`;
const DEFAULT_PORT = 3300;

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      redis: { type: 'string' },
      tour: { type: 'boolean' },
      readme: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) return void process.stdout.write(USAGE);
  const isTour = Boolean(values.tour);
  const frontPort = Number(values.port ?? (isTour ? 0 : DEFAULT_PORT));
  if (!Number.isInteger(frontPort) || frontPort < 0 || frontPort > 65_535)
    throw new Error('--port wants a port number');
  const logFile = join(__dirname, '.cache', 'service.log');
  await mkdir(join(__dirname, '.cache'), { recursive: true });
  console.log('Starting the playground …');
  const world = await startWorld({ frontPort, ...(values.redis === undefined ? {} : { redisUrl: values.redis }) });
  const service = await startService(world.serviceEnv, { logFile }).catch(async (error: unknown) => {
    await world.stop();
    throw error;
  });
  if (isTour) return tour(world, service, { isForReadme: Boolean(values.readme) });
  console.log(welcome(world.frontUrl, world.apps.crm.url, logFile));
  const reason = await Promise.race([nextSignal(), service.exited.then(() => 'exited' as const)]);
  if (reason === 'exited') console.error(`Behalf ended by itself. Its last lines:\n${service.lastLines()}`);
  else console.log('\nStopping …');
  await service.stop();
  await world.stop();
  if (reason === 'exited') process.exitCode = 1;
}

async function tour(world: World, service: RunningService, options: { readonly isForReadme: boolean }): Promise<void> {
  const transcript: string[] = [];
  try {
    await playTour(world, service, (line) => {
      transcript.push(line);
      console.log(line);
    });
    if (options.isForReadme) await writeTranscript(transcript);
  } catch (error) {
    console.error(
      `\nThe tour has failed. ${error instanceof Error ? error.message : String(error)}\nThe service's log is ${service.logFile}`,
    );
    process.exitCode = 1;
  } finally {
    await service.stop();
    await world.stop();
  }
}

/** What the README shows of the tour: what all of it is about. */
const IN_README = ['A first command asks for a login', 'The colleague logs in as himself'];

/** Lines are cut where they would make the page scroll sideways; references differ from run to run. */
async function writeTranscript(lines: readonly string[]): Promise<void> {
  const shown = lines
    .join('\n')
    .split('\n')
    .map((line) => (line.length > 150 ? `${line.slice(0, 149)}…` : line))
    .join('\n')
    .replace(/Reference [0-9a-f]{8}/g, 'Reference 516ef855');
  const acts = shown.split(/\n\n(?=\d+\. )/).filter((act) => IN_README.some((title) => act.includes(`. ${title}`)));
  if (acts.length !== IN_README.length) throw new Error('The story has no acts of the names that the README shows');
  await putInto('docs/tour.md', shown);
  await putInto('README.md', acts.join('\n\n'));
}

async function putInto(document: string, text: string): Promise<void> {
  const file = join(__dirname, '..', document);
  const block = `<!-- tour -->\n\`\`\`text\n${text}\n\`\`\`\n<!-- /tour -->`;
  const written = await readFile(file, 'utf8');
  await writeFile(
    file,
    written.replace(/<!-- tour -->[\s\S]*<!-- \/tour -->/, () => block),
  );
}

function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}

function welcome(url: string, crmUrl: string, logFile: string): string {
  const [rita, carl] = PEOPLE;
  return `
  The playground is at   ${url}/playground
  The demo CRM is at     ${crmUrl}
  The service's log is   ${logFile}

  Type to the bot, in Slack or in Teams:
    help
    create opportunity account: Acme amount: 5000
    personal_connections

  Log in to the CRM as ${rita?.name} (may create) or ${carl?.name} (may not).
  Ctrl-C stops everything.
`;
}

run().catch((error: unknown) => {
  const busy = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  const text = error instanceof Error ? error.message : String(error);
  console.error(busy ? `${text}\nSomething else uses that port; choose another with --port.` : text);
  process.exitCode = 1;
});
