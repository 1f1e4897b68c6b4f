import { distance } from 'fastest-levenshtein';
import type { CommandRecipe } from '../recipes/compiled-recipe.js';
import { normalizeCommand } from '../recipes/parameters.js';
import type { RecipeBook } from '../recipes/recipe-book.js';
import { optionWords } from '../recipes/walk-steps.js';

/** Commands that every installation has, by the words that call them. */
const BUILT_INS = {
  help: 'help',
  personal_connections: 'connections',
  'personal connections': 'connections',
  connections: 'connections',
  cancel: 'cancel',
} as const;

export type BuiltIn = (typeof BUILT_INS)[keyof typeof BUILT_INS];

const BUILT_IN_BY_WORDS: ReadonlyMap<string, BuiltIn> = new Map(Object.entries(BUILT_INS));
/** What a built-in command begins with: most texts are known by their first word to be none. */
const BUILT_IN_BEGINNINGS: ReadonlySet<string> = new Set(
  Object.keys(BUILT_INS).map((name) => name.split(' ')[0] ?? ''),
);

/** What a text calls. `rest` is what stands behind the command's words, as it was typed. */
export type Route =
  | { readonly kind: 'built_in'; readonly command: BuiltIn }
  | { readonly kind: 'recipe'; readonly recipe: CommandRecipe; readonly rest: string }
  /** `help` with something behind it: a command or an app. */
  | { readonly kind: 'help'; readonly topic: string }
  | { readonly kind: 'unknown' };

interface Node {
  readonly next: Map<string, Node>;
  recipe?: CommandRecipe;
}

/** Characters of an unknown text that are compared with commands: what follows tells nothing and costs time. */
const COMPARED = 100;

/** Finds the command of a text in time that does not depend on how many recipes there are. */
export class CommandRouter {
  readonly #root: Node = { next: new Map() };
  readonly #book: RecipeBook;
  readonly #recipes: readonly CommandRecipe[];
  #options: ReadonlySet<string> | undefined;

  constructor(book: RecipeBook) {
    this.#book = book;
    this.#recipes = book.commands();
    for (const recipe of this.#recipes) {
      let node = this.#root;
      for (const word of recipe.trigger.command.split(' ')) {
        const found = node.next.get(word) ?? { next: new Map() };
        node.next.set(word, found);
        node = found;
      }
      node.recipe = recipe;
    }
  }

  /**
   * The longest command that the text begins with. Case and spaces between words do not matter; a leading `/` neither. `own`: what
   * the person calls built-in commands in their language, where no recipe is called so.
   */
  match(text: string, own: Partial<Record<'cancel' | 'connections' | 'help', string>> = {}): Route {
    const trimmed = text.trim();
    const builtIn = builtInOf(trimmed);
    if (builtIn !== undefined) return { kind: 'built_in', command: builtIn };
    let node = this.#root;
    let recipe: CommandRecipe | undefined;
    let restAt = 0;
    for (let at = trimmed.startsWith('/') ? 1 : 0; at < trimmed.length; ) {
      const end = endOfWord(trimmed, at);
      const next = node.next.get(normalizeCommand(trimmed.slice(at, end)));
      if (next === undefined) break;
      node = next;
      at = nextWord(trimmed, end);
      if (node.recipe) [recipe, restAt] = [node.recipe, at];
    }
    if (recipe) return { kind: 'recipe', recipe, rest: trimmed.slice(restAt) };
    const end = endOfWord(trimmed, 0);
    const rest = trimmed.slice(nextWord(trimmed, end));
    const first = plainWord(trimmed.slice(0, rest === '' ? COMPARED : end));
    if (rest === '' && first === own.cancel) return { kind: 'built_in', command: 'cancel' };
    if (rest === '' && first === own.connections) return { kind: 'built_in', command: 'connections' };
    if (first !== 'help' && first !== own.help) return { kind: 'unknown' };
    return rest === '' ? { kind: 'built_in', command: 'help' } : { kind: 'help', topic: rest };
  }

  /** False for a text that no recipe asks for as one of a few: whatever it calls, it is no answer. */
  mayBeOption(text: string): boolean {
    this.#options ??= new Set(this.#book.started().flatMap(optionWords));
    return this.#options.has(text.trim().toLowerCase());
  }

  /** Listed commands that are nearest to a text that calls nothing, the nearest first; nothing when none is near. */
  closest(text: string): readonly CommandRecipe[] {
    const typed = normalizeCommand(text.slice(0, COMPARED));
    return this.#recipes
      .filter((recipe) => !recipe.hidden)
      .map((recipe) => ({ recipe, score: unlikeness(typed, recipe.trigger.command) }))
      .filter(({ score }) => score <= 0.6)
      .sort((left, right) => left.score - right.score)
      .map(({ recipe }) => recipe);
  }

  /** The built-in command that a mistyped text most likely means. */
  closestBuiltIn(text: string): string | undefined {
    const typed = normalizeCommand(text.slice(0, COMPARED));
    return Object.keys(BUILT_INS).find((name) => distance(typed, name) <= Math.floor(name.length / 4));
  }
}

function builtInOf(text: string): BuiltIn | undefined {
  const first = text.slice(text.startsWith('/') ? 1 : 0, endOfWord(text, 0));
  if (!BUILT_IN_BEGINNINGS.has(normalizeCommand(first).replace(/[.!?]$/, ''))) return undefined;
  return BUILT_IN_BY_WORDS.get(plainWord(text.slice(0, COMPARED)));
}

/** Without what stands around a command that somebody types. */
function plainWord(text: string): string {
  return normalizeCommand(text)
    .replace(/^\//, '')
    .replace(/[.!?]$/, '');
}

function endOfWord(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isSpace(text, at)) at += 1;
  return at;
}

function nextWord(text: string, from: number): number {
  let at = from;
  while (at < text.length && isSpace(text, at)) at += 1;
  return at;
}

/** By number where that is enough: this is asked of every character. */
function isSpace(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 0x80) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  return /\s/u.test(text.charAt(at));
}

/** 0: the text begins with the command; 1: nothing in common. Compares with as many words as the command has. */
function unlikeness(typed: string, command: string): number {
  const head = typed.split(' ').slice(0, command.split(' ').length).join(' ');
  const whole = distance(head, command) / Math.max(head.length, command.length, 1);
  const sharesWord = command
    .split(' ')
    .some(
      (word) =>
        word.length > 2 && typed.split(' ').some((other) => distance(word, other) <= Math.floor(word.length / 4)),
    );
  return sharesWord ? Math.min(whole, 0.5) : whole * 1.2;
}
