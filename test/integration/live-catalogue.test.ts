import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createMetrics } from '../../adapters/prometheus/index.js';
import { type Catalogue, fingerprintOf, loadCatalogue } from '../../src/catalogue.js';
import { LiveCatalogue } from '../../src/live-catalogue.js';
import { createManualClock, type ManualClock } from '../support/clocks.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { recipe, serviceEnvironment, writeServiceFiles } from '../support/service-files.js';
import { eventually } from '../support/service-kit.js';

const HELLO = recipe({ command: 'hello', connections: '{}', steps: '  - reply: { text: Hello }' }).replace(
  'connections:\n  {}\n',
  '',
);
const FIND = recipe({ command: 'find', steps: '  - { action: crm.find }' });

let folder: string;
let clock: ManualClock;
let logger: RecordingLogger;
let metrics: ReturnType<typeof createMetrics>;
let live: LiveCatalogue;
let changes: (readonly [before: Catalogue, after: Catalogue])[];
let changed: () => void;

const file = (name: string) => path.join(folder, name);
const commands = () =>
  live
    .current()
    .recipes.commands()
    .map(({ trigger }) => trigger.command);
const lines = () => logger.lines.map(({ message }) => message);

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'behalf-live-'));
  clock = createManualClock();
  logger = new RecordingLogger();
  metrics = createMetrics();
  changes = [];
  writeServiceFiles(folder, { hello: HELLO, find: FIND });
  const policy = { configDir: folder, publicUrl: 'http://localhost:3000', egressAllow: ['127.0.0.1'] };
  const environment = serviceEnvironment({ crm: 'http://127.0.0.1:1', files: 'http://127.0.0.1:2' });
  live = await LiveCatalogue.start({
    fingerprint: () => fingerprintOf(policy),
    load: (before) => loadCatalogue(policy, environment, before),
    onChange: async (...change) => {
      changes.push(change);
    },
    clock,
    logger,
    metrics,
  });
  await live.follow(
    {
      async watch(_folder, _isWanted, onChange) {
        changed = onChange;
        return { close: async () => {} };
      },
    },
    folder,
  );
});
afterEach(async () => {
  await live.stop();
  rmSync(folder, { recursive: true });
});

/** A change is told, the files come to rest, and what follows from it is done. */
async function reloaded(): Promise<void> {
  changed();
  await clock.advance(250);
  let done = false;
  void live.reload().then(() => {
    done = true;
  });
  await eventually(async () => {
    await clock.advance(1_000);
    return done;
  });
}

const writeRecipe = (name: string, text: string) => writeFileSync(file(`recipes/${name}.yaml`), text);

describe('The catalogue of a running service', () => {
  it('has what was added and changed, and keeps what was not changed as it is', async () => {
    const before = live.current().recipes.get('find');
    writeRecipe('hello', HELLO.replace('command: hello', 'command: good day'));
    writeRecipe('bye', HELLO.replace('command: hello', 'command: bye'));

    await reloaded();

    expect(commands()).toEqual(['bye', 'find', 'good day']);
    expect(live.current().recipes.get('find')).toBe(before);
    expect(changes).toHaveLength(1);
    expect(lines()).toContain('the configuration was read again');
  });

  it('keeps the last good version of a recipe that is broken, says so, and takes the mended one', async () => {
    writeRecipe('hello', HELLO.replace('steps:', 'stepz:'));
    await reloaded();

    expect(commands()).toEqual(['find', 'hello']);
    expect(lines()).toContain('recipes/hello.yaml is broken: its last version without mistakes is in use');
    expect(lines()).toContainEqual(
      expect.stringMatching(/^recipes\/hello\.yaml:\d+:1 error "stepz" is not known here/),
    );
    expect(await metrics.render()).toContain('behalf_recipes_broken 1');

    writeRecipe('hello', HELLO.replace('text: Hello', 'text: Good day'));
    await reloaded();

    expect(live.current().kept).toEqual([]);
    expect(await metrics.render()).toContain('behalf_recipes_broken 0');
  });

  it('keeps a recipe whose datapill is wrong now, and one whose command a new file takes away', async () => {
    writeRecipe('hello', HELLO.replace('text: Hello', 'text: "{{ usr.name }}"'));
    writeRecipe('thief', FIND.replace('name: Find', 'name: Thief'));

    await reloaded();

    expect(live.current().recipes.byCommand('find')?.name).toBe('Find');
    expect(commands()).toEqual(['find', 'hello']);
    expect(live.current().kept).toEqual(['recipes/find.yaml', 'recipes/hello.yaml']);
  });

  it('keeps connectors and connections that are broken now, and the recipes on them', async () => {
    writeFileSync(file('connectors/crm.yaml'), 'name: [');
    writeFileSync(file('connections.yaml'), 'connections: 5');

    await reloaded();

    expect(commands()).toEqual(['find', 'hello']);
    expect(live.current().connector('crm')).toBeDefined();
    expect(live.current().parent('crm')).toBeDefined();
    expect(live.current().kept).toEqual(['connectors/crm.yaml', 'connections.yaml']);
  });

  it('stops a recipe whose file is gone, not one whose file is only being replaced', async () => {
    rmSync(file('recipes/find.yaml'));
    renameSync(file('recipes/hello.yaml'), file('hello.bak'));
    changed();
    await clock.advance(250);
    renameSync(file('hello.bak'), file('recipes/hello.yaml'));

    await reloaded();

    expect(commands()).toEqual(['hello']);
    expect(changes.map(([, after]) => after.recipes.commands().map(({ trigger }) => trigger.command))).toEqual([
      ['hello'],
    ]);
  });

  it('keeps all recipes while the whole folder is away, and says so', async () => {
    renameSync(folder, `${folder}-away`);
    await reloaded();
    expect(commands()).toEqual(['find', 'hello']);
    expect(changes).toEqual([]);
    expect(lines()).toContain('the configuration could not be read again');
    renameSync(`${folder}-away`, folder);
    await reloaded();
    expect(commands()).toEqual(['find', 'hello']);
  });

  it('keeps a recipe with a button whose command is gone', async () => {
    writeRecipe('hello', HELLO.replace('text: Hello', 'text: Hello, buttons: [{ text: Find, command: find }]'));
    await reloaded();
    rmSync(file('recipes/find.yaml'));

    await reloaded();

    expect(commands()).toEqual(['hello']);
    expect(live.current()).toMatchObject({ kept: ['recipes/hello.yaml'], broken: 1 });
  });

  it('stops recipes whose connection was taken away', async () => {
    const text = readFileSync(file('connections.yaml'), 'utf8');
    writeFileSync(file('connections.yaml'), text.replace(/^ {2}crm:\n(?: {4}.*\n)*/mu, ''));

    await reloaded();

    expect(commands()).toEqual(['hello']);
    expect(live.current().kept).toEqual([]);
  });

  it('tells when a recipe uses another connection of an app than before', async () => {
    writeRecipe('find', FIND.replace('use: crm,', 'use: crm-eu,'));

    await reloaded();

    expect(lines()).toContain(
      'find uses crm-eu in place of crm for crm, in all its steps; people log in once more, those of crm are kept',
    );
    writeRecipe('find', FIND.replace('use: crm, verify_user_access: true', 'use: crm-shared'));
    await reloaded();
    expect(lines()).toContain('find uses crm-shared in place of crm-eu for crm, in all its steps');
  });

  it('waits until the files have been at rest for a while, and does nothing when they are as they were', async () => {
    writeRecipe('hello', HELLO.replace('command: hello', 'command: good day'));
    changed();
    await clock.advance(200);
    changed();
    await clock.advance(200);
    expect(commands()).toContain('hello');

    writeRecipe('hello', HELLO);
    await reloaded();

    expect(changes).toEqual([]);
    expect(lines()).not.toContain('the configuration was read again');
  });

  it('takes no test of a recipe for a recipe', async () => {
    writeFileSync(file('recipes/hello.test.yaml'), 'tests: []');

    await reloaded();

    expect(commands()).toEqual(['find', 'hello']);
    expect(live.current().problems).toEqual([]);
  });
});
