import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { type E2eStage, START_MS, startStage } from './support/stage.js';

const ROOT = join(__dirname, '../..');

/** Each command of the program is a process that begins anew. */
const MANY_COMMANDS_MS = 150_000;

const RECIPE = `name: Look around
description: Looks for an opportunity as the company
trigger: { command: look around }
connections:
  acme_crm: { use: night-crm }
steps:
  - { action: acme_crm.find_opportunities, input: { account: Acme } }
  - reply: { text: Looked as the company }
`;

let folder: string;
let redis: RedisServer;
let stage: E2eStage;
let environment: Readonly<Record<string, string>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'behalf-made-'));
  cpSync(join(ROOT, 'playground/config'), folder, { recursive: true });
  writeFileSync(join(folder, 'recipes/look-around.yaml'), RECIPE);
  redis = await startRedis();
  stage = await startStage({
    settings(world) {
      const settings = { CONFIG_DIR: folder, REDIS_URL: redis.url };
      environment = { ...world.serviceEnv, ...settings };
      return settings;
    },
  });
}, START_MS);

afterAll(async () => {
  await stage.stop();
  await redis.stop();
  rmSync(folder, { recursive: true });
});

/** A command of the program, beside the running service. */
async function behalf(args: readonly string[], input = ''): Promise<{ readonly code: unknown; readonly text: string }> {
  const env = { ...environment, PATH: process.env['PATH'] ?? '' };
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts', ...args], { cwd: ROOT, env });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  return { code, text };
}

async function logged(pattern: RegExp): Promise<void> {
  for (let turn = 0; turn < 600; turn += 1) {
    if (pattern.test(stage.log())) return;
    await wait(50);
  }
  throw new Error(`The log never said ${pattern}`);
}

describe('a connection that is made while the service runs', () => {
  it(
    'starts the recipes that name it, is listed, and takes them with it when it is deleted',
    async () => {
      const { slack } = stage.player('rita');
      expect(stage.log()).toContain('there is no usable connection \\"night-crm\\"');
      const key = environment['ACME_CRM_API_KEY'] ?? '';

      const made = await behalf(
        [
          'connect',
          'night-crm',
          '--connector',
          'acme_crm',
          '--method',
          'api_key',
          '--set',
          `url=${environment['ACME_CRM_URL']}`,
        ],
        `${key}\n`,
      );
      expect(made).toMatchObject({ code: 0, text: expect.stringContaining('night-crm (Acme CRM) is connected') });
      expect(made.text).not.toContain(key);

      await logged(/the configuration was read again/);
      await slack.say('look around');
      await slack.hears(/Looked as the company/);
      expect((await behalf(['connections'])).text).toContain(
        'night-crm  Acme CRM (acme_crm), api_key, made at run time',
      );
      expect(await behalf(['check'])).toMatchObject({ code: 0 });

      await behalf(['connections', 'disconnect', 'night-crm']);
      await logged(/does not start before somebody runs: behalf connect night-crm/);
      await slack.say('look around');
      await slack.hears(/Acme CRM is not connected\. Your administrator must connect it first/);
      expect((await behalf(['check'])).text).toContain('"night-crm" is shared by everybody and is disconnected');
      expect(await behalf(['connect', 'night-crm'], `${key}\n`)).toMatchObject({ code: 0 });
      await slack.say('look around');
      await slack.hears(/Looked as the company/);

      await behalf(['connections', 'delete', 'night-crm', '--yes']);
      await logged(/"stopped":\["look-around"\]/);
      await slack.say('look around');
      await slack.hears(/I don't know that command/);
    },
    MANY_COMMANDS_MS,
  );
});
