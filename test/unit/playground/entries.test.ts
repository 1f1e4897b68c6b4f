import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entriesOf } from '../../../playground/entries.js';
import { loadRecipes } from '../../../src/recipes/load-recipes.js';
import { shortcutId } from '../../../src/recipes/shortcut-ids.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'behalf-entries-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(file: string, text: string): void {
  writeFileSync(join(folder, file), text);
}

const DEAL = `
name: New deal
description: Creates a deal
trigger:
  command: new deal
  slash_command: /deal
  shortcut: { name: Deal, description: Here and now }
  message_shortcut: { name: Deal from message, text: about }
  parameters: [{ name: about, type: text, prompt: "About what?" }]
steps: [{ reply: { text: Done } }]
`;

describe('the slash commands and shortcuts of the playground', () => {
  it('are those of its recipes, known by what the service knows them by', async () => {
    mkdirSync(join(folder, 'sales'));
    write('sales/new-deal.yaml', DEAL);
    write('plain.yml', 'name: Plain\ntrigger: { command: plain }\nsteps: []\n');
    const { recipes } = await loadRecipes(folder);
    const deal = recipes.find(({ name }) => name === 'New deal');
    if (deal?.trigger.kind !== 'command') throw new Error('the recipe was not read');
    const [global, message] = deal.trigger.shortcuts.map((shortcut) => shortcutId(deal, shortcut));

    expect(await entriesOf(folder)()).toEqual({
      slashCommands: [{ command: '/deal', hint: 'Creates a deal' }],
      shortcuts: [
        { id: global, kind: 'global', name: 'Deal', description: 'Here and now' },
        { id: message, kind: 'message', name: 'Deal from message', description: 'Creates a deal' },
      ],
    });
  });

  it('are without those of tests and of files that cannot be read', async () => {
    write('new-deal.test.yaml', DEAL);
    write('half.yaml', 'name: [');
    write('list.yaml', '- a');

    expect(await entriesOf(folder)()).toEqual({ slashCommands: [], shortcuts: [] });
    expect(await entriesOf(join(folder, 'nowhere'))()).toEqual({ slashCommands: [], shortcuts: [] });
  });

  it('follow the recipes when they change', async () => {
    let now = 0;
    const entries = entriesOf(folder, () => now);
    expect((await entries()).slashCommands).toEqual([]);
    write('new-deal.yaml', DEAL);
    expect((await entries()).slashCommands).toEqual([]);
    now += 3_000;
    expect((await entries()).slashCommands).toHaveLength(1);
  });
});
