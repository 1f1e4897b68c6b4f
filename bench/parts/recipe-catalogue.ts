import { rm } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { loadCatalogue } from '../../src/catalogue.js';
import { CommandRouter } from '../../src/commands/router.js';
import type { ActionStep, CommandRecipe, CompiledRecipe } from '../../src/recipes/compiled-recipe.js';
import { evaluateInput } from '../../src/recipes/evaluate.js';
import type { RecipeData } from '../../src/recipes/recipe-data.js';
import type { Stand } from '../stand.js';
import { RECIPE_COUNTS } from '../subjects.js';
import { commandOf, writeConfig } from '../world/recipe-files.js';

const MATCHES = 50_000;
/** Texts that wait to be matched; few enough to stay in the caches of the processor. */
const AT_ONCE = 500;
const UNKNOWN = 50;
const STEPS = 50_000;

/**
 * What 10 to 10 000 recipes cost a process: reading and checking them, memory for each, and finding one by its command;
 * then the own work of one action step. In one process, without a network.
 */
export async function measureCatalogue(stand: Stand): Promise<void> {
  // What is needed once, whatever the number, is not measured.
  await measureCount(RECIPE_COUNTS[0]);
  let recipe: CompiledRecipe | undefined;
  for (const count of RECIPE_COUNTS) {
    const { example, heapKb, loadMs, matchUs, unknownMs } = await measureCount(count);
    const at = { recipes: count };
    stand.note('load', loadMs, { unit: 'ms', at });
    stand.note('heapOfOne', heapKb, { unit: 'KB', at });
    stand.note('match', matchUs, { unit: 'us', at });
    stand.note('unknownCommand', unknownMs, { unit: 'ms', at });
    recipe ??= example;
    stand.say(`${count} recipes: loaded in ${loadMs.toFixed(0)} ms, ${heapKb.toFixed(1)} KB each`);
  }
  if (recipe) stand.note('actionStep', await measureStep(recipe), { unit: 'us' });
}

async function measureCount(count: number) {
  const folder = await writeConfig(count);
  try {
    const before = heapUsed();
    const startedAt = performance.now();
    const { problems, recipes } = await loadCatalogue(
      { configDir: folder, publicUrl: 'https://behalf.example', egressAllow: ['127.0.0.1'] },
      { BENCH_APP_URL: 'http://127.0.0.1:1', BENCH_CLIENT_SECRET: 'secret' },
    );
    const loadMs = performance.now() - startedAt;
    const heapKb = (heapUsed() - before) / 1024 / count;
    const started = recipes.commands();
    if (started.length !== count) throw new Error(problems[0]?.message ?? 'not all recipes could start');
    const example = started.find(({ name }) => name !== 'Look up');
    return { example, loadMs, heapKb, ...measureMatch(new CommandRouter(recipes), started) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function measureMatch(router: CommandRouter, started: readonly CommandRecipe[]) {
  let matchUs = 0;
  for (let from = 0; from < MATCHES; from += AT_ONCE) {
    // As they come from the network; making them is no part of finding the recipe.
    const texts = Array.from({ length: AT_ONCE }, (_, index) =>
      Buffer.from(`${commandOf(((from + index) * 7919) % started.length)} name: Acme`).toString('utf8'),
    );
    const cpu = process.cpuUsage();
    for (const text of texts) if (router.match(text).kind !== 'recipe') throw new Error(`${text} finds nothing`);
    matchUs += cpuUs(cpu) / MATCHES;
  }
  const again = process.cpuUsage();
  for (let index = 0; index < UNKNOWN; index += 1) router.closest(`shwo ordr ${index}`);
  return { matchUs, unknownMs: cpuUs(again) / UNKNOWN / 1000 };
}

async function measureStep(recipe: CompiledRecipe): Promise<number> {
  const step = recipe.steps.find((candidate): candidate is ActionStep => candidate.kind === 'action');
  if (!step) throw new Error('there is no action');
  const data: RecipeData = {
    parameters: { name: 'Acme', amount: 12 },
    steps: {},
    user: { id: 'U1', name: 'Rita', platform: 'slack', tenant: 'T1' },
    conversation: { kind: 'direct', platform: 'slack' },
    job: { id: 'job', started_at: '2026-11-27T09:00:00Z' },
    connections: {},
  };
  for (let index = 0; index < 1_000; index += 1) await evaluateInput(step, data);
  const cpu = process.cpuUsage();
  for (let index = 0; index < STEPS; index += 1) await evaluateInput(step, data);
  return cpuUs(cpu) / STEPS;
}

function cpuUs(since: NodeJS.CpuUsage): number {
  const { system, user } = process.cpuUsage(since);
  return system + user;
}

/** What is reachable: garbage is thrown away first. */
function heapUsed(): number {
  setFlagsFromString('--expose_gc');
  const collect: () => void = runInNewContext('gc');
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
