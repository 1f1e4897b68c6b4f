import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/** A choice in a menu of the chats that starts a recipe. */
export interface PlaygroundShortcut {
  /** What the platforms know it by. */
  readonly id: string;
  /** `global`: beside the message field; `message`: at each message. */
  readonly kind: 'global' | 'message';
  readonly name: string;
  readonly description?: string;
}

/** What an administrator would have entered in Slack and Teams for the recipes. */
export interface PlaygroundEntries {
  readonly slashCommands: readonly { readonly command: string; readonly hint: string }[];
  readonly shortcuts: readonly PlaygroundShortcut[];
}

/** How long what was read counts as the present state. */
const FRESH_MS = 2_000;

const SHORTCUT = z.looseObject({ name: z.string(), description: z.string().optional() }).optional();
const RECIPE = z.looseObject({
  name: z.string(),
  description: z.string().optional(),
  trigger: z.looseObject({
    slash_command: z.string().optional(),
    shortcut: SHORTCUT,
    message_shortcut: SHORTCUT,
  }),
});

/** Slash commands and shortcuts of the recipes in a folder as it is now. Recipes that cannot be read have none. `now`: milliseconds. */
export function entriesOf(folder: string, now: () => number = Date.now): () => Promise<PlaygroundEntries> {
  let read: { readonly at: number; readonly entries: Promise<PlaygroundEntries> } | undefined;
  return () => {
    if (!read || now() - read.at > FRESH_MS) read = { at: now(), entries: readEntries(folder) };
    return read.entries;
  };
}

async function readEntries(folder: string): Promise<PlaygroundEntries> {
  const files = await readdir(folder, { recursive: true }).catch(() => []);
  const recipes = files.filter((file) => /(?<!\.test)\.ya?ml$/.test(file)).sort();
  const read = await Promise.all(recipes.map((file) => entriesIn(folder, file)));
  return {
    slashCommands: read.flatMap(({ slashCommands }) => slashCommands),
    shortcuts: read.flatMap(({ shortcuts }) => shortcuts),
  };
}

async function entriesIn(folder: string, file: string): Promise<PlaygroundEntries> {
  const { data } = RECIPE.safeParse(await readYaml(join(folder, file)));
  if (!data) return { slashCommands: [], shortcuts: [] };
  const { message_shortcut: onMessage, shortcut, slash_command: command } = data.trigger;
  const id = file.replace(/\.ya?ml$/, '').replaceAll(sep, '/');
  const entry = (kind: PlaygroundShortcut['kind'], written: z.infer<typeof SHORTCUT>): PlaygroundShortcut[] => {
    const description = written?.description ?? data.description;
    if (!written) return [];
    return [{ id: `${kind}:${id}`, kind, name: written.name, ...(description === undefined ? {} : { description }) }];
  };
  return {
    slashCommands: command === undefined ? [] : [{ command, hint: data.description ?? data.name }],
    shortcuts: [...entry('global', shortcut), ...entry('message', onMessage)],
  };
}

/** The content of a file; undefined while somebody is still writing it. */
async function readYaml(path: string): Promise<unknown> {
  try {
    return parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}
