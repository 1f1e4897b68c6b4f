import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PEOPLE, type Person } from '../../../playground/people.js';
import { type RunningService, startService } from '../../../playground/service.js';
import { type Actor, createActor } from '../../../playground/tour/actors.js';
import { Browser } from '../../../playground/tour/browser.js';
import { startWorld, type World, type WorldOptions } from '../../../playground/world.js';

/** Longer than a start on a busy machine takes. */
export const START_MS = 60_000;

/** Somebody at their chat clients and at their browser. */
export interface Player {
  readonly slack: Actor;
  readonly teams: Actor;
  readonly browser: Browser;
}

/** The playground's world with the service in it, each process as operators and people have it. */
export interface E2eStage {
  readonly world: World;
  readonly service: RunningService;
  /** A person with clients that have heard nothing yet, and a browser without cookies. */
  player(id: Person['id']): Player;
  /** All that the service has logged so far. */
  log(): string;
  stop(): Promise<void>;
}

export interface StageOptions extends WorldOptions {
  /** Settings of the service beside those of the world. */
  readonly settings?: (world: World) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
}

export async function startStage(options: StageOptions = {}): Promise<E2eStage> {
  const { settings, ...worldOptions } = options;
  const folder = mkdtempSync(join(tmpdir(), 'behalf-e2e-'));
  const logFile = join(folder, 'service.log');
  const world = await startWorld(worldOptions);
  const start = async () => startService({ ...world.serviceEnv, ...(await settings?.(world)) }, { logFile });
  const service = await start().catch(async (error: unknown) => {
    await world.stop();
    throw error;
  });
  return {
    world,
    service,
    player: (id) => playerOf(world, id),
    log: () => readFileSync(logFile, 'utf8'),
    async stop() {
      await service.stop();
      await world.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function personOf(id: Person['id']): Person {
  const person = PEOPLE.find((candidate) => candidate.id === id);
  if (!person) throw new Error(`There is nobody called ${id}`);
  return person;
}

function playerOf(world: World, id: Person['id']): Player {
  const person = personOf(id);
  return {
    slack: createActor(world, person, 'slack', () => undefined),
    teams: createActor(world, person, 'teams', () => undefined),
    browser: new Browser(),
  };
}
