import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../root.js';

const VERBS = ['show', 'create', 'close', 'find', 'assign', 'approve', 'reject', 'escalate', 'archive', 'share'];
const THINGS = ['order', 'invoice', 'ticket', 'lead', 'case', 'contract', 'asset', 'shipment', 'refund', 'visit'];
const CONFIG = join(ROOT, 'bench', 'config');

/** A new folder with the bench's configuration and so many recipes; the first is that of the bench, `lookup`. */
export async function writeConfig(count: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'behalf-bench-recipes-'));
  await mkdir(join(folder, 'recipes'));
  await mkdir(join(folder, 'connectors'));
  await cp(join(CONFIG, 'connections.yaml'), join(folder, 'connections.yaml'));
  await cp(join(CONFIG, 'recipes', 'lookup.yaml'), join(folder, 'recipes', 'lookup.yaml'));
  await writeFile(join(folder, 'connectors', 'bench_app.yaml'), CONNECTOR);
  for (let index = 1; index < count; index += 1) {
    await writeFile(join(folder, 'recipes', `recipe-${index}.yaml`), recipeText(index));
  }
  return folder;
}

/** What starts the recipe with this number. */
export function commandOf(index: number): string {
  const verb = VERBS[index % VERBS.length] ?? 'show';
  const thing = THINGS[Math.trunc(index / VERBS.length) % THINGS.length] ?? 'order';
  return index === 0 ? 'lookup' : `${verb} ${thing} ${Math.trunc(index / (VERBS.length * THINGS.length))}`;
}

function recipeText(index: number): string {
  return `name: Recipe ${index}
description: Looks up an item
trigger:
  command: ${commandOf(index)}
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
identity: { request: { path: /me }, id: "{{ body.id }}", label: "{{ body.email }}", email: "{{ body.email }}", email_verified: "{{ body.email_verified }}" }
actions:
  get_item:
    title: read items
    request: { path: "/items/{{ input.name }}" }
    input: { name: { required: true }, upper: {}, amount: { type: number }, note: {} }
    output_schema: { name: string, price: number }
`;
