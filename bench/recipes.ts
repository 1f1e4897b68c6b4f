import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { loadCatalogue } from '../src/catalogue.js';
import { CommandRouter } from '../src/commands/router.js';
import type { ActionStep, CommandRecipe, CompiledRecipe } from '../src/recipes/compiled-recipe.js';
import { evaluateInput } from '../src/recipes/evaluate.js';
import type { RecipeData } from '../src/recipes/recipe-data.js';

const COUNTS = [10, 100, 1_000, 10_000] as const;
const MATCHES = 50_000;
const UNKNOWN = 50;
const STEPS = 50_000;

const VERBS = ['show', 'create', 'close', 'find', 'assign', 'approve', 'reject', 'escalate', 'archive', 'share'];
const THINGS = ['order', 'invoice', 'ticket', 'lead', 'case', 'contract', 'asset', 'shipment', 'refund', 'visit'];

interface Row {
  readonly recipes: number;
  readonly loadMs: number;
  readonly heapKb: number;
  readonly matchUs: number;
  readonly unknownMs: number;
}

/**
 * What 10 to 10 000 recipes cost a process: reading and checking them, memory for each, and finding one by its command;
 * then the own work of one action step. In one process, without a network.
 */
export async function measureRecipes(configDir: string): Promise<string> {
  // What is needed once, whatever the number, is not measured.
  await measureCount(configDir, COUNTS[0]);
  const rows: Row[] = [];
  let recipe: CompiledRecipe | undefined;
  for (const count of COUNTS) {
    const { first, row } = await measureCount(configDir, count);
    rows.push(row);
    recipe ??= first;
    console.error(`${count} recipes: loaded in ${row.loadMs.toFixed(0)} ms, ${row.heapKb.toFixed(1)} KB each`);
  }
  const stepUs = recipe ? await measureStep(recipe) : Number.NaN;
  return [
    '| recipes | read and checked | memory of one | match of a command | answer to an unknown one |',
    '|---:|---:|---:|---:|---:|',
    ...rows.map(
      (row) =>
        `| ${row.recipes} | ${row.loadMs.toFixed(0)} ms | ${row.heapKb.toFixed(1)} KB | ${row.matchUs.toFixed(2)} µs | ${row.unknownMs.toFixed(2)} ms |`,
    ),
    '',
    `An action step's own work (its input of four values, two of them expressions): ${stepUs.toFixed(1)} µs CPU.`,
  ].join('\n');
}

async function measureCount(configDir: string, count: number) {
  const folder = await mkdtemp(join(tmpdir(), 'behalf-bench-recipes-'));
  try {
    await writeConfig(configDir, folder, count);
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
    return {
      first: started[0],
      row: { recipes: count, loadMs, heapKb, ...measureMatch(new CommandRouter(recipes), started) },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function measureMatch(router: CommandRouter, started: readonly CommandRecipe[]) {
  const cpu = process.cpuUsage();
  for (let index = 0; index < MATCHES; index += 1) {
    router.match(`${started[(index * 7919) % started.length]?.trigger.command ?? ''} name: Acme`);
  }
  const matchUs = cpuUs(cpu) / MATCHES;
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

async function writeConfig(configDir: string, folder: string, count: number): Promise<void> {
  await mkdir(join(folder, 'recipes'));
  await mkdir(join(folder, 'connectors'));
  await cp(join(configDir, 'connections.yaml'), join(folder, 'connections.yaml'));
  await writeFile(join(folder, 'connectors', 'bench_app.yaml'), CONNECTOR);
  for (let index = 0; index < count; index += 1) {
    await writeFile(join(folder, 'recipes', `recipe-${index}.yaml`), recipeText(index));
  }
}

function recipeText(index: number): string {
  const verb = VERBS[index % VERBS.length] ?? 'show';
  const thing = THINGS[Math.trunc(index / VERBS.length) % THINGS.length] ?? 'order';
  return `name: Recipe ${index}
description: Looks up an item
trigger:
  command: ${verb} ${thing} ${Math.trunc(index / (VERBS.length * THINGS.length))}
  parameters:
    - { name: name, prompt: "Which one?" }
    - { name: amount, type: number, optional: true }
connections:
  bench_app: { use: bench-app, verify_user_access: true }
steps:
  - id: item
    action: bench_app.get_item
    input:
      name: "{{ parameters.name }}"
      upper: "{{ $uppercase(parameters.name) }}"
      amount: "{{ parameters.amount * 2 }}"
      note: "for {{ user.name }}"
  - if: "{{ steps.item.price > 100 }}"
    then:
      - reply: { text: "*{{ steps.item.name }}* is dear: {{ steps.item.price }}" }
    else:
      - reply: { text: "{{ steps.item.name }} costs {{ steps.item.price }}" }
`;
}

const CONNECTOR = `name: bench_app
title: Bench App
settings: [{ name: url, title: Address of the app }]
base_url: "{{ settings.url }}"
auth: { oauth2: { authorization_url: "{{ settings.url }}/authorize", token_url: "{{ settings.url }}/token" } }
identity: { request: { path: /me }, id: "{{ body.id }}", label: "{{ body.email }}" }
actions:
  get_item:
    title: read items
    request: { path: "/items/{{ input.name }}" }
    input: { name: { required: true }, upper: {}, amount: { type: number }, note: {} }
    output_schema: { name: string, price: number }
`;

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
