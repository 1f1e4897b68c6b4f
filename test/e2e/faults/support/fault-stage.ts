import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../../../playground/http.js';
import { PEOPLE, type Person } from '../../../../playground/people.js';
import { type RunningService, startService } from '../../../../playground/service.js';
import { type Actor, type ActorPlatform, createActor, type Heard } from '../../../../playground/tour/actors.js';
import { Browser, eventually } from '../../../../playground/tour/browser.js';
import { startWorld, type World, type WorldOptions } from '../../../../playground/world.js';
import { type RedisServer, startRedis } from '../../../support/redis-server.js';
import { writeConfig } from './config.js';
import { Wire } from './wire.js';

/** A start on a busy machine, and more than one of them in a test. */
export const SLOW_TEST_MS = 90_000;
/** Longer than a lease and a start. */
const PATIENCE_MS = 25_000;
/** On the embedded store nobody waits for the lease of a dead process. */
const LEASE_SECONDS = { embedded: 600, redis: 5 } as const;

export const STORES = ['embedded', 'redis'] as const;

interface FaultStageOptions {
  readonly store: (typeof STORES)[number];
  /** Processes to begin with; more than one only on Redis. */
  readonly replicas?: number;
  /** In place of a server of its own: a Redis that the test starts and ends. */
  readonly redisUrl?: string;
  /** More lines of the CRM's connector. */
  readonly crm?: string;
  readonly world?: Omit<WorldOptions, 'servicePort' | 'redisUrl' | 'page'>;
  /** Of all processes, beside those of the world. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** One process of the service, with the port that it listens on itself. */
export interface Replica extends RunningService {
  readonly url: string;
  /** Value of a metric, all its labels added up; 0 while it has none. */
  metric(name: string): Promise<number>;
  /** Status of `/readyz`; 0 when nobody answers. */
  readiness(): Promise<number>;
  log(): string;
  isRunning(): boolean;
}

/** The world of the playground with processes of the service in it that tests kill. */
export class FaultStage {
  readonly world: World;
  readonly redis: RedisServer | undefined;
  /** Between the service and Redis. */
  readonly redisWire: Wire;
  /** Between the service and Slack's Web API. */
  readonly slackWire: Wire;
  readonly #replicas: Replica[];
  /** What the processes run with. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #entrance: Wire;
  readonly #folder: string;

  private constructor(parts: {
    readonly world: World;
    readonly redis: RedisServer | undefined;
    readonly redisWire: Wire;
    readonly slackWire: Wire;
    readonly replicas: readonly Replica[];
    readonly environment: Readonly<Record<string, string>>;
    readonly entrance: Wire;
    readonly folder: string;
  }) {
    this.world = parts.world;
    this.redis = parts.redis;
    this.redisWire = parts.redisWire;
    this.slackWire = parts.slackWire;
    this.#replicas = [...parts.replicas];
    this.environment = parts.environment;
    this.#entrance = parts.entrance;
    this.#folder = parts.folder;
  }

  static async start(options: FaultStageOptions): Promise<FaultStage> {
    const folder = mkdtempSync(join(tmpdir(), 'behalf-faults-'));
    const configDir = join(folder, 'config');
    writeConfig(configDir, options.crm);
    const isOwnRedis = options.store === 'redis' && options.redisUrl === undefined;
    const redis = isOwnRedis ? await startRedis({ appendOnly: true }) : undefined;
    const redisWire = await Wire.open(redis ? { target: redis.port } : {});
    const entrance = await Wire.open();
    const world = await startWorld({
      page: { html: '', script: '', style: '' },
      slackRetryDelaysMs: [100, 1_000, 3_000, 5_000, 10_000],
      teamsTiming: { timeoutMs: 15_000, redeliveryDelaysMs: [500, 2_000, 5_000, 10_000] },
      ...options.world,
      dataDir: join(folder, 'data'),
      servicePort: entrance.port,
      ...(redis ? { redisUrl: `redis://127.0.0.1:${redisWire.port}` } : {}),
      ...(options.redisUrl === undefined ? {} : { redisUrl: options.redisUrl }),
    });
    const slackWire = await Wire.open({ target: Number(new URL(world.slack.apiUrl).port) });
    const environment = {
      ...world.serviceEnv,
      CONFIG_DIR: configDir,
      SLACK_API_URL: `http://127.0.0.1:${slackWire.port}/api/`,
      JOB_LEASE_SECONDS: String(LEASE_SECONDS[options.store]),
      // Tests ask again until it works.
      PERSON_COMMANDS_PER_MINUTE: '0',
      ...options.settings,
    };
    const numbers = Array.from({ length: options.replicas ?? 1 }, (_, index) => index + 1);
    const replicas = await Promise.all(
      numbers.map((number) => startReplica(environment, join(folder, `service-${number}.log`))),
    );
    const stage = new FaultStage({ world, redis, redisWire, slackWire, replicas, environment, entrance, folder });
    stage.leadTo(stage.service);
    return stage;
  }

  get replicas(): readonly Replica[] {
    return this.#replicas;
  }

  /** One more process, with these settings in place of those of the others. */
  async startAnother(settings: Readonly<Record<string, string>>): Promise<Replica> {
    const logFile = join(this.#folder, `service-${this.#replicas.length + 1}.log`);
    const replica = await startReplica({ ...this.environment, ...settings }, logFile);
    this.#replicas.push(replica);
    return replica;
  }

  /** The first process. */
  get service(): Replica {
    return this.replica(0);
  }

  replica(index: number): Replica {
    const replica = this.replicas[index];
    if (!replica) throw new Error(`There is no replica ${index}`);
    return replica;
  }

  /** Platforms and browsers reach this process, or what stands before several, from now on. */
  leadTo(replica: Pick<Replica, 'url'>): void {
    this.#entrance.leadTo(Number(new URL(replica.url).port));
  }

  actor(id: Person['id'], platform: ActorPlatform = 'slack'): Actor {
    const person = PEOPLE.find((candidate) => candidate.id === id);
    if (!person) throw new Error(`There is nobody called ${id}`);
    return createActor(this.world, person, platform, () => undefined);
  }

  /** Waits until the person sees such a message of the bot, among those that are there too. */
  async reads(actor: Actor, pattern: RegExp, withinMs = PATIENCE_MS): Promise<Heard> {
    const sight = (): string =>
      actor
        .sees()
        .slice(-4)
        .map(({ text }) => JSON.stringify(text))
        .join(', ');
    const find = (): Heard | undefined => actor.sees().findLast(({ text }) => pattern.test(text));
    try {
      return await eventually(`${actor.id} to read ${pattern}`, find, withinMs);
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : ''}; sees ${sight()}`, { cause: error });
    }
  }

  /** Says something and waits for one more message like that than there were. */
  async ask(actor: Actor, text: string, answer: RegExp): Promise<Heard> {
    const before = this.count(actor, answer);
    await actor.say(text);
    await this.until(`${actor.id} to read ${answer} after ${text}`, () => this.count(actor, answer) > before);
    return this.reads(actor, answer);
  }

  /** How many messages like that the person sees. */
  count(actor: Actor, pattern: RegExp): number {
    return actor.sees().filter(({ text }) => pattern.test(text)).length;
  }

  /** How many records of this amount the CRM has. */
  async deals(amount: number): Promise<number> {
    const { opportunities } = await this.world.apps.crmControl.records();
    return opportunities.filter((opportunity) => opportunity.amount === amount).length;
  }

  /** How often the CRM's API was called, e.g. `POST /api/opportunities`. */
  async calls(route: string): Promise<number> {
    return (await this.world.apps.crmControl.counts()).apiCalls.byRoute[route] ?? 0;
  }

  /** Runs `work` and resolves when that has made a call of this kind arrive at the CRM. */
  async untilCalled(route: string, work: () => Promise<unknown>): Promise<void> {
    const before = await this.calls(route);
    await work();
    await this.until(`a call ${route}`, async () => (await this.calls(route)) > before);
  }

  /** Waits until something is so. */
  async until(what: string, isSo: () => boolean | Promise<boolean>, withinMs = PATIENCE_MS): Promise<void> {
    await eventually(what, async () => ((await isSo()) ? true : undefined), withinMs);
  }

  /** Real time passes: for things that must not happen, and outages that last. */
  pause(ms: number): Promise<void> {
    return pause(ms);
  }

  /** Resolves when whatever was left behind has been found. */
  leaseOver(): Promise<void> {
    return pause(LEASE_SECONDS.redis * 1_300);
  }

  /** Logs a person in at the CRM by way of their own command. */
  async connect(actor: Actor, browser = new Browser()): Promise<void> {
    await actor.say('find opportunities account: Nobody');
    const prompt = await this.reads(actor, /Please connect to Acme CRM/);
    await this.logIn(actor, prompt, browser);
    await this.reads(actor, /Nobody has no opportunities/);
  }

  /** From the Login button to the result page, and what that says. */
  async logIn(actor: Actor, prompt: Heard, browser = new Browser()): Promise<string> {
    const link = await actor.press(prompt, 'Login');
    const page = await browser.logIn(link ?? '', { username: actor.id });
    const code = /data-login-code="([^"]+)"/.exec(page.html)?.[1];
    if (code !== undefined) await actor.handOver(code);
    return page.text;
  }

  async stop(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica.stop('SIGKILL')));
    await this.world.stop();
    await this.#entrance.close();
    await Promise.all([this.redisWire.close(), this.slackWire.close()]);
    await this.redis?.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function startReplica(environment: Readonly<Record<string, string>>, logFile: string): Promise<Replica> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const service = await startService({ ...environment, PORT: String(port) }, { logFile });
  return Object.assign(service, {
    url,
    log: () => readFileSync(logFile, 'utf8'),
    isRunning: () => service.exitCode === undefined,
    async metric(name: string) {
      const text = await (await fetch(`${url}/metrics`)).text();
      const values = [...text.matchAll(new RegExp(`^behalf_${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))];
      return values.reduce((sum, [, value]) => sum + Number(value), 0);
    },
    async readiness() {
      return fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) }).then(
        async (response) => {
          await response.body?.cancel();
          return response.status;
        },
        () => 0,
      );
    },
  });
}
